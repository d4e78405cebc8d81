"""Where the examples come from."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from descentlab.spec._base import NothingIsNone, Spec
from descentlab.spec._known_sets import known_sets

Share = Annotated[float, Field(ge=0.0, lt=1.0)]
PlaygroundFeature = Literal["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"]

if TYPE_CHECKING:  # a type checker cannot read names off a table
    BundledName = str
    IdxName = str
    PlaygroundName = str
    SyntheticName = str
else:
    BundledName = Literal[tuple(known_sets("bundled"))]
    IdxName = Literal[tuple(known_sets("idx"))]
    PlaygroundName = Literal[tuple(known_sets("playground"))]
    SyntheticName = Literal[tuple(known_sets("synthetic"))]


class ExamplesSpec(Spec):
    """What all kinds of data have: noise in the labels of the training set, drawn by seed; the other parts stay true.

    It exists for experiments about failure, such as a network that learns its labels by heart.
    """

    shuffled_labels: float = Field(
        default=0.0, ge=0.0, le=1.0, description="Share of the training labels that are shuffled among each other."
    )
    flipped_labels: float = Field(
        default=0.0,
        ge=0.0,
        le=1.0,
        description="Share of the training labels that become another class, each with the same probability.",
    )


Preparing = Annotated[Literal["standard", "none"], NothingIsNone]


class PreparationSpec(Spec):
    """Whether columns of numbers and real targets are standardised, and pixels scaled to 0 to 1.

    `preparation = "none"` stands for both; it exists for experiments about failure.
    """

    inputs: Preparing = Field(
        default="standard", description="'none' leaves columns of numbers in their units, and pixels at 0 to 255."
    )
    targets: Preparing = Field(default="standard", description="'none' leaves a real target in its unit.")


def _accept_word_for_both(value: Any) -> Any:
    word = "none" if value is None else value
    return {"inputs": word, "targets": word} if isinstance(word, str) else value


STANDARD = PreparationSpec()


class PreparedSpec(ExamplesSpec):
    """What the kinds of data have whose numbers are prepared for the network."""

    preparation: Annotated[PreparationSpec, BeforeValidator(_accept_word_for_both)] = STANDARD


class WrittenClassesSpec(PreparedSpec):
    """What the kinds of data have whose classes a person wrote down."""

    merge_classes: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description="Whether names of classes that differ by case, spaces or full stops alone are one class. 'auto' "
        "leaves spellings of one or two letters apart.",
    )


class BundledData(PreparedSpec):
    """A small data set that comes with descentlab's dependencies and needs no network."""

    kind: Literal["bundled"] = "bundled"
    name: BundledName = "iris"


class IdxData(PreparedSpec):
    """MNIST or Fashion-MNIST from their four IDX files, found in `$DESCENTLAB_DATA` or downloaded."""

    kind: Literal["idx"] = "idx"
    name: IdxName = "mnist"
    num_train: int | None = Field(default=None, ge=2, description="Use only so many training pictures, drawn by seed.")


class PlaygroundData(ExamplesSpec):
    """One of TensorFlow Playground's two-dimensional sets, drawn by its published definition."""

    kind: Literal["playground"] = "playground"
    name: PlaygroundName = "circle"
    num_examples: int | None = Field(default=None, ge=4, description="Default: 500 to classify, 1,200 for regression.")
    noise: float = Field(default=0.0, ge=0.0, le=100.0, description="Noise in per cent, as on the page's slider.")
    features: tuple[PlaygroundFeature, ...] = Field(default=("x1", "x2"), min_length=1)


class PointsData(ExamplesSpec):
    """Points in the plane that a person has drawn or pasted. They are a part of the description itself."""

    kind: Literal["points"] = "points"
    points: tuple[tuple[float, float, str | float], ...] = Field(
        min_length=4, max_length=5_000, description="x1, x2 and the target: the name of a class, or a number."
    )
    features: tuple[PlaygroundFeature, ...] = Field(default=("x1", "x2"), min_length=1)

    @field_validator("points")
    @classmethod
    def _one_kind(cls, points: tuple[tuple[float, float, str | float], ...]) -> Any:
        kinds = {isinstance(label, str) for _, _, label in points}
        if len(kinds) > 1:
            raise ValueError("some points have a class's name and others a number; give all of them one or the other")
        if kinds == {True} and len({label for _, _, label in points}) < 2:
            raise ValueError("all points are of the same class; add points of another class")
        return points


class SyntheticData(ExamplesSpec):
    """Real inputs and targets by definition, as they are: nothing is standardised.

    `normal`: inputs and targets from the standard normal distribution, drawn by seed, so that there is nothing to
    learn but the examples themselves. `chebyshev`: one input at equal distances from -1 to 1, and the Chebyshev
    polynomial of degree 4 there.
    """

    kind: Literal["synthetic"] = "synthetic"
    name: SyntheticName = "normal"
    num_examples: int = Field(default=272, ge=4)
    num_inputs: int = Field(default=16, ge=1, le=10_000, description="Inputs of `normal`; `chebyshev` has one.")


