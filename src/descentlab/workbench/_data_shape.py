"""The facts on its data that a run keeps, so that its network can be used without the data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.core import RunError
from descentlab.data import Dataset, Preparation, Shift, TaskKind, preparation_from_json
from descentlab.runs import RunFolder

MAX_INPUTS = 2**26


@dataclass(frozen=True)
class MemberData:
    """The preparation that was learned from one member's training part.

    Attributes:
        preparation: Preparation of new examples, as plain values.
        target_scale: Scale of a real target: in its unit it is `output * target_scale + target_shift`. Of several it is
            an array.
        target_shift: Shift of a real target.
    """

    preparation: Mapping[str, Any]
    target_scale: Shift = 1.0
    target_shift: Shift = 0.0

    def read_preparation(self) -> Preparation:
        """Build the preparation.

        Raises:
            RunError: If the values are damaged.
        """
        return preparation_from_json(self.preparation)


@dataclass(frozen=True)
class DataShape:
    """The facts on its data that a network needs.

    Attributes:
        task: "classification", "regression" or "multi-label".
        classes: Names of the classes by id; empty for regression and for labels.
        input_shape: Shape of one example.
        input_scale: Factor that uint8 inputs are multiplied by.
        feature_names: Name of each input; empty for pictures.
        members: Preparation of each member's data, one a seed.
        target_names: Names of several targets; empty for a single one.
    """

    task: str
    classes: tuple[str, ...]
    input_shape: tuple[int, ...]
    input_scale: float
    feature_names: tuple[str, ...]
    members: tuple[MemberData, ...]
    target_names: tuple[str, ...] = ()

    @property
    def kind(self) -> TaskKind:
        """What is predicted: one of several classes, yes or no for several labels, or real numbers."""
        return "classes" if self.classes else "labels" if self.task == "multi-label" else "numbers"


def describe_shape(datasets: list[Dataset]) -> dict[str, Any]:
    """Return the facts on the members' data as plain values, for `preparation.json`."""
    first = datasets[0]
    return {
        "task": first.task,
        "classes": list(first.classes),
        "input_shape": list(first.input_shape),
        "input_scale": first.input_scale,
        "feature_names": list(first.feature_names),
        **({"target_names": list(first.target_names)} if first.target_names else {}),
        "members": [
            {
                "preparation": each.preparation.to_json(),
                "target_scale": np.asarray(each.target_scale).tolist(),
                "target_shift": np.asarray(each.target_shift).tolist(),
            }
            for each in datasets
        ],
    }


def read_shape(folder: RunFolder) -> DataShape:
    """Read `preparation.json`, and check that its sizes are possible.

    Raises:
        RunError: If it does not describe the network's inputs.
    """
    values = folder.preparation()
    try:
        shape = DataShape(
            task=str(values["task"]),
            classes=_words(values["classes"]),
            input_shape=tuple(int(side) for side in values["input_shape"]),
            input_scale=float(values["input_scale"]),
            feature_names=_words(values.get("feature_names", [])),
            members=tuple(_member(record) for record in values["members"]),
            target_names=_words(values.get("target_names", [])),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        shape = None
    if shape is None or not shape.members or not _is_sound(shape.input_shape):
        raise RunError(f"{folder.path / 'preparation.json'} is damaged: it does not describe the network's inputs")
    return shape


def _is_sound(sides: tuple[int, ...]) -> bool:
    return 1 <= len(sides) <= 3 and min(sides) >= 1 and math.prod(sides) <= MAX_INPUTS


def _words(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("expected a list of texts")
    return tuple(values)


def _member(record: Any) -> MemberData:
    if not isinstance(record["preparation"], dict):
        raise TypeError("expected an object")
    return MemberData(record["preparation"], _numbers(record["target_scale"]), _numbers(record["target_shift"]))


def _numbers(value: Any) -> Shift:
    """Read one number, or a list with one for each target."""
    return np.array(value, np.float64) if isinstance(value, list) else float(value)
