"""Time of the Iris job, as a whole process and of its training alone, beside Keras 3 and scikit-learn."""

import sys

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

TRAIN = [DESCENTLAB, "train", "iris", "--json", "--out", "{folder}/run"]
SECONDS = {"train": ("seconds", "train"), "compile": ("seconds", "compile")}
COLD = {"XDG_CACHE_HOME": "{folder}/cache"}
PEERS = ROOT / "bench" / "peers"

BENCH = Bench(
    name="iris",
    claim="The Iris job takes a fraction of the time of Keras 3, and about the time of scikit-learn.",
    sizes="150 flowers, 4-8-3, Adam 0.001, 100 epochs at batch 5",
    sides=[
        Side("descentlab", [*TRAIN, "--no-report"], SECONDS),
        Side("descentlab, nothing cached", [*TRAIN, "--no-report"], SECONDS, environment=COLD),
        Side("descentlab with report", TRAIN, SECONDS),
        Side(
            "Keras 3 on JAX",
            [sys.executable, str(PEERS / "iris_keras.py")],
            {"train": ("fit_s",)},
            environment={"KERAS_HOME": "{folder}"},
        ),
        Side("scikit-learn", [sys.executable, str(PEERS / "iris_sklearn.py")], {"train": ("fit_s",)}),
    ],
    limits=[
        Limit("wall", "descentlab", "Keras 3 on JAX", at_most=0.35),
        Limit("wall", "descentlab", "scikit-learn", at_most=1.3),
        Limit("wall", "descentlab with report", "descentlab", at_most=1.5),
        Limit("wall", "descentlab, nothing cached", "Keras 3 on JAX"),
        Limit("wall", "descentlab, nothing cached", "scikit-learn"),
        Limit("train", "descentlab", "scikit-learn", at_most=0.1, unit="ms"),
        Limit("train", "descentlab", "Keras 3 on JAX", unit="ms"),
        Limit("compile", "descentlab", unit="ms"),
        Limit("compile", "descentlab, nothing cached", unit="ms"),
    ],
)
