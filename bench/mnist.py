"""Time of an epoch of `mnist-mlp` beside PyTorch, and memory of the whole process."""

import os
import sys
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

EPOCHS = 3
TRAIN = [
    DESCENTLAB,
    "train",
    "mnist-mlp",
    "--json",
    "--no-report",
    "--out",
    "{folder}/run",
    "--set",
    f"epochs={EPOCHS}",
]
HAS_DATA = (Path(os.environ.get("DESCENTLAB_DATA", "")) / "mnist").is_dir()
MISSING = "" if HAS_DATA else "set DESCENTLAB_DATA to a folder with mnist/"

BENCH = Bench(
    name="mnist",
    claim="An epoch of mnist-mlp is faster than in PyTorch, and the whole process stays under 900 MB.",
    sizes="54,000 digits, 784-16-16-10, sigmoid, squared error, descent, batch 32",
    sides=[
        Side("descentlab", TRAIN, {"epoch": ("seconds", "train")}, divide={"epoch": EPOCHS}, unavailable=MISSING),
        Side(
            "PyTorch",
            [sys.executable, str(ROOT / "bench" / "peers" / "mnist_torch.py")],
            {"epoch": ("epoch_s",)},
            unavailable=MISSING,
        ),
    ],
    limits=[
        Limit("epoch", "descentlab", "PyTorch", at_most=1.0),
        Limit("peak", "descentlab", at_most=900.0, unit="MB"),
        Limit("peak", "descentlab", "PyTorch", unit="MB"),
    ],
)
