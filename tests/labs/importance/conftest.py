"""Small networks and examples whose layers are taken away."""

from collections.abc import Sequence

import numpy as np
import pytest

from descentlab.labs.importance.measure import Place, Sample, Subject, find_places
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import (
    AnyLayerSpec,
    BatchNormSpec,
    Conv2DSpec,
    CrossEntropySpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    HeadSpec,
    MaxPool2DSpec,
    ResidualSpec,
)

NUM = 40
SHAPE = (6, 5, 2)
CHAIN = (
    Conv2DSpec(name="conv1", filters=4, activation="relu"),
    MaxPool2DSpec(name="pool1"),
    FlattenSpec(name="flat"),
    DropoutSpec(name="drop", rate=0.5),
    DenseSpec(name="hidden", units=6, activation="tanh"),
    DenseSpec(name="output"),
)
RESIDUAL = (
    Conv2DSpec(name="conv1", filters=4, activation="relu"),
    BatchNormSpec(name="norm1"),
    ResidualSpec(
        name="block",
        layers=(Conv2DSpec(name="inner1", filters=3, activation="relu"), Conv2DSpec(name="inner2", filters=4)),
    ),
    FlattenSpec(name="flat"),
    DenseSpec(name="output"),
)


def subject(model: Sequence[AnyLayerSpec], shape: tuple[int, ...] = SHAPE, *, seed: int = 0) -> Subject:
    """Build a network whose weights are another draw than that of its seed, with biases and statistics that matter."""
    network = build_network(model, shape, 3)
    rng = np.random.default_rng(seed)
    params, statistics = network.draw(seed + 50), network.start_statistics()
    for arrays in params.values():
        for role in ("bias", "shift"):
            if role in arrays:
                arrays[role] = rng.normal(0.0, 0.3, arrays[role].shape)
    for arrays in statistics.values():
        arrays["mean"] = rng.normal(size=arrays["mean"].shape)
        arrays["variance"] = rng.uniform(0.5, 2.0, arrays["mean"].shape)
    return Subject(network, build_objective(CrossEntropySpec(), HeadSpec(), task_of(3)), params, statistics, seed)


def sample(shape: tuple[int, ...] = SHAPE, num: int = NUM) -> Sample:
    """Draw examples."""
    rng = np.random.default_rng(1)
    reference, inputs = (rng.normal(size=(num, *shape)).astype(np.float32) for _ in range(2))
    return Sample(reference, inputs, rng.integers(0, 3, num))


def place(of: Subject, name: str) -> Place:
    """Find a layer by its name."""
    return next(each for each in find_places(of.network) if each.name == name)


@pytest.fixture(params=["chain", "residual"])
def any_subject(request: pytest.FixtureRequest) -> Subject:
    """A network without and one with a way past some of its layers."""
    return subject(CHAIN if request.param == "chain" else RESIDUAL)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let examples pass in several chunks, the last of them not full."""
    monkeypatch.setattr("descentlab.labs.importance.measure._answer.CHUNK", 9)
