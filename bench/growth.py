"""Growth of a sweep's time and memory with its number of networks."""

import sys

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

MANY = [DESCENTLAB, "sweep", "iris", "--learning-rate", "1e-4:1:2000", "--seeds", "50", "--out", "{folder}/many",
        "--no-report", "--json"]  # fmt: skip

BENCH = Bench(
    name="growth",
    claim="A sweep's time grows no faster than its number of networks, and 100,000 networks fit into 2 GB.",
    sizes="Iris, 4-8-3, 100 epochs at batch 5; slope over 100, 1,000 and 10,000 networks; then 2,000 rates x 50 seeds",
    sides=[
        Side(
            "descentlab",
            [sys.executable, str(ROOT / "bench" / "peers" / "growth_descentlab.py")],
            {"slope": ("slope",), "10,000 networks": ("largest_s",)},
        ),
        Side("100,000 networks", MANY),
    ],
    limits=[
        Limit("slope", "descentlab", at_most=1.02, unit="times"),
        Limit("10,000 networks", "descentlab"),
        Limit("peak", "100,000 networks", at_most=2_000.0, unit="MB"),
        Limit("wall", "100,000 networks"),
    ],
    repeats=1,
    warms_up=False,
)
