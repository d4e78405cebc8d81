"""The seconds that looking into a trained `mnist-cnn` takes, pages included, as JSON."""

import json
import tempfile
import time
from pathlib import Path

import descentlab as dl

with tempfile.TemporaryDirectory() as folder:
    run = dl.train("mnist-cnn", epochs=1, out=Path(folder) / "run", report=False)
    seconds = {}
    for verb in (dl.features, dl.importance):
        begin = time.perf_counter()
        verb(run)
        seconds[verb.__name__] = time.perf_counter() - begin
print(json.dumps(seconds))
