"""Sweeps of 100, 1,000 and 10,000 Iris networks, by turns, whole: trained, judged, written. Prints JSON.

The slope is that of the logarithm of the time against the logarithm of the networks, through medians.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from descentlab.workbench import studies

SEEDS = 10
COUNTS = (100, 1_000, 10_000)
REPEATS = 3


def sweep(count: int) -> float:
    """Time one sweep."""
    with tempfile.TemporaryDirectory(prefix="descentlab-bench-") as folder:
        begin = time.perf_counter()
        studies.sweep(
            "iris", learning_rate=f"1e-4:1:{count // SEEDS}", seeds=SEEDS, out=Path(folder) / "sweep", report=False
        )
        return time.perf_counter() - begin


times: dict[int, list[float]] = {count: [] for count in COUNTS}
sweep(COUNTS[0])
for _ in range(REPEATS):
    for count in COUNTS:
        times[count].append(sweep(count))
medians = [statistics.median(times[count]) for count in COUNTS]
slope = float(np.polyfit(np.log(COUNTS), np.log(medians), 1)[0])
print(json.dumps({"slope": slope, "largest_s": medians[-1], "seconds": dict(zip(COUNTS, medians, strict=True))}))
