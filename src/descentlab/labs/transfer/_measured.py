"""What `transfer` measured, as numbers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.labs.transfer.measure import Choice, Curves
from descentlab.spec import Experiment


@dataclass(frozen=True, eq=False)
class Transfer:
    """How far what a network has learned carries to other pictures.

    Attributes:
        name: Name of the network.
        target: Name of the data that it is carried to.
        experiment: The experiment that the network was trained by.
        classes: The target's classes.
        target_shape: Shape of the target's pictures.
        shape: Shape of the pictures that the network takes.
        curves: Accuracies by number of examples.
        choices: Learning rates and penalties, as they were chosen with some numbers of examples.
        num_test: Number of examples that each draw was scored on.
        pictures: An example of each class, as the network gets it.
    """

    name: str
    target: str
    experiment: Experiment
    classes: tuple[str, ...]
    target_shape: tuple[int, ...]
    shape: tuple[int, ...]
    curves: Curves
    choices: tuple[Choice, ...]
    num_test: int
    pictures: Float[np.ndarray, "classes rows columns colours"]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of training examples for each class."""
        return tuple(int(size) for size in self.curves.per_class)
