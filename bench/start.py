"""Start time of the package and of its command line."""

import sys

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, Side

BENCH = Bench(
    name="start",
    claim="The command line and the package start at once.",
    sizes="a process from start to end",
    sides=[
        Side("descentlab --help", [DESCENTLAB, "--help"]),
        Side("import descentlab", [sys.executable, "-c", "import descentlab"]),
        Side("python alone", [sys.executable, "-c", "pass"]),
    ],
    limits=[
        Limit("wall", "descentlab --help", at_most=0.5),
        Limit("wall", "import descentlab", at_most=0.3),
        Limit("wall", "python alone"),
    ],
    repeats=9,
)
