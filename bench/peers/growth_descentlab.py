"""Seconds of whole sweeps of 100, 1,000 and 10,000 Iris networks, in turn: trained, judged, written. Prints JSON.

The slope is that of the logarithm of the median time against the logarithm of the number of networks.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from descentlab.labs.sweep import sweep

SEEDS = 10
COUNTS = (100, 1_000, 10_000)
REPEATS = 3


def seconds(count: int) -> float:
    """Time one sweep."""
    with tempfile.TemporaryDirectory(prefix="descentlab-bench-") as folder:
        begin = time.perf_counter()
        sweep("iris", learning_rate=f"1e-4:1:{count // SEEDS}", seeds=SEEDS, out=Path(folder) / "sweep", report=False)
        return time.perf_counter() - begin


times: dict[int, list[float]] = {count: [] for count in COUNTS}
seconds(COUNTS[0])
for _ in range(REPEATS):
    for count in COUNTS:
        times[count].append(seconds(count))
medians = [statistics.median(times[count]) for count in COUNTS]
slope = float(np.polyfit(np.log(COUNTS), np.log(medians), 1)[0])
print(json.dumps({"slope": slope, "largest_s": medians[-1], "seconds": dict(zip(COUNTS, medians, strict=True))}))
