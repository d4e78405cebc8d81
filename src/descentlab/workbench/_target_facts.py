"""What a network is to answer, and how its answers are read: of a data set, or of a run without its data."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.data import Dataset, Shift, TaskKind
from descentlab.objectives import Task


@dataclass(frozen=True, eq=False)
class TargetFacts:
    """The facts on a target that predictions and scores need.

    Attributes:
        kind: What is predicted: one of several classes, yes or no for several labels, or real numbers.
        classes: Names of the classes by id; empty for labels and numbers.
        names: Names of several targets; empty for a single one.
        scale: Scale of a real target: in its own unit it is `output * scale + shift`; an array for several.
        shift: Shift of a real target.
    """

    kind: TaskKind
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    scale: Shift = 1.0
    shift: Shift = 0.0

    @property
    def task(self) -> Task:
        """The task of the objective."""
        return Task(self.kind, len(self.classes) or len(self.names) or 1)

    def in_units(self, values: Shaped[np.ndarray, "examples *targets"]) -> Float[np.ndarray, "examples *targets"]:
        """Bring real targets, or predictions of them, to their own units."""
        return values.astype(np.float64) * self.scale + self.shift


def target_facts(dataset: Dataset) -> TargetFacts:
    """Return the facts on a data set's target."""
    return TargetFacts(
        dataset.task_kind, dataset.classes, dataset.target_names, dataset.target_scale, dataset.target_shift
    )


def task_of_data(dataset: Dataset) -> Task:
    """Return the task that a data set sets."""
    return target_facts(dataset).task
