"""Speed of the map of `fractal`, in networks a second, beside the program of its paper."""

import sys

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

SIDE = 32
SPEED = ("tables", "summary", "networks_per_second")
RANGES = ["--x", "learning_rate.hidden=1:10000:{side}", "--y", "learning_rate.output=10:1000:{side}"]


def _map(side: int) -> list[str]:
    ranges = [part.replace("{side}", str(side)) for part in RANGES]
    return [DESCENTLAB, "atlas", "fractal", *ranges, "--out", "{folder}/atlas", "--no-report", "--json"]


BENCH = Bench(
    name="atlas",
    claim="A map trains its networks several times as fast as one vmap over all of them.",
    sizes="16-16-1, 272 examples, 500 steps, float64; 32 x 32 networks, seconds for all; 256 x 256 once",
    sides=[
        Side("descentlab", _map(SIDE), {"networks a second": SPEED, "train": ("seconds", "train")}),
        Side(
            "the paper's program, in JAX",
            [sys.executable, str(ROOT / "bench" / "peers" / "fractal_jax.py"), str(SIDE)],
            {"networks a second": ("networks_per_second",), "train": ("run_s",)},
        ),
        Side("descentlab, 256 x 256", _map(256), {"networks a second": SPEED}),
    ],
    limits=[
        Limit("train", "descentlab", "the paper's program, in JAX"),
        Limit("networks a second", "descentlab, 256 x 256", unit="times"),
        Limit("peak", "descentlab, 256 x 256", unit="MB"),
    ],
    repeats=1,
    warms_up=False,
)
