"""Small networks whose losses can be worked out by hand, or by another program."""

from typing import Any

import numpy as np

from descentlab.labs.landscape.measure import Sample, Survey
from descentlab.networks import HostArrays, Network, build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import CrossEntropySpec, DenseSpec, HeadSpec, LossSpec, SquaredErrorSpec


def dense_network(*units: int, inputs: int = 4, outputs: int = 3, activation: Any = "relu") -> Network:
    hidden = [DenseSpec(name=f"h{k}", units=count, activation=activation) for k, count in enumerate(units)]
    return build_network([*hidden, DenseSpec(name="out")], (inputs,), outputs)


def with_biases(network: Network, seed: int) -> HostArrays:
    """Draw weights, and biases too, which would be 0."""
    rng = np.random.default_rng(seed)
    return {
        layer: {role: array + (role != "weight") * rng.normal(0.0, 0.3, array.shape) for role, array in roles.items()}
        for layer, roles in network.draw(seed).items()
    }


def flowers(count: int = 50, inputs: int = 4, classes: int = 3) -> Sample:
    rng = np.random.default_rng(0)
    return Sample(rng.normal(size=(count, inputs)), rng.integers(0, classes, count))


def survey_of(
    network: Network, samples: dict[str, Sample], loss: LossSpec | None = None, classes: int = 3, dtype: str = "float64"
) -> Survey:
    default = CrossEntropySpec() if classes else SquaredErrorSpec()
    return Survey(network, build_objective(loss or default, HeadSpec(), task_of(classes)), samples, dtype=dtype)
