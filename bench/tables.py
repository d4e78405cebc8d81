"""Accuracy on five tables beside scikit-learn's network of the same size, on the same splits."""

import os
import sys
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

TABLES = ("penguins", "wine", "breast cancer", "titanic", "adult")
WHAT = ("descentlab", "scikit-learn", "lacking")
HAS_DATA = (Path(os.environ.get("DESCENTLAB_DATA", "")) / "tabular").is_dir()

BENCH = Bench(
    name="tables",
    claim="Test accuracy is within 0.01 of scikit-learn's MLPClassifier of the same size, or better.",
    sizes="one hidden layer of 64; mean of 5 seeds, each with its own split",
    sides=[
        Side(
            "descentlab",
            [sys.executable, str(ROOT / "bench" / "peers" / "tables_sklearn.py")],
            {f"{table}, {what}": (table, what) for table in TABLES for what in WHAT},
            unavailable="" if HAS_DATA else "set DESCENTLAB_DATA to a folder with tabular/",
        )
    ],
    limits=[
        Limit(f"{table}, {what}", "descentlab", at_most=0.01 if what == "lacking" else None, unit="share")
        for table in TABLES
        for what in WHAT
    ],
    repeats=1,
    warms_up=False,
)
