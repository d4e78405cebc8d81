"""Train a preset with or without recording symptoms, and print the processor time of it, compiling included."""

import json
import sys
import tempfile
import time
from pathlib import Path

import descentlab as dl


def main() -> None:
    """Train what the command line names: a preset, its epochs, and `with` or `without`."""
    name, epochs, how = sys.argv[1:]
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        run = dl.train(
            name,
            epochs=int(epochs),
            report=False,
            symptoms=how == "with",
            out=Path(folder) / "run",
        )
        print(json.dumps({"cpu_s": time.process_time() - begin, "train_s": run.metrics["seconds"]["train"]}))


main()
