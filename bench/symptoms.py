"""Processor time of trainings that record the symptoms of their layers, beside the same trainings without."""

import os
import sys
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

PROGRAM = str(ROOT / "bench" / "peers" / "symptoms_descentlab.py")
FIGURES = {"cpu": ("cpu_s",), "train": ("train_s",)}
COLD = {"XDG_CACHE_HOME": "{folder}/cache"}
HAS_DATA = (Path(os.environ.get("DESCENTLAB_DATA", "")) / "mnist").is_dir()
MISSING = "" if HAS_DATA else "set DESCENTLAB_DATA to a folder with mnist/"
TRAININGS = {"mnist-mlp": "60", "digits": "5500", "spiral": "60000"}
"""Epochs by preset: ten seconds of computing or more, from which on symptoms are recorded by default."""
CACHES: dict[str, dict[str, str]] = {"": {}, ", nothing cached": COLD}


def _side(preset: str, how: str, cache: str) -> Side:
    command = [sys.executable, PROGRAM, preset, TRAININGS[preset], how]
    missing = MISSING if preset == "mnist-mlp" else ""
    return Side(f"{preset} {how}{cache}", command, FIGURES, environment=CACHES[cache], unavailable=missing)


BENCH = Bench(
    name="symptoms",
    claim="Recording the symptoms of the layers takes at most 5% of a long training, compiling included.",
    sizes="about 20 records; " + ", ".join(f"{preset} {epochs} epochs" for preset, epochs in TRAININGS.items()),
    sides=[_side(preset, how, cache) for cache in CACHES for preset in TRAININGS for how in ("without", "with")],
    limits=[
        Limit("cpu", f"{preset} with{cache}", f"{preset} without{cache}", at_most=1.05)
        for cache in CACHES
        for preset in TRAININGS
    ],
    repeats=3,
)
