"""Time of the sharpness of mnist-cnn relative to a gradient, and of the edge of stability as one command."""

import os
import sys
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

HAS_DATA = (Path(os.environ.get("DESCENTLAB_DATA", "")) / "mnist").is_dir()
MISSING = "" if HAS_DATA else "set DESCENTLAB_DATA to a folder with mnist/"
PEERS = ROOT / "bench" / "peers"
FIGURES = {"gradient": ("gradient_s",), "sharpness": ("sharpness_s",), "gradients": ("gradients",)}
EDGE = [DESCENTLAB, "curvature", "edge-of-stability", "--learning-rate", "0.2,0.1,0.05,0.02", "--trace", "100",
        "--out", "{folder}/edge", "--json"]  # fmt: skip

BENCH = Bench(
    name="curvature",
    claim="Ten Lanczos steps take the time of at most 25 gradients, four trainings to the edge of stability a minute.",
    sizes="mnist-cnn on 2,048 digits; 1-100-100-1 on 20 points, 20,000 steps at 4 rates, measured at 100 epochs",
    sides=[
        Side("descentlab", [sys.executable, str(PEERS / "curvature_descentlab.py")], FIGURES, unavailable=MISSING),
        Side("PyTorch", [sys.executable, str(PEERS / "curvature_torch.py")], FIGURES, unavailable=MISSING),
        Side("edge of stability", EDGE),
    ],
    limits=[
        Limit("gradients", "descentlab", at_most=25.0, unit="times"),
        Limit("gradients", "PyTorch", unit="times"),
        Limit("sharpness", "descentlab", "PyTorch"),
        Limit("gradient", "descentlab", "PyTorch"),
        Limit("peak", "descentlab", "PyTorch", unit="MB"),
        Limit("wall", "edge of stability", at_most=60.0),
    ],
    repeats=3,
    warms_up=False,
)
