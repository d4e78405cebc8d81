"""Time of the laboratories `features` and `importance`."""

import sys

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side
from bench.mnist import MISSING

BENCH = Bench(
    name="vision",
    claim="Features and importance of mnist-cnn, with their pages, take less than a minute each.",
    sizes="mnist-cnn after one epoch, all defaults",
    sides=[
        Side(
            "descentlab",
            [sys.executable, str(ROOT / "bench" / "peers" / "vision_descentlab.py")],
            {"features": ("features",), "importance": ("importance",)},
            unavailable=MISSING,
        )
    ],
    limits=[Limit("features", "descentlab", at_most=60.0), Limit("importance", "descentlab", at_most=60.0)],
    repeats=1,
    warms_up=False,
)
