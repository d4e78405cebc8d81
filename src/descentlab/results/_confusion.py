"""The confusion matrix, each cell with the examples behind it."""

from collections.abc import Iterable
from dataclasses import dataclass

from descentlab.core import PART_WORDS
from descentlab.results._content import Confusion, Example
from descentlab.results._csv import Download, download
from descentlab.results._examples import ExampleView, columns_of, view_examples
from descentlab.results._numbers import count, short

MAX_SHOWN = 1200
"""Most examples of the whole matrix; ten classes have a hundred cells with a dozen examples each."""

MAX_IN_CELL = 12

MAX_BYTES = 2_000_000
"""Most bytes of all their pictures together."""


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix.

    Attributes:
        key: Name of the cell's examples inside the page; empty if none are shown.
        num: Number of examples.
        text: Number of examples, in words.
        tint: Strength of the cell's colour, from 0 to 1.
        is_right: Whether the cell lies on the diagonal.
        label: Meaning of the cell, in words.
    """

    key: str
    num: int
    text: str
    tint: float
    is_right: bool
    label: str


@dataclass(frozen=True)
class MatrixRow:
    """The row of one true class."""

    name: str
    short_name: str
    cells: tuple[Cell, ...]
    total: str


@dataclass(frozen=True)
class CellExamples:
    """The examples behind one cell."""

    key: str
    num: int
    text: str
    true: str
    predicted: str
    is_right: bool
    examples: tuple[ExampleView, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ConfusionView:
    """The section of the confusion matrix.

    Attributes:
        part: Part of the data.
        num: Number of examples.
        rows: Rows of the matrix.
        columns: Names of the predicted classes, and their short forms.
        cells: Examples of the cells.
        opened: Key of the cell that is open at first.
        size: "roomy", "dense" or "tiny", by the number of classes.
        has_long_names: Whether the names of the columns must be turned upright.
        pairs: Cells of the most frequent mistakes, the most frequent first.
        saved: The matrix as a file.
    """

    part: str
    num: str
    rows: tuple[MatrixRow, ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[CellExamples, ...]
    opened: str
    size: str
    has_long_names: bool
    pairs: tuple[Cell, ...]
    saved: Download


def confusion_view(confusion: Confusion) -> ConfusionView:
    """Lay out the confusion matrix and the examples behind its cells."""
    shown = _shown(confusion)
    names, counts = confusion.classes, confusion.counts
    rows = tuple(_row(confusion, true, shown) for true in range(len(names)))
    wrong = sorted((cell for row in rows for cell in row.cells if not cell.is_right and cell.num), key=lambda c: -c.num)
    cells = tuple(_cell_examples(confusion, pair, examples) for pair, examples in sorted(shown.items()))
    first = next((cell.key for cell in wrong if cell.key), next((cell.key for cell in cells), ""))
    size = "roomy" if len(names) <= 6 else "dense" if len(names) <= 16 else "tiny"
    table = ((name, *map(int, counts[k])) for k, name in enumerate(names))
    return ConfusionView(
        PART_WORDS[confusion.part],
        count(int(counts.sum())),
        rows,
        tuple((name, short(name, length=18)) for name in names),
        cells,
        first,
        size,
        max(map(len, names), default=0) > (10 if size == "roomy" else 2),
        tuple(wrong[:8]),
        download("confusion.csv", ("true \\ predicted", *names), table),
    )


def _shown(confusion: Confusion) -> dict[tuple[int, int], list[Example]]:
    cells: dict[tuple[int, int], list[Example]] = {}
    for example in confusion.examples:
        cells.setdefault((int(example.true), int(example.predicted)), []).append(example)
    most = max(2, min(MAX_IN_CELL, MAX_SHOWN // max(len(cells), 1)))
    budget, kept = MAX_BYTES, {}
    # Mistakes come first: if there is not room for all examples, a reader wants to see them.
    for pair in sorted(cells, key=lambda pair: (pair[0] == pair[1], pair)):
        kept[pair], budget = _within(cells[pair][:most], budget)
    return {pair: examples for pair, examples in kept.items() if examples}


def _within(examples: Iterable[Example], budget: int) -> tuple[list[Example], int]:
    kept = []
    for example in examples:
        # A PNG of a photograph is about as large as its pixels, and base64 adds a third.
        cost = 400 if example.picture is None else 400 + example.picture.size * 4 // 3
        if cost > budget:
            break
        kept.append(example)
        budget -= cost
    return kept, budget


def _key(true: int, predicted: int) -> str:
    return f"cell-{true}-{predicted}"


def _row(confusion: Confusion, true: int, shown: dict[tuple[int, int], list[Example]]) -> MatrixRow:
    counts, names = confusion.counts[true], confusion.classes
    total = int(counts.sum())
    cells = tuple(
        Cell(
            _key(true, predicted) if (true, predicted) in shown else "",
            int(num),
            count(int(num)),
            # Coloured by their share alone, a few mistakes among many examples could not be seen.
            round(float(num / max(total, 1)) ** (1.0 if true == predicted else 0.5), 3),
            true == predicted,
            f"{names[true]} taken for {names[predicted]}"
            if true != predicted
            else f"{names[true]} predicted correctly",
        )
        for predicted, num in enumerate(counts)
    )
    return MatrixRow(names[true], short(names[true], length=18), cells, count(total))


def _cell_examples(confusion: Confusion, pair: tuple[int, int], examples: list[Example]) -> CellExamples:
    names = confusion.classes
    views = view_examples(examples, names)
    num = int(confusion.counts[pair])
    is_right = pair[0] == pair[1]
    return CellExamples(
        _key(*pair), num, count(num), names[pair[0]], names[pair[1]], is_right, views, columns_of(views)
    )
