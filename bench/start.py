"""How soon the package and its command line answer."""

import sys

from bench._claim import Bench, Limit
from bench._measure import GRADLAB, Side

BENCH = Bench(
    name="start",
    claim="The command line and the package are there at once.",
    sizes="a process from start to end",
    sides=[
        Side("gradlab --help", [GRADLAB, "--help"]),
        Side("import gradlab", [sys.executable, "-c", "import gradlab"]),
        Side("python alone", [sys.executable, "-c", "pass"]),
    ],
    limits=[
        Limit("wall", "gradlab --help", at_most=0.5),
        Limit("wall", "import gradlab", at_most=0.3),
        Limit("wall", "python alone"),
    ],
    repeats=9,
)
