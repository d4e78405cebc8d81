"""Seconds of the laboratories `features` and `importance` on a trained `mnist-cnn`, with their pages, as JSON."""

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
