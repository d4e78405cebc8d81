"""What the preparations of all kinds of data share: the target, and their form in a run."""

from typing import Any

from descentlab.data._dataset import Task
from descentlab.data._model import Model
from descentlab.data._target import Target


class BasePreparation(Model):
    """How examples of one kind are prepared, kept in a run as JSON.

    Attributes:
        target: What is predicted, and in which unit.
    """

    target: Target

    @property
    def task(self) -> Task:
        """Whether classes or a real number are predicted."""
        return self.target.task

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes by id."""
        return self.target.classes

    @property
    def target_shift(self) -> float:
        """A real target in its own unit is `target * target_scale + target_shift`."""
        return self.target.shift

    @property
    def target_scale(self) -> float:
        """See `target_shift`."""
        return self.target.scale

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name per input; none unless a kind of data has them."""
        return ()

    @property
    def input_columns(self) -> tuple[str, ...]:
        """The column that each input comes from: its own, unless a kind of data has several inputs a column."""
        return self.feature_names

    @property
    def input_units(self) -> dict[int, tuple[float, float]]:
        """Mean and scale of each input that is a column of numbers, by place; none unless a kind of data has them."""
        return {}

    @property
    def input_scale(self) -> float:
        """What inputs are multiplied by; 1 where they are ready as they are."""
        return 1.0

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `preparation_from_json` builds the same preparation."""
        return self.model_dump(mode="json")
