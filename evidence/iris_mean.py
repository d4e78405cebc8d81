"""The accuracy of the first network that anybody trains here, over many divisions of the 150 flowers."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import descentlab as dl
from evidence._study import Figures, Finding, Study

CLAIMED = (0.934, 0.958)
"""The 95% interval of the mean in docs/presets.md and the README."""


def _train(seed: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        run = dl.train("iris", seed=seed, report=False, out=Path(folder) / "run")
        return {"test accuracy": float(run.test.accuracy)}


def _judge(repetitions: Sequence[Figures]) -> Finding:
    accuracies = np.array([each["test accuracy"] for each in repetitions])
    mean, error = accuracies.mean(), accuracies.std(ddof=1) / np.sqrt(len(accuracies))
    text = (
        f"mean {mean:.4f} (standard error {error:.4f}), single seeds {accuracies.min():.3f} to {accuracies.max():.3f}"
    )
    return Finding(bool(CLAIMED[0] <= mean <= CLAIMED[1]), text)


STUDY = Study(
    name="iris-mean",
    claim="The mean test accuracy of `iris` over 50 seeds, each with its own split, lies between 0.934 and 0.958.",
    method="One network of the preset `iris` from the seed of the repetition's number.",
    repetitions=50,
    measure=_train,
    judge=_judge,
)
