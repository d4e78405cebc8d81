"""A small network that has learned digits, and other digits to learn."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from descentlab.data import Dataset, load, prepare
from descentlab.labs.transfer.measure import Source, _ways
from descentlab.spec import BundledData, DenseSpec, Experiment, FlattenSpec, SplitSpec
from descentlab.training import Member, make_plan, train_population

MODEL = (
    FlattenSpec(name="flat"),
    DenseSpec(name="hidden", units=24, activation="relu", initializer="he-normal"),
    DenseSpec(name="output"),
)


@contextmanager
def few_steps() -> Iterator[None]:
    """Train for fewer steps than are needed to learn all that few examples can teach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_ways, "STEPS", 40)
        yield


def digits(seed: int) -> Dataset:
    """Return the bundled digits as a seed divides them."""
    return prepare(load(BundledData(name="digits")), SplitSpec(), seed)


@pytest.fixture(scope="session")
def source() -> Source:
    """A network trained for a moment on all digits of seed 0."""
    experiment = Experiment(data=BundledData(name="digits"), model=MODEL, epochs=15)
    dataset = digits(0)
    (trained,) = train_population(experiment, make_plan(experiment, dataset), [Member(0)], lambda _: dataset).trained
    return Source(MODEL, experiment.loss, experiment.head, "on", "float32", trained.params, trained.statistics)


@pytest.fixture
def pictures() -> np.ndarray:
    """Pictures of noise."""
    return np.random.default_rng(0).random((5, 9, 7, 3)).astype(np.float32)
