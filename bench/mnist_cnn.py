"""Time from a command to a network that reads over 99% of digits, beside Keras's example and a PyTorch script."""

import sys

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side
from bench.mnist import MISSING

PEERS = ROOT / "bench" / "peers"
TRAIN = [DESCENTLAB, "train", "mnist-cnn", "--json", "--out", "{folder}/run"]


def _errors(name: str, preset: str, seeds: int) -> Side:
    command = [sys.executable, str(PEERS / "errors_descentlab.py"), preset, str(seeds)]
    return Side(name, command, {"mean error": ("mean",), "worst error": ("worst",)}, unavailable=MISSING)


def _peer(name: str, script: str) -> Side:
    command = [sys.executable, str(PEERS / script)]
    return Side(name, command, {"accuracy": ("accuracy",)}, unavailable=MISSING)


BENCH = Bench(
    name="mnist-cnn",
    claim="mnist-cnn reads over 99.2% of digits in a quarter of the time that Keras's example takes to its first 99%.",
    sizes="60,000 digits; whole processes; errors over 5 seeds (mnist-cnn) and 3 (fashion-cnn)",
    sides=[
        Side("descentlab", TRAIN, {"accuracy": ("test", "accuracy")}, unavailable=MISSING),
        _peer("Keras example to 0.99", "mnist_cnn_keras.py"),
        _peer("PyTorch, same schedule", "mnist_cnn_torch.py"),
        Side(
            "descentlab, 2 epochs",
            [*TRAIN, "--epochs", "2"],
            {"training": ("seconds", "train"), "accuracy": ("test", "accuracy")},
            unavailable=MISSING,
        ),
        _errors("mnist-cnn, 5 seeds", "mnist-cnn", 5),
        _errors("fashion-cnn, 3 seeds", "fashion-cnn", 3),
    ],
    limits=[
        Limit("wall", "descentlab", "Keras example to 0.99", at_most=0.25),
        Limit("wall", "descentlab", "PyTorch, same schedule", at_most=1.0),
        Limit("peak", "descentlab", at_most=1_500.0, unit="MB"),
        Limit("accuracy", "descentlab", "Keras example to 0.99", unit="share"),
        Limit("accuracy", "descentlab", "PyTorch, same schedule", unit="share"),
        Limit("mean error", "mnist-cnn, 5 seeds", at_most=0.008, unit="share"),
        Limit("worst error", "mnist-cnn, 5 seeds", at_most=0.010, unit="share"),
        Limit("training", "descentlab, 2 epochs", at_most=20.0),
        Limit("accuracy", "descentlab, 2 epochs", unit="share"),
        Limit("mean error", "fashion-cnn, 3 seeds", at_most=0.08, unit="share"),
    ],
    repeats=1,  # each side takes minutes, and runs differ only by the seed, of which there are several
    warms_up=False,
)
