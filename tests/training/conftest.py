"""Small data sets that train in an instant."""

from collections.abc import Callable

import pytest

from descentlab.data import Dataset, load, prepare
from descentlab.spec import BundledData, Experiment, PlaygroundData, SplitSpec, override, preset


@pytest.fixture(scope="session")
def iris_of() -> Callable[[int], Dataset]:
    source = load(BundledData(name="iris"))
    return lambda seed: prepare(source, SplitSpec(), seed)


@pytest.fixture(scope="session")
def shared_iris(iris_of: Callable[[int], Dataset]) -> Callable[[int], Dataset]:
    """The same division of Iris for every seed."""
    dataset = iris_of(0)
    return lambda _: dataset


@pytest.fixture(scope="session")
def plane_of() -> Callable[[int], Dataset]:
    source = load(PlaygroundData(name="plane", num_examples=100))
    return lambda seed: prepare(source, SplitSpec(test=0.5, validation=0.2), seed)


@pytest.fixture
def iris() -> Experiment:
    return override(preset("iris"), ["epochs=6"])
