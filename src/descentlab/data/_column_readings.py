"""How all columns of a table are read: decided from the rows that may be looked at, with notes on what was read how."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int

from descentlab.data._inference import NONE_WORDS, count_words, infer_reading, read_text
from descentlab.data._names import counted, quoted
from descentlab.data._numerals import Decimal, parse_number
from descentlab.data._reading import MISSING_WORDS, TRUTHS, ColumnReading, Inference, clean_word
from descentlab.data._table import Column, DataTable, NumberColumn, TextCells, WordColumn, number_word

WHAT = {"number": "a number", "boolean": "true or false", "moment": "a date", "word": "a word"}


@dataclass(frozen=True)
class Cells:
    """Cells of a column that were read in a given way.

    Attributes:
        column: The column.
        odd: Rows of the cells that are there and could not be read, which count as missing.
        words: What each of these rows holds.
    """

    column: Column
    odd: Int[np.ndarray, " odd"]
    words: tuple[str, ...] = ()

    def note(self, kind: str, where: Sequence[str] = (), unit: str = "row") -> list[str]:
        """Say how many cells could not be read, with examples and, if their labels are given, the rows.

        Args:
            kind: What the column holds.
            where: Label of each row of the table; empty to leave the rows out.
            unit: Word for what the labels count.
        """
        if not len(self.odd):
            return []
        named = [f"{word}" for word in dict.fromkeys(self.words)]
        text = f"Took {counted(len(self.odd), 'cell')} of '{self.column.name}' as missing, since not {WHAT[kind]}: "
        rows = [where[int(row)] for row in self.odd[:5]] if where else []
        more = f" and {len(self.odd) - 5:,} more" if len(self.odd) > 5 else ""
        place = f" ({unit} {', '.join(rows)}{more})" if rows else ""
        return [text + quoted(named, limit=3) + place + "."]


@dataclass(frozen=True)
class ColumnReadings:
    """How the columns of a table are read.

    Attributes:
        inferences: Reading of each column, with its reasons.
        targets: Names of the targets.
    """

    inferences: Mapping[str, Inference]
    targets: tuple[str, ...] = ()

    @property
    def readings(self) -> dict[str, ColumnReading]:
        """How each column is read."""
        return {name: each.reading for name, each in self.inferences.items()}

    @property
    def problems(self) -> dict[str, str]:
        """Why columns that look like numbers were read as words."""
        return {name: each.problem for name, each in self.inferences.items() if each.problem}

    def apply(self, table: DataTable) -> tuple[DataTable, list[str]]:
        """Read a table's columns, and note the cells that could not be read."""
        notes: list[str] = []
        columns = []
        for column in table.columns:
            inference = self.inferences.get(column.name)
            cells = Cells(column, np.zeros(0, np.int64))
            if inference is not None:
                cells = read_cells(column, inference.reading)
                notes += cells.note(inference.reading.kind)
            columns.append(cells.column)
        return replace(table, columns=tuple(columns)), notes

    def notes(self, table: DataTable) -> list[str]:
        """Say what was read how, one sentence for each form."""
        return [*self._forms(), *self._classes(table), *self._problems()]

    def _forms(self) -> list[str]:
        notes = []
        for (kind, how), names in _grouped(self.inferences).items():
            example = self.inferences[names[0]].example
            if kind == "number":
                notes.append(f"Read {quoted(names)} as numbers{how}: {example}.")
            elif kind == "moment":
                notes.append(f"Read {quoted(names)} as {how}: {example}; the inputs are numbers made from them.")
            else:
                notes.append(f"Read {quoted(names)} as words{how}.")
        return notes

    def _classes(self, table: DataTable) -> list[str]:
        notes = []
        for name in self.inferences:
            is_target, text = name in self.targets, table.column(name).text
            reading = self.inferences[name].reading
            counts = count_words(text) if text is not None and (is_target or reading.values) else {}
            words = [*reading.values, *(NONE_WORDS if is_target and reading.kind == "word" else ())]
            for word in words:
                if counts.get(word) and not reading.is_missing(word):
                    what = "class" if is_target else "category"
                    notes.append(
                        f"'{word}' in '{name}' counts as a {what} ({counted(counts[word], 'row')}); --missing {word} "
                        "takes it as missing."
                    )
        return notes

    def _problems(self) -> list[str]:
        return [f"Could not read '{name}' as numbers: {problem}." for name, problem in self.problems.items()]


