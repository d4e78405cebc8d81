"""Time of a thousand Iris networks beside batched matrices in PyTorch, scikit-learn on all cores, and arithmetic."""

import sys

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

PEERS = ROOT / "bench" / "peers"
FIT = {"fit": ("fit_s",)}


def _python(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(PEERS / name), *arguments]


BENCH = Bench(
    name="population",
    claim="A thousand small networks train in less than a second, on all cores.",
    sizes="20 rates x 50 seeds of Iris, 4-8-3, Adam, 100 epochs at batch 5, curves traced; compiled before",
    sides=[
        Side(
            "descentlab",
            _python("population_descentlab.py"),
            {**FIT, "arithmetic": ("arithmetic_s",), "over arithmetic": ("over_arithmetic",)},
        ),
        Side("PyTorch, batched matrices", _python("population_torch.py"), FIT),
        Side("scikit-learn on all cores, extrapolated", _python("population_sklearn.py"), FIT),
    ],
    limits=[
        Limit("fit", "descentlab", "PyTorch, batched matrices", at_most=1 / 3),
        Limit("fit", "descentlab", "scikit-learn on all cores, extrapolated", at_most=1 / 200),
        Limit("over arithmetic", "descentlab", at_most=20.0, unit="share"),
        Limit("arithmetic", "descentlab", unit="ms"),
    ],
)
