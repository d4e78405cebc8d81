"""Time of a cross-validated grid search as one population, beside scikit-learn's, and of what members may differ in."""

import sys

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

PEERS = ROOT / "bench" / "peers"
OURS, SKLEARN = "descentlab", "scikit-learn's GridSearchCV"
LANES = ("rates", "schedules", "orders", "dropout rates")

BENCH = Bench(
    name="folds",
    claim="Twelve learning rates by five folds train as one population, and more in which members differ costs little.",
    sizes="12 rates x 5 folds of Iris, 4-8-3, Adam, 100 epochs at batch 5; 32 members of one kind, and "
    "512 that stop early, compiled before",
    sides=[
        Side(
            OURS,
            [sys.executable, str(PEERS / "folds_descentlab.py")],
            {
                "fit": ("fit_s",),
                "fit with compiling": ("cold_s",),
                **{f"{name}, over rates": ("over_rates", name) for name in LANES[1:]},
                "lanes handed on, over kept": ("over_rates", "lanes handed on"),
            },
        ),
        Side(SKLEARN, [sys.executable, str(PEERS / "folds_sklearn.py")], {"fit": ("fit_s",)}),
    ],
    limits=[
        Limit("fit", OURS, SKLEARN, at_most=0.1),
        Limit("fit with compiling", OURS),
        *(Limit(f"{name}, over rates", OURS, unit="times") for name in LANES[1:]),
        Limit("lanes handed on, over kept", OURS, unit="times"),
    ],
)
