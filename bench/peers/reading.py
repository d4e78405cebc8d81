"""Reads a table of 260,000 rows with the library that is named. Prints the processor time as JSON."""

import json
import sys
import time
from pathlib import Path

import numpy as np

NUM_ROWS = 260_000
REPEATS = 5

path, library = Path(sys.argv[1]) / "big.csv", sys.argv[2]
if not path.exists():
    rng = np.random.default_rng(0)
    columns = {
        "age": rng.integers(18, 90, NUM_ROWS).astype(str),
        "income": rng.normal(30_000, 9_000, NUM_ROWS).round(2).astype(str),
        "height": rng.normal(170, 10, NUM_ROWS).round(1).astype(str),
        "city": np.char.add("city", rng.integers(0, 40, NUM_ROWS).astype(str)),
        "code": np.char.add("K", rng.integers(0, 5_000, NUM_ROWS).astype(str)),
        "flag": rng.choice(["yes", "no"], NUM_ROWS),
        "ratio": rng.random(NUM_ROWS).round(4).astype(str),
        "weight": rng.normal(70, 12, NUM_ROWS).round(3).astype(str),
        "kind": rng.choice(list("ABC"), NUM_ROWS),
    }
    rows = map(",".join, zip(*columns.values(), strict=True))
    path.write_text("\n".join([",".join(columns), *rows, ""]))

if library == "pandas":
    import pandas as pd

    read = pd.read_csv
else:
    from descentlab.data import read_table as read

seconds = []
for _ in range(REPEATS):
    begin = time.process_time()
    read(path)
    seconds.append(time.process_time() - begin)
print(json.dumps({"cpu_s": min(seconds)}))
