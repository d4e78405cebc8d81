"""Tables in memory: columns of numbers and columns of words, from any file or object."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import DataError, unknown_name
from descentlab.data._beneath import NO_ROW_BENEATH, Beneath
from descentlab.data._moments import are_times, moment_word
from descentlab.data._numerals import parse_number as parse_number
from descentlab.data._reading import Inference


@dataclass(frozen=True, eq=False)
class TextCells:
    """Cells as they are in the file, which keep each word once.

    Attributes:
        codes: Position in `words` of the word in each row; -1 for no word.
        words: The different words as in the file, with their blanks.
        decimal_comma: Whether the file's own form suggests that "1,234" has three decimals.
    """

    codes: Int[np.ndarray, " rows"]
    words: Sequence[str]
    decimal_comma: bool = False

    def take(self, rows: Int[np.ndarray, " taken"]) -> "TextCells":
        """Return some rows, and the words that are in them."""
        codes = self.codes[rows]
        kept, places = np.unique(codes[codes >= 0], return_inverse=True)
        new_codes = np.full(len(codes), -1, np.int32)
        new_codes[codes >= 0] = places
        return replace(self, codes=new_codes, words=[self.words[code] for code in kept.tolist()])


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """A column of numbers, of true and false, or of moments.

    Attributes:
        name: Name in the header.
        values: Numbers (float64); NaN for a missing cell; 1 and 0 for true and false; seconds since 1970 for moments.
        is_boolean: Whether the cells are true and false.
        is_moment: Whether the cells are dates or times of day.
        text: Cells as in the file, if they come from text.
        inference: How these cells were read, if all of them decided it.
    """

    name: str
    values: Float[np.ndarray, " rows"]
    is_boolean: bool = False
    is_moment: bool = False
    text: TextCells | None = None
    inference: Inference | None = None

    @property
    def is_missing(self) -> np.ndarray:
        """Whether each cell is missing."""
        return np.isnan(self.values)

    def take(self, rows: Int[np.ndarray, " taken"]) -> "NumberColumn":
        """Return some rows."""
        text = None if self.text is None else self.text.take(rows)
        return replace(self, values=self.values[rows], text=text, inference=None)

    def without_text(self) -> "NumberColumn":
        """Return the column without its text, which takes memory."""
        return replace(self, text=None, inference=None)

    def to_numbers(self) -> "NumberColumn":
        """Return the column itself."""
        return self

    def to_words(self) -> "WordColumn":
        """Read the numbers as names of categories, such as 3.0 as "3"."""
        present = ~self.is_missing
        distinct, codes = np.unique(self.values[present], return_inverse=True)
        all_codes = np.full(len(self.values), -1, np.int32)
        all_codes[present] = codes
        write = _truth_word if self.is_boolean else number_word
        if self.is_moment:
            write = partial(moment_word, is_time=are_times(distinct))
        return WordColumn(self.name, all_codes, tuple(write(float(value)) for value in distinct), self.text)

    def to_cells(self) -> np.ndarray:
        """Return the cells as a person writes them."""
        return self.to_words().to_cells() if self.is_boolean or self.is_moment else self.values


@dataclass(frozen=True, eq=False)
class WordColumn:
    """A column of words, which keeps each word once.

    Attributes:
        name: Name in the header.
        codes: Position in `words` of the word in each row; -1 for a missing cell.
        words: The different words. Some may be in no row.
        text: Cells as in the file, if they come from text.
        inference: How these cells were read, if all of them decided it.
    """

    name: str
    codes: Int[np.ndarray, " rows"]
    words: tuple[str, ...]
    text: TextCells | None = None
    inference: Inference | None = None

    @property
    def is_missing(self) -> np.ndarray:
        """Whether each cell is missing."""
        return self.codes < 0

    def take(self, rows: Int[np.ndarray, " taken"]) -> "WordColumn":
        """Return some rows."""
        text = None if self.text is None else self.text.take(rows)
        return replace(self, codes=self.codes[rows], text=text, inference=None)

    def without_text(self) -> "WordColumn":
        """Return the column without its text, which takes memory."""
        return replace(self, text=None, inference=None)

    def to_numbers(self) -> NumberColumn:
        """Read the words as numbers; words that are not numbers are missing."""
        values = np.array([*(_number_or_nan(word) for word in self.words), np.nan])
        return NumberColumn(self.name, values[self.codes])

    def to_words(self) -> "WordColumn":
        """Return the column itself."""
        return self

    def to_cells(self) -> np.ndarray:
        """Return the cells as a person writes them; a missing cell is empty."""
        return np.array([*self.words, ""], dtype=object)[self.codes]


Column = NumberColumn | WordColumn


@dataclass(frozen=True, eq=False)
class DataTable:
    """A table: named columns of one length.

    Attributes:
        name: Name of the table.
        columns: Columns in their order.
        labels: Number of each row: its line in the file, or its position counted from 1.
        notes: Notes on reading the table, one sentence each.
        checksum: SHA-256 of the bytes that were read.
        is_named: Whether the columns have names in the source, which identify them in another table.
        unit: Word for what the labels count: "row" or "line".
        encoding: Encoding that was stated for a text file; None if it was recognised.
        separator: Delimiter that was stated for a text file; None if it was found.
        beneath: Row of units or names beneath the header.
    """

    name: str
    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    checksum: str = ""
    is_named: bool = True
    unit: str = "row"
    encoding: str | None = None
    separator: str | None = None
    beneath: Beneath = NO_ROW_BENEATH

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return len(self.labels)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return a column by its name.

        Raises:
            DataError: If there is no such column; the message lists the names.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(f"{self.name}: {unknown_name('column', name, self.names)}")

    def take(self, rows: Int[np.ndarray, " taken"]) -> "DataTable":
        """Return some rows."""
        labels = tuple(self.labels[row] for row in rows.tolist())
        return replace(self, columns=tuple(column.take(rows) for column in self.columns), labels=labels)

    def without(self, names: Sequence[str]) -> "DataTable":
        """Return the table without some columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))

    def without_text(self) -> "DataTable":
        """Return the table without the text of its columns."""
        return replace(self, columns=tuple(column.without_text() for column in self.columns))

    def renamed(self, names: Sequence[str]) -> "DataTable":
        """Return the table with other names of the columns."""
        columns = tuple(replace(column, name=name) for column, name in zip(self.columns, names, strict=True))
        return replace(self, columns=columns)


def stack_columns(first: Column, second: Column) -> Column:
    """Append the cells of a second column to those of the first, with the type of the first, and without their text."""
    if isinstance(first, NumberColumn):
        return replace(first, values=np.concatenate([first.values, second.to_numbers().values])).without_text()
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


def _truth_word(value: float) -> str:
    return str(value == 1.0)


def _number_or_nan(word: str) -> float:
    number = parse_number(word)
    if number is None:
        return {"true": 1.0, "false": 0.0}.get(word.lower(), np.nan)
    return number