def _grouped(inferences: Mapping[str, Inference]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for name, each in inferences.items():
        if each.how or each.example:
            groups.setdefault((each.reading.kind, each.how), []).append(name)
    return groups


def infer_readings(
    table: DataTable,
    rows: Int[np.ndarray, " rows"] | None = None,
    *,
    targets: Sequence[str] = (),
    missing: Sequence[str] = (),
) -> ColumnReadings:
    """Decide how the columns of a table are read.

    Args:
        table: The table, as it was read without knowledge of its targets.
        rows: Rows that may be looked at; None for all.
        targets: Names of the targets.
        missing: Words that a person declared as missing.

    Returns:
        The readings, with reasons and notes.
    """
    texts = {
        column.name: column.text if rows is None else column.text.take(rows)
        for column in table.columns
        if column.text is not None
    }

    def infer(name: str, hint: Decimal | None = None) -> Inference:
        return infer_reading(texts[name], missing=missing, is_target=name in targets, hint=hint)

    def decide(column: Column) -> Inference:
        if column.name not in texts:
            return Inference(_typed_reading(column, missing))
        is_same = rows is None and not missing and column.name not in targets
        return column.inference if is_same and column.inference is not None else infer(column.name)

    inferences = {column.name: decide(column) for column in table.columns}
    return ColumnReadings(_with_one_decimal(inferences, texts.keys(), infer), tuple(targets))


def _with_one_decimal(
    inferences: dict[str, Inference], names: Iterable[str], infer: Callable[..., Inference]
) -> dict[str, Inference]:
    """Let columns of a file with decimal commas, or with points, follow where their cells fit both."""
    signs = {each.decimal for each in inferences.values() if each.decimal is not None}
    if "," in signs:  # plain numbers show a sign only if they are asked
        hinted = {name: infer(name, ",") for name in names if inferences[name].reading.kind == "number"}
        if not any(each.decimal == "." for each in hinted.values()):
            return {**inferences, **hinted}
    elif signs == {"."}:
        return {name: infer(name, ".") if each.is_open else each for name, each in inferences.items()}
    return inferences


def _typed_reading(column: Column, missing: Sequence[str]) -> ColumnReading:
    declared = tuple(word.strip().lower() for word in missing if word != "none")
    if isinstance(column, WordColumn):
        return ColumnReading(kind="word", missing=declared)
    kind = "boolean" if column.is_boolean else "moment" if column.is_moment else "number"
    return ColumnReading(kind=kind, missing=declared)


def read_cells(column: Column, reading: ColumnReading, known: Sequence[str] = ()) -> Cells:
    """Read a column as the training rows were read, whatever its own cells suggest.

    Args:
        column: The column, of text or of a type.
        reading: How it is read.
        known: Words of the training rows, to which a number or a truth that is no text belongs if it is one of them.

    Returns:
        The column, and the cells that could not be read.
    """
    if column.text is not None:
        is_read = column.inference is not None and column.inference.reading == reading
        return _with_odd(column if is_read else read_text(column.name, column.text, reading), column.text, reading)
    if isinstance(column, WordColumn):
        return _from_text(column.name, TextCells(column.codes, column.words), reading)
    if reading.kind == "word":
        words = column.to_words()
        names = [_named(word, known) for word in words.words]
        return _from_text(column.name, TextCells(words.codes, names), reading)
    if reading.kind == "moment" and not column.is_moment:
        words = column.to_words()
        return _from_text(column.name, TextCells(words.codes, words.words), reading)
    values = np.where(_is_declared(column, reading), np.nan, column.values)
    is_odd = np.zeros(len(values), bool)
    if reading.kind == "boolean":
        is_odd = ~np.isnan(values) & (values != 0.0) & (values != 1.0)
    new = NumberColumn(
        column.name, np.where(is_odd, np.nan, values), reading.kind == "boolean", reading.kind == "moment"
    )
    odd = np.flatnonzero(is_odd)
    return Cells(new, odd, tuple(number_word(value) for value in values[odd].tolist()))


def _is_declared(column: NumberColumn, reading: ColumnReading) -> np.ndarray:
    numbers = [number for word in reading.missing if (number := parse_number(word)) is not None]
    return np.isin(column.values, numbers) if numbers and not column.is_moment else np.zeros(len(column.values), bool)


def _from_text(name: str, text: TextCells, reading: ColumnReading) -> Cells:
    return _with_odd(read_text(name, text, reading), text, reading)


def _with_odd(column: Column, text: TextCells, reading: ColumnReading) -> Cells:
    if isinstance(column, WordColumn):
        return Cells(column, np.zeros(0, np.int64))
    is_unread = np.isnan(column.values) & (text.codes >= 0)
    if not is_unread.any():
        return Cells(column, np.zeros(0, np.int64))
    bare = {int(code): clean_word(text.words[int(code)]) for code in np.unique(text.codes[is_unread])}
    silent = [code for code, word in bare.items() if word in MISSING_WORDS or _is_stated(word, reading)]
    odd = np.flatnonzero(is_unread & ~np.isin(text.codes, silent))
    return Cells(column, odd, tuple(bare[code] for code in text.codes[odd].tolist()))


def _is_stated(word: str, reading: ColumnReading) -> bool:
    return bool(reading.missing) and reading.model_copy(update={"has_usual": False}).is_missing(word)


def _named(word: str, known: Sequence[str]) -> str:
    """Return the one known word that means the same number or truth as a cell that is no text, or the word itself."""
    if word in known:
        return word
    number = _number(word)
    same = [name for name in known if number is not None and _number(name) == number]
    return same[0] if len(same) == 1 else word


def _number(word: str) -> float | str | None:
    return word.lower() if word.lower() in TRUTHS else parse_number(word)


def match_loosely(column: Column, known: Sequence[str]) -> WordColumn:
    """Read cells as words of a training whose reading was not kept, as runs of earlier versions."""
    if column.text is None:
        words = column.to_words()
        return replace(words, words=tuple(_named(word, known) for word in words.words))
    reading = ColumnReading(kind="word", values=tuple(word for word in known if word in MISSING_WORDS))
    names = [_named(clean_word(word), known) for word in column.text.words]
    cells = read_text(column.name, replace(column.text, words=names), reading)
    return cells.to_words()
