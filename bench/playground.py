"""Time of an epoch of TensorFlow Playground's default and largest network, beside its code on Node."""

import os
import shutil
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

# TensorFlow Playground's src/nn.ts as an ES module. It is not part of this repository: compile it from a checkout.
NETWORK_MODULE = os.environ.get("PLAYGROUND_NN", "")
SHAPES = {"2-4-2-1": 5000, "2-8-8-8-8-8-8-1": 1000}
# Milliseconds that this code took on the first machine, which was slower than today's.
RECORDED_MS = {"2-4-2-1": 0.31, "2-8-8-8-8-8-8-1": 3.3}


def playground_missing() -> str:
    """Return why TensorFlow Playground's code cannot be run here; empty if it can."""
    if not Path(NETWORK_MODULE).is_file():
        return "set PLAYGROUND_NN to TensorFlow Playground's src/nn.ts, compiled to an ES module"
    return "" if shutil.which("node") else "Node is not installed"


def _node(shape: str, epochs: int) -> Side:
    script = str(ROOT / "bench" / "peers" / "playground.mjs")
    command = ["node", script, NETWORK_MODULE, shape.replace("-", ","), str(epochs)]
    return Side(f"playground {shape}", command, {"epoch": ("epoch_s",)}, unavailable=playground_missing())


def _descentlab(shape: str, epochs: int) -> Side:
    spec = str(ROOT / "bench" / "specs" / f"playground-{shape}.toml")
    command = [DESCENTLAB, "train", spec, "--json", "--no-report", "--out", "{folder}/run", "--set", f"epochs={epochs}"]
    return Side(f"descentlab {shape}", command, {"epoch": ("seconds", "train")}, divide={"epoch": epochs})


BENCH = Bench(
    name="playground",
    claim="An epoch is faster than in TensorFlow Playground's code.",
    sizes="circle, 250 training examples, batch 10, tanh",
    sides=[make(shape, epochs) for shape, epochs in SHAPES.items() for make in (_descentlab, _node)],
    limits=[
        *(Limit("epoch", f"descentlab {shape}", f"playground {shape}", at_most=1.0, unit="ms") for shape in SHAPES),
        *(Limit("epoch", f"descentlab {shape}", at_most=RECORDED_MS[shape], unit="ms") for shape in SHAPES),
    ],
)