class DividedSpec(WrittenClassesSpec):
    """Examples with columns by which they can be divided into parts."""

    group: str | int | None = Field(
        default=None, description="Column by name or position: rows with the same cell stay in one part. No input."
    )
    time: str | int | None = Field(
        default=None, description="Column by name or position: the test part holds the latest rows. No input."
    )

    @model_validator(mode="after")
    def _one_division(self) -> "DividedSpec":
        if self.group is not None and self.time is not None:
            raise ValueError("group and time cannot be stated both; leave out one of them")
        return self


class TableData(DividedSpec):
    """A table in a file (text such as CSV, a workbook, JSON lines, Parquet), one example a row."""

    kind: Literal["table"] = "table"
    path: str
    target: str | int | tuple[str | int, ...] | None = Field(
        default=None, description="Column by name or position (-1 is the last), or several in a list."
    )
    task: Literal["auto", "classification", "regression"] = "auto"
    header: Literal["auto", "yes", "no"] | Annotated[int, Field(ge=1)] = Field(
        default="auto", description="Whether a row names the columns, or the number of the line that does."
    )
    encoding: str | None = Field(default=None, description="Encoding of a text file. Default: recognised.")
    separator: str | None = Field(
        default=None, description="Delimiter of a text file, as ';' or 'tab'. Default: the one that fits."
    )
    drop: tuple[str, ...] = Field(default=(), description="Columns to leave out.")
    categories: tuple[str, ...] = Field(default=(), description="Columns of numbers that are codes of categories.")
    missing: tuple[str, ...] | None = Field(
        default=None,
        description="Words that mean a missing cell, beside the usual ones; with 'none' among them, they and an empty "
        "cell alone.",
    )
    weights: str | int | None = Field(
        default=None, description="Column by name or position: how much each example counts, 0 or more."
    )
    test_path: str | None = Field(default=None, description="A second file that holds the test part.")
    test_column: str | None = Field(default=None, description="A column that marks the test rows.")
    test_value: str = Field(default="test", description="What `test_column` says in a test row.")

    @field_validator("header", mode="before")
    @classmethod
    def _names_a_line(cls, header: Any) -> Any:
        if isinstance(header, str) and header.strip().isdecimal() and len(header) < 10:
            header = int(header)
        is_line = isinstance(header, int) and not isinstance(header, bool) and header >= 1
        if not is_line and header not in ("auto", "yes", "no"):
            raise ValueError(f"header={str(header)[:20]!r} should be 'yes' or 'no', 'auto', or the number of a line")
        return header


class PicturesData(WrittenClassesSpec):
    """A folder of pictures: a subfolder per class, or a table of labels beside the folder."""

    kind: Literal["pictures"] = "pictures"
    path: str
    labels: str | None = Field(default=None, description="A table with a file name and a label in each row.")
    task: Literal["auto", "classification", "regression"] = "auto"
    height: int | None = Field(default=None, ge=1, le=4096, description="Default: the most frequent picture's.")
    width: int | None = Field(default=None, ge=1, le=4096)
    color: Literal["auto", "gray", "rgb"] = "auto"
    depth: int | None = Field(
        default=None, ge=1, le=16, description="Bits of a pixel in files of 16 bits. Default: as the pictures suggest."
    )
    strict: bool = Field(default=False, description="Stop at a broken picture instead of skipping it.")
    in_memory_mb: int = Field(
        default=1_024, ge=0, le=4_096, description="Pictures that would take more megabytes stay on disk."
    )


class ArraysData(DividedSpec):
    """Arrays or a DataFrame handed over in Python. They are not kept, so such a run names them again to resume."""

    kind: Literal["arrays"] = "arrays"
    name: str = "arrays"
    task: Literal["auto", "classification", "regression"] = "auto"
    missing: tuple[str, ...] | None = Field(
        default=None,
        description="Words that mean a missing cell, beside the usual ones; with 'none' among them, they and an empty "
        "cell alone.",
    )
    weights: str | int | None = Field(
        default=None, description="Column of weights by name or position; 'sample_weight' for an array of them."
    )


DataSpec = Annotated[
    BundledData | IdxData | PlaygroundData | PointsData | SyntheticData | TableData | PicturesData | ArraysData,
    Field(discriminator="kind"),
]


class SplitSpec(Spec):
    """How the examples are divided. Parts are stratified by class, and drawn by the experiment's seed."""

    test: Share = Field(default=0.2, description="Share of all examples kept for the test; unused where one exists.")
    validation: Share = Field(default=0.2, description="Share of the remaining examples kept for validation.")
    folds: int | None = Field(
        default=None,
        ge=2,
        le=100,
        description="Number of folds: the network of seed s is tested on fold s mod folds; `test` is unused.",
    )
    fold_seed: int | None = Field(default=None, ge=0, lt=2**32, description="Seed that draws the folds. Default: 0.")

    @field_validator("test", "validation")
    @classmethod
    def _not_everything(cls, share: float) -> float:
        if share > 0.95:
            raise ValueError(f"a share of {share} leaves nothing to train on; use at most 0.95")
        return share
