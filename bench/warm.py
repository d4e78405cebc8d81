"""Processor time of a fit of a small table in a process that has fitted before, as `dl.train` does it."""

import os
import sys

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

FIGURES = ("cold", "warm", "durable", "same rows", "other rows")

BENCH = Bench(
    name="warm",
    claim="A second fit of a small table costs next to nothing, with other rows too.",
    sizes="Iris and tables of 60 to 300 rows, 20 epochs, no report; processor time, medians within a process",
    sides=[
        Side(
            "descentlab",
            [sys.executable, str(ROOT / "bench" / "peers" / "warm.py")],
            {**{figure: (figure,) for figure in FIGURES}, "other rows / same rows": ("ratio",)},
            environment={"JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "cpu")},
        )
    ],
    limits=[
        Limit("cold", "descentlab"),
        Limit("warm", "descentlab", at_most=20.0, unit="ms"),
        Limit("durable", "descentlab", unit="ms"),
        Limit("same rows", "descentlab", unit="ms"),
        Limit("other rows", "descentlab", unit="ms"),
        Limit("other rows / same rows", "descentlab", at_most=1.2, unit="times"),
    ],
    repeats=3,
)
