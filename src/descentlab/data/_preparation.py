"""Base of the preparations of all kinds of data: the target, and the form in a run."""

from typing import Any

from descentlab.data._dataset import Shift, Task
from descentlab.data._model import Model
from descentlab.data._several_targets import AnyTarget


class BasePreparation(Model):
    """Preparation of one kind of examples, which a run keeps as JSON.

    Attributes:
        target: Target with its classes, or its unit; or several.
        weights: Name of the column of weights; empty if the network was trained without any.
    """

    target: AnyTarget
    weights: str = ""

    @property
    def task(self) -> Task:
        """Task: to predict classes, labels or real numbers."""
        return self.target.task

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes by id."""
        return self.target.classes

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of several targets; empty for a single one."""
        return self.target.names

    @property
    def target_shift(self) -> Shift:
        """Shift of a real target: in its own unit it is `target * target_scale + target_shift`."""
        return self.target.shift

    @property
    def target_scale(self) -> Shift:
        """Scale of a real target; see `target_shift`."""
        return self.target.scale

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the inputs; empty unless the kind of data has them."""
        return ()

    @property
    def input_columns(self) -> tuple[str, ...]:
        """Column of each input: the input itself, unless the kind of data has several inputs per column."""
        return self.feature_names

    @property
    def input_units(self) -> dict[int, tuple[float, float]]:
        """Mean and scale of each numeric column, by the position of its input; empty unless the data have any."""
        return {}

    @property
    def input_scale(self) -> float:
        """Factor of the inputs; 1 if they need none."""
        return 1.0

    @property
    def brightness_scale(self) -> float:
        """Factor that brings pixels of type uint8 to 0 to 1; 1 if the inputs are no such pixels."""
        return 1.0

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `preparation_from_json` builds the same preparation."""
        return self.model_dump(mode="json")
