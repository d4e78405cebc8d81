"""A description of data before training: its columns, its classes and notes on it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from descentlab import data
from descentlab.core import DescentlabError, message_of
from descentlab.data import Dataset
from descentlab.spec import SplitSpec, TableData
from descentlab.studio.files import without_folder
from descentlab.studio.pages.data._sets import DataChoice

OnProgress = Callable[[str, int, int], None]
EXAMPLES = 3
TRUTH = "true or false"
LARGEST_WHOLE = 1e12
"""Whole numbers from this one on are written with a power of ten."""


@dataclass(frozen=True)
class ColumnLine:
    """The description of one column.

    Attributes:
        name: Name of the column in the file.
        kind: "numbers", "words" or "true or false".
        missing: Number of cells without a value.
        distinct: Number of different values.
        values: Some of the values, or the range of numbers.
    """

    name: str
    kind: str
    missing: int
    distinct: int
    values: str


@dataclass(frozen=True)
class Look:
    """The description of data.

    Attributes:
        choice: Chosen data.
        size: Number and kind of examples, in words.
        columns: Columns of a table, in order.
        target: Target column; empty if the target is not a column.
        task: "classification", "regression", or empty if a network cannot learn from the data.
        classes: Name and number of examples of each class.
        reals: Range, mean and standard deviation of a real target, in words.
        notes: Notes on the data, one sentence each.
        problem: Reason why a network cannot learn from the data; empty if it can.
    """

    choice: DataChoice
    size: str
    columns: tuple[ColumnLine, ...] = ()
    target: str = ""
    task: str = ""
    classes: tuple[tuple[str, int], ...] = ()
    reals: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""

    @property
    def truths(self) -> tuple[str, ...]:
        """Names of the columns that hold "True" and "False"."""
        return tuple(column.name for column in self.columns if column.kind == TRUTH)


def look_at(choice: DataChoice, *, on_progress: OnProgress | None = None) -> Look:
    """Read data and describe it.

    Args:
        choice: Chosen data; a table without a target gets the one that `descentlab train` would take.
        on_progress: Called while pictures are read.

    Returns:
        The description. A table has its columns even if a network cannot learn this target from it.

    Raises:
        DescentlabError: If the data cannot be read at all.
    """
    if not isinstance(choice.data, TableData):
        return _learnable(Look(choice, ""), on_progress)
    table_path = Path(choice.data.path)
    table = data.table_as_read(choice.data)
    columns = tuple(describe_column(column.name, column.to_cells()) for column in table.columns)
    size = f"{table.num_rows:,} rows, {len(columns):,} columns"
    look = Look(choice, size, columns, str(choice.data.target or ""), notes=table.notes)
    try:
        return _learnable(look, on_progress)
    except DescentlabError as error:
        return replace(look, problem=without_folder(message_of(error), table_path))


def _learnable(look: Look, on_progress: OnProgress | None) -> Look:
    dataset = data.prepare(data.load(look.choice.data, on_progress=on_progress), SplitSpec(), 0)
    columns = look.columns or tuple(describe_column(name, cells) for name, cells in dataset.raw.items())
    return replace(
        look,
        size=look.size or _size_of(dataset),
        columns=columns,
        target=dataset.target_name,
        task=dataset.task,
        classes=_classes(dataset),
        reals=_reals(dataset),
        notes=dataset.notes,
    )


def _size_of(dataset: Dataset) -> str:
    count = f"{len(dataset.targets):,}"
    if not dataset.is_pictures:
        return f"{count} rows, {len(dataset.raw):,} columns"
    height, width, channels = dataset.input_shape
    return f"{count} pictures of {width}x{height} pixels, {'grey' if channels == 1 else 'in colour'}"


def _classes(dataset: Dataset) -> tuple[tuple[str, int], ...]:
    if dataset.task == "regression":
        return ()
    counts = np.bincount(dataset.targets, minlength=len(dataset.classes))
    return tuple(zip(dataset.classes, counts.tolist(), strict=True))


def _reals(dataset: Dataset) -> str:
    if dataset.task == "classification":
        return ""
    values = dataset.targets.astype(np.float64) * dataset.target_scale + dataset.target_shift
    return (
        f"numbers from {values.min():.4g} to {values.max():.4g}, mean {values.mean():.4g}, "
        f"standard deviation {values.std():.4g}"
    )


def describe_column(name: str, cells: Shaped[np.ndarray, " rows"]) -> ColumnLine:
    """Describe a column by its cells: numbers with NaN, or words that may be empty.

    Example:
        >>> describe_column("width", np.array([1.5, np.nan, 2.0]))
        ColumnLine(name='width', kind='numbers', missing=1, distinct=2, values='1.5 to 2')
    """
    if cells.dtype.kind == "f":
        present = cells[~np.isnan(cells)]
        values = f"{_number(float(present.min()))} to {_number(float(present.max()))}" if len(present) else ""
        return ColumnLine(name, "numbers", len(cells) - len(present), len(np.unique(present)), values)
    counts = Counter(str(cell) for cell in cells if cell != "")
    kind = TRUTH if counts and set(counts) <= {"True", "False"} else "words"
    return ColumnLine(name, kind, len(cells) - counts.total(), len(counts), _some(counts))


def _number(value: float) -> str:
    """Write whole numbers with all digits, as a file does: 1484705, not 1.4847e+06."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < LARGEST_WHOLE else f"{value:.6g}"


def _some(counts: "Counter[str]") -> str:
    shown = [word if len(word) <= 24 else f"{word[:23]}…" for word, _ in counts.most_common(EXAMPLES)]
    return ", ".join(shown) + (", …" if len(counts) > EXAMPLES else "")
