"""Processor time of reading a large table, beside pandas."""

import sys

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

PROGRAM = str(ROOT / "bench" / "peers" / "reading.py")

BENCH = Bench(
    name="reading",
    claim="A large table is read, and how each column is written is found out, in under half a second.",
    sizes="260,000 rows of CSV, 9 columns; processor time, the least of five reads in a process",
    sides=[
        Side(library, [sys.executable, PROGRAM, "{folder}", library], {"cpu": ("cpu_s",)})
        for library in ("descentlab", "pandas")
    ],
    limits=[Limit("cpu", "descentlab", at_most=0.5), Limit("cpu", "descentlab", "pandas")],
)
