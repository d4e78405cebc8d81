"""A trained network with its data, another one beside it, and the path that training took, as plain values."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.data import Dataset
from descentlab.labs.landscape.measure import WeightSpace, weight_space
from descentlab.networks import HostArrays
from descentlab.spec import Experiment
from descentlab.training import Plan
from descentlab.workbench import Run

PathNeed = Literal["no", "if-quick", "yes"]
"""Whether the path of training is wanted: never, unless a run has to be trained again for long, or in any case."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A trained network with its data.

    Attributes:
        name: What a person calls it.
        experiment: Of this network alone.
        dataset: Its data.
        plan: Layers and loss.
        params: Its weights.
        initial: The weights that training began with.
        run: The run that it belongs to, or None.
    """

    name: str
    experiment: Experiment
    dataset: Dataset
    plan: Plan
    params: HostArrays
    initial: HostArrays
    run: Run | None

    @property
    def space(self) -> WeightSpace:
        """The space in which it is a point."""
        return weight_space(self.plan.network)


@dataclass(frozen=True, eq=False)
class Other:
    """Another network of the same layers.

    Attributes:
        name: What a person calls it.
        params: Its weights.
        notes: How its training differs, as far as its data goes.
    """

    name: str
    params: HostArrays
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Walk:
    """The path that training took.

    Attributes:
        epochs: After which the weights are known.
        networks: The weights, a row each.
        is_repeated: Whether the run was trained again for it.
    """

    epochs: tuple[int, ...]
    networks: Float[np.ndarray, "networks params"]
    is_repeated: bool = False


@dataclass(frozen=True, eq=False)
class Source:
    """All that a landscape is measured of."""

    subject: Subject
    other: Other | None
    walk: Walk | None
    notes: tuple[str, ...]


def held_out_part(dataset: Dataset) -> Literal["test", "validation"] | None:
    """Name the part that was not trained on: test, else validation, else None."""
    return "test" if len(dataset.test) else "validation" if len(dataset.validation) else None
