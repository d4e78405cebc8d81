"""A table in memory: columns of numbers and columns of words, whatever file or object it came from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import DataError, unknown_name


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """A column of numbers, or of true and false.

    Attributes:
        name: As in the header.
        values: The numbers (float64); NaN where a cell is missing; 1 and 0 for true and false.
        is_boolean: Whether the cells say true and false.
    """

    name: str
    values: Float[np.ndarray, " rows"]
    is_boolean: bool = False

    @property
    def is_missing(self) -> np.ndarray:
        """Whether each cell is missing."""
        return np.isnan(self.values)

    def take(self, rows: Int[np.ndarray, " taken"]) -> "NumberColumn":
        """Keep some rows."""
        return replace(self, values=self.values[rows])

    def to_numbers(self) -> "NumberColumn":
        """Return the column itself."""
        return self

    def to_words(self) -> "WordColumn":
        """Read the numbers as the names of categories: 3.0 as "3"."""
        present = ~self.is_missing
        distinct, codes = np.unique(self.values[present], return_inverse=True)
        all_codes = np.full(len(self.values), -1, np.int32)
        all_codes[present] = codes
        words = tuple(str(value == 1.0) if self.is_boolean else number_word(float(value)) for value in distinct)
        return WordColumn(self.name, all_codes, words)

    def to_cells(self) -> np.ndarray:
        """Return the cells as a person knows them."""
        return self.to_words().to_cells() if self.is_boolean else self.values


@dataclass(frozen=True, eq=False)
class WordColumn:
    """A column of words, each word kept once.

    Attributes:
        name: As in the header.
        codes: Which of `words` stands in each row; -1 where the cell is missing.
        words: The different words. Some may stand in no row.
    """

    name: str
    codes: Int[np.ndarray, " rows"]
    words: tuple[str, ...]

    @property
    def is_missing(self) -> np.ndarray:
        """Whether each cell is missing."""
        return self.codes < 0

    def take(self, rows: Int[np.ndarray, " taken"]) -> "WordColumn":
        """Keep some rows."""
        return replace(self, codes=self.codes[rows])

    def to_numbers(self) -> NumberColumn:
        """Read the words as numbers where they are, and as missing where they are not."""
        values = np.array([*(_number_or_nan(word) for word in self.words), np.nan])
        return NumberColumn(self.name, values[self.codes])

    def to_words(self) -> "WordColumn":
        """Return the column itself."""
        return self

    def to_cells(self) -> np.ndarray:
        """Return the cells as a person knows them; a missing one is empty."""
        return np.array([*self.words, ""], dtype=object)[self.codes]


Column = NumberColumn | WordColumn


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of one length.

    Attributes:
        name: What a person calls the table.
        columns: The columns, in order.
        labels: A number per row by which a person finds it: its line in the file, or its place counted from 1.
        notes: What was noticed while reading, a sentence each.
        checksum: SHA-256 over the bytes read.
        is_named: Whether the columns have names of their own, by which they can be found in another table.
        unit: What the labels count.
    """

    name: str
    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    checksum: str = ""
    is_named: bool = True
    unit: str = "row"

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return len(self.labels)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Find a column by its name, or say which names there are."""
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(f"{self.name}: {unknown_name('column', name, self.names)}")

    def take(self, rows: Int[np.ndarray, " taken"]) -> "Table":
        """Keep some rows."""
        labels = tuple(self.labels[row] for row in rows.tolist())
        return replace(self, columns=tuple(column.take(rows) for column in self.columns), labels=labels)

    def without(self, names: Sequence[str]) -> "Table":
        """Leave some columns out."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))

    def renamed(self, names: Sequence[str]) -> "Table":
        """Give the columns other names."""
        columns = tuple(replace(column, name=name) for column, name in zip(self.columns, names, strict=True))
        return replace(self, columns=columns)


def stack_columns(first: Column, second: Column) -> Column:
    """Put the cells of a second column below those of the first, read as the first is."""
    if isinstance(first, NumberColumn):
        return replace(first, values=np.concatenate([first.values, second.to_numbers().values]))
    below = second.to_words()
    index = {word: place for place, word in enumerate(first.words)}
    moved = np.array([*(index.setdefault(word, len(index)) for word in below.words), -1], np.int32)
    return WordColumn(first.name, np.concatenate([first.codes, moved[below.codes]]).astype(np.int32), tuple(index))


def number_word(value: float) -> str:
    """Write a number as the name of a category.

    Example:
        >>> number_word(3.0), number_word(0.5)
        ('3', '0.5')
    """
    return str(int(value)) if value.is_integer() else repr(value)


def parse_number(word: str) -> float | None:
    """Read a word as a number, or return None where it is none.

    Example:
        >>> parse_number(" .28"), parse_number("1_000"), parse_number("-inf")
        (0.28, None, -inf)
    """
    if "_" in word:  # Python's own grouping; in a file it is part of a name
        return None
    try:
        return float(word)
    except ValueError:
        return None


def _number_or_nan(word: str) -> float:
    number = parse_number(word)
    if number is None:
        return {"true": 1.0, "false": 0.0}.get(word.lower(), np.nan)
    return number
