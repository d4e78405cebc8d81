"""What every source of data ends in: prepared arrays and the three parts."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.data._stored_pictures import StoredPictures

Task = Literal["classification", "regression"]
PartName = Literal["train", "validation", "test"]


@runtime_checkable
class Preparation(Protocol):
    """What was learned from the training part in order to prepare the data, and how to do it again.

    It is kept in a run as JSON and needs nothing but itself to prepare new examples, and to read what the network
    answers: classes by id, or reals in their own unit by shift and scale. The properties mean what `Dataset`'s do.
    """

    @property
    def task(self) -> Task:
        """Whether classes or a real number are predicted."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names by id."""
        ...

    @property
    def target_shift(self) -> float:
        """A real target in its own unit is `target * target_scale + target_shift`."""
        ...

    @property
    def target_scale(self) -> float:
        """See `target_shift`."""
        ...

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        ...

    @property
    def input_scale(self) -> float:
        """What uint8 inputs are multiplied by."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name per input feature; empty for pictures."""
        ...

    @property
    def input_columns(self) -> tuple[str, ...]:
        """The column that each input comes from, where categories have an input each; empty for pictures."""
        ...

    @property
    def input_units(self) -> dict[int, tuple[float, float]]:
        """By the place of each input that is a column of numbers: the column is `input * scale + mean`."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `preparation_from_json` builds the same preparation."""
        ...

    def apply(self, source: Any) -> "Prepared":
        """Prepare new examples: a DataFrame, a path of a file or folder, or an array, as the kind of data has it."""
        ...


@dataclass(frozen=True)
class Prepared:
    """New examples, ready for the network.

    Attributes:
        inputs: As `Dataset.inputs`.
        targets: As `Dataset.targets`, where the source has them; class ids of -1 are unknown classes.
        labels: A word or number per example by which a person knows it (a file name, a row number).
        notes: What had to be done, one line each ("3 unseen categories in 'island' set to none").
    """

    inputs: Shaped[np.ndarray, "examples *shape"] | StoredPictures
    targets: Shaped[np.ndarray, " examples"] | None
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """The examples of one experiment, prepared and divided.

    Attributes:
        name: What a person calls the data.
        task: Whether classes or a real number are to be told.
        inputs: Examples by any input shape: `(features,)` or `(height, width, channels)`. Either float32 and ready,
            or uint8 pictures of which the network sees `inputs * input_scale` (so that 70,000 pictures stay small).
            Pictures that are too many for the memory are `StoredPictures`, to be asked for some rows at a time.
        targets: Class ids (int32), or standardised reals (float32).
        classes: The classes' names by id; empty for regression.
        train: Rows of the training part. No row is in two parts.
        validation: Rows of the validation part; may be empty.
        test: Rows of the test part; may be empty.
        preparation: How new examples are prepared.
        input_scale: What uint8 inputs are multiplied by; 1 for float32 inputs.
        target_shift: A real target in its own unit is `targets * target_scale + target_shift`.
        target_scale: See `target_shift`; 1 for classification.
        feature_names: A name per input feature; empty for pictures.
        target_name: The column in `raw` that is to be predicted; empty where there is none.
        labels: A word per example by which a person knows it (a file name, a row number), or empty.
        raw: Columns as they stood in the file, by name, for showing an example to a person; may be empty.
        notes: What was noticed and done, a plain sentence each.
        checksum: SHA-256 over the bytes that were read, as "sha256:...".
    """

    name: str
    task: Task
    inputs: Shaped[np.ndarray, "examples *shape"] | StoredPictures
    targets: Shaped[np.ndarray, " examples"]
    classes: tuple[str, ...]
    train: Int[np.ndarray, " train"]
    validation: Int[np.ndarray, " validation"]
    test: Int[np.ndarray, " test"]
    preparation: Preparation
    input_scale: float = 1.0
    target_shift: float = 0.0
    target_scale: float = 1.0
    feature_names: tuple[str, ...] = ()
    target_name: str = ""
    labels: tuple[str, ...] = ()
    raw: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    checksum: str = ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return self.inputs.shape[1:]

    @property
    def is_pictures(self) -> bool:
        """Whether an example is a picture, `(height, width, channels)`."""
        return len(self.input_shape) == 3

    def part(self, name: PartName) -> Int[np.ndarray, " rows"]:
        """Return the rows of a part by its name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    def real_inputs(self, rows: Int[np.ndarray, " rows"]) -> Float[np.ndarray, "rows *shape"]:
        """Return the inputs of some rows as the network sees them."""
        return self.inputs[rows].astype(np.float32) * np.float32(self.input_scale)
