"""Time of a convolutional training step and of inference, beside PyTorch and Keras."""

import sys

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side

PEERS = ROOT / "bench" / "peers"


def _side(name: str, script: str, *figures: str) -> Side:
    return Side(name, [sys.executable, str(PEERS / f"convolution_{script}.py")], {name: (name,) for name in figures})


BENCH = Bench(
    name="convolution",
    claim="A training step of two convolutions takes at most PyTorch's time and Keras's, and so does inference.",
    sizes="28x28, 32 and 64 3x3 kernels, two poolings, Adam, batch 128, all cores; inference on 10,000 pictures",
    sides=[
        _side("descentlab", "descentlab", "step", "inference"),
        _side("PyTorch", "torch", "step", "inference"),
        _side("Keras 3 on JAX", "keras", "step"),
    ],
    limits=[
        Limit("step", "descentlab", "PyTorch", at_most=1.0, unit="ms"),
        Limit("step", "descentlab", "Keras 3 on JAX", at_most=1.0, unit="ms"),
        Limit("inference", "descentlab", "PyTorch", at_most=1.0),
    ],
    repeats=3,
)
