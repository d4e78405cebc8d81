"""Data sets: prepared arrays, divided into training, validation and test set."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import PartName
from descentlab.data._stored_pictures import StoredPictures

Task = Literal["classification", "regression", "multi-label"]
"""To predict one of several classes, one or several real numbers, or yes or no for each of several labels."""

TaskKind = Literal["classes", "labels", "numbers"]
Shift = float | Float[np.ndarray, " targets"]
"""A number, or one for each of several real targets."""

TASK_KINDS: dict[Task, TaskKind] = {"classification": "classes", "regression": "numbers", "multi-label": "labels"}


@runtime_checkable
class Preparation(Protocol):
    """The preparation of data, learned from the training set and applied to any examples.

    A run keeps it as JSON. It suffices to prepare new examples and to interpret the outputs of the network: classes by
    id, or real numbers in the unit of the target by shift and scale. The properties mean the same as in `Dataset`.
    """

    @property
    def task(self) -> Task:
        """Task: to predict classes, labels or real numbers."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes by id."""
        ...

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of several targets; empty for a single one."""
        ...

    @property
    def target_shift(self) -> Shift:
        """Shift of a real target: in its own unit it is `target * target_scale + target_shift`."""
        ...

    @property
    def target_scale(self) -> Shift:
        """Scale of a real target; see `target_shift`."""
        ...

    @property
    def weights(self) -> str:
        """Name of the column of weights; empty if the network was trained without any."""
        ...

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        ...

    @property
    def input_scale(self) -> float:
        """Factor of inputs of type uint8."""
        ...

    @property
    def brightness_scale(self) -> float:
        """Factor that brings inputs of type uint8 to 0 to 1, for showing them; the network may read others."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the input features; empty for pictures."""
        ...

    @property
    def input_columns(self) -> tuple[str, ...]:
        """Column of each input, since a category has an input of its own; empty for pictures."""
        ...

    @property
    def input_units(self) -> dict[int, tuple[float, float]]:
        """Mean and scale of each numeric column, by the position of its input: the column is `input * scale + mean`."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `preparation_from_json` builds the same preparation."""
        ...

    def apply(self, source: Any) -> "Prepared":
        """Prepare new examples from a DataFrame, a file, a folder or an array, as the kind of data allows."""
        ...


@dataclass(frozen=True)
class Prepared:
    """New examples, ready for the network.

    Attributes:
        inputs: Inputs as in `Dataset.inputs`.
        targets: Targets as in `Dataset.targets`, or None if the source has none; a class id of -1 is an unknown class,
            and NaN an unknown number or label.
        labels: A name for each example, such as a file name or a row number.
        notes: Notes on the preparation, one sentence each.
        weights: Weight of each example as in the source, not checked (NaN for a cell that is missing or no number);
            None if the network was trained without weights, or the source has none.
        far: What in each example no training example had, in words, and empty for an example like those; empty as a
            whole if the run does not keep what training examples were like.
    """

    inputs: Shaped[np.ndarray, "examples *shape"] | StoredPictures
    targets: Shaped[np.ndarray, "examples *targets"] | None
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    weights: Float[np.ndarray, " examples"] | None = None
    far: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """The examples of an experiment, prepared and divided into parts.

    Attributes:
        name: Name of the data.
        task: Task: to predict classes, labels or real numbers.
        inputs: Examples of shape `(features,)` or `(height, width, channels)`. They are either float32 and ready, or
            uint8 pictures that the network reads as `inputs * input_scale` (so that 70,000 pictures stay small).
            Pictures that do not fit into memory are `StoredPictures`, which are read some rows at a time.
        targets: Class ids (int32), standardised real numbers (float32), or 0 and 1 for labels (float32); several
            numbers and labels have a column each.
        classes: Names of the classes by id; empty for regression and for labels.
        train: Rows of the training set. No row is in two parts.
        validation: Rows of the validation set; may be empty.
        test: Rows of the test set; may be empty.
        preparation: Preparation of new examples.
        input_scale: Factor of inputs of type uint8; 1 for float32 inputs.
        target_shift: Shift of a real target: in its own unit it is `targets * target_scale + target_shift`.
        target_scale: Scale of a real target; 1 for classes and labels. Several real targets have an array of each.
        feature_names: Names of the input features; empty for pictures.
        target_name: Column in `raw` that is to be predicted; empty if there is none. Several are joined by commas.
        target_names: Names of several targets; empty for a single one.
        labels: A name for each example, such as a file name or a row number; may be empty.
        raw: Columns as in the file, by name, for showing an example to a person; may be empty.
        notes: Notes on reading and preparing the data, one plain sentence each.
        checksum: SHA-256 of the bytes that were read, such as "sha256:...".
        weights: Weight of each example as it was given, by which it counts in the loss and in every metric; each part
            has one above 0. None if every example counts once.
        weights_column: Name of the weights; empty if there are none.
    """

    name: str
    task: Task
    inputs: Shaped[np.ndarray, "examples *shape"] | StoredPictures
    targets: Shaped[np.ndarray, "examples *targets"]
    classes: tuple[str, ...]
    train: Int[np.ndarray, " train"]
    validation: Int[np.ndarray, " validation"]
    test: Int[np.ndarray, " test"]
    preparation: Preparation
    input_scale: float = 1.0
    target_shift: Shift = 0.0
    target_scale: Shift = 1.0
    feature_names: tuple[str, ...] = ()
    target_name: str = ""
    target_names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    raw: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    checksum: str = ""
    weights: Float[np.ndarray, " examples"] | None = None
    weights_column: str = ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self.inputs.shape[1:]

    @property
    def task_kind(self) -> TaskKind:
        """What is predicted: one of several classes, yes or no for several labels, or real numbers."""
        return TASK_KINDS[self.task]

    @property
    def task_size(self) -> int:
        """Number of classes, labels or real numbers."""
        return len(self.classes) or len(self.target_names) or 1

    @property
    def is_pictures(self) -> bool:
        """Whether an example is a picture, `(height, width, channels)`."""
        return len(self.input_shape) == 3

    def part(self, name: PartName) -> Int[np.ndarray, " rows"]:
        """Return the rows of a part by its name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    def weights_at(self, rows: Int[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"] | None:
        """Return the weights of some rows; None if every example counts once."""
        return None if self.weights is None else self.weights[rows]

    def real_inputs(self, rows: Int[np.ndarray, " rows"]) -> Float[np.ndarray, "rows *shape"]:
        """Return the inputs of some rows as the network reads them."""
        return self.inputs[rows].astype(np.float32) * np.float32(self.input_scale)
