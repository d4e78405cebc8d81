"""The accuracy of the convolutional preset on the 10,000 test digits, over seeds. Needs $DESCENTLAB_DATA."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import descentlab as dl
from evidence._study import Figures, Finding, Study

MEAN, LOWEST = 0.992, 0.991


def _train(seed: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        run = dl.train("mnist-cnn", seed=seed, report=False, out=Path(folder) / "run")
        return {"test accuracy": float(run.test.accuracy)}


def _judge(repetitions: Sequence[Figures]) -> Finding:
    accuracies = np.array([each["test accuracy"] for each in repetitions])
    text = f"mean {accuracies.mean():.4f}, lowest {accuracies.min():.4f}, highest {accuracies.max():.4f}"
    return Finding(bool(accuracies.mean() >= MEAN and accuracies.min() >= LOWEST), text)


STUDY = Study(
    name="mnist-cnn",
    claim="`mnist-cnn` reaches a mean test accuracy of at least 0.992 over 5 seeds, and none stays below 0.991.",
    method="One network of the preset `mnist-cnn` from the seed of the repetition's number, on all of MNIST.",
    repetitions=5,
    measure=_train,
    judge=_judge,
)
