"""A row gets the same inputs and the same target whatever else is in its file: rows, their order, columns, encoding."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings, strategies as st

from descentlab.core import DataError
from descentlab.data import Dataset, load, preparation_from_json, prepare
from descentlab.spec import SplitSpec, TableData

NUM_ROWS = 48
Rng = np.random.Generator


def _choice(*words: str) -> Callable[[Rng], str]:
    return lambda rng: str(rng.choice(words))


COLUMNS: dict[str, Callable[[Rng], str]] = {
    "decimals": lambda rng: f"{rng.normal(0, 9):.3f}",
    "counts": lambda rng: str(rng.integers(0, 9_000)),
    "codes": lambda rng: str(rng.integers(1, 5)),
    "gaps": lambda rng: str(rng.choice(["-", "n/a", "#N/A", f"{rng.normal():.2f}"], p=[0.1, 0.1, 0.1, 0.7])),
    "zip": lambda rng: str(rng.choice(["01234", "10001", "02345", "SW1A"])),
    "zeros": lambda rng: f"{rng.choice([7, 42, 99, 512]):05d}",
    "long": lambda rng: str(1234567890123456781 + int(rng.integers(0, 4))),
    "flag": _choice("TRUE", "FALSE"),
    "flags": _choice("TRUE", "FALSE", "unknown"),
    "garage": _choice("None", "Attached", "Detached", "NA"),
    "region": _choice("NA", "EU", "AS", "AF", "SA"),
    "names": _choice("Zoë", "Jürgen", "Ann", "Ann "),
    "grade": _choice("3+", "2", "1"),
    "price": lambda rng: f"${rng.integers(1, 9_999_999):,}",
    "euros": lambda rng: f"{rng.integers(1, 99)},{rng.integers(10, 99)} €",
    "share": lambda rng: f"{rng.integers(0, 1000) / 10}%",
    "height": lambda rng: f"{rng.integers(140, 200)} cm",
    "balance": lambda rng: str(rng.choice([f"({rng.integers(1, 99)})", str(rng.integers(1, 99))])),
    "minus": lambda rng: f"{rng.normal(0, 9):.1f}".replace("-", "\u2212"),
    "value": lambda rng: f"€{rng.integers(1, 99)}{rng.choice(['K', 'M'])}",
    "day": lambda rng: f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.{rng.integers(1990, 2030)}",
    "moment": lambda rng: f"{rng.integers(1990, 2030)}-0{rng.integers(1, 10)}-11 0{rng.integers(0, 10)}:30",
}
TARGETS: dict[str, Callable[[Rng], str]] = {
    "padded": _choice("01", "02", "10"),
    "zeros": _choice("001", "002"),
    "decimal": _choice("1.0", "2.0", "3.0"),
    "truth": _choice("TRUE", "FALSE"),
    "nothing": _choice("None", "Apnea", "None"),
    "signs": _choice("+", "-"),
    "words": _choice("Zoë", "no"),
    "long": _choice("9007199254740992", "9007199254740993"),
    "number": lambda rng: f"${rng.integers(1, 99_999):,}.{rng.integers(10, 99)}",
}
MARKED = frozenset({"names", "euros", "minus", "value"})
"""Columns that hold letters of other alphabets than ASCII."""


def _encodings(names: list[str], target: str) -> list[str]:
    plain = ["utf-8", "utf-8-sig", "utf-16"]
    return plain if "minus" in names else [*plain, "cp1252"] if target == "words" or MARKED & {*names} else plain


def _text(header: list[str], rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue()


def _columns(rows: list[list[str]], order: list[int]) -> list[list[str]]:
    return [[row[place] for place in order] for row in rows]


def _prepared(path: Path, **options: Any) -> Dataset | None:
    try:
        return prepare(load(TableData(path=str(path), target="t", **options)), SplitSpec(), 0)
    except DataError:
        return None  # all columns were left out, or a class is too rare


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_a_row_is_read_alike_in_every_file(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [str(name) for name in rng.choice(list(COLUMNS), int(rng.integers(1, 6)), replace=False)]
    target = str(rng.choice(list(TARGETS)))
    header = [*names, "t"]
    rows = [[*(COLUMNS[name](rng) for name in names), TARGETS[target](rng)] for _ in range(NUM_ROWS)]
    encodings = _encodings(names, target)
    path = tmp_path / "train.csv"
    path.write_bytes(_text(header, rows, str(rng.choice(list(",;\t|")))).encode(str(rng.choice(encodings))))
    data = _prepared(path)
    if data is None:
        return
    kept = preparation_from_json(json.loads(json.dumps(data.preparation.to_json())))
    np.testing.assert_array_equal(kept.apply(path).inputs, data.inputs)
    new = tmp_path / "new.csv"
    for _ in range(12):
        taken = rng.permutation(NUM_ROWS)[: int(rng.choice([1, 2, 7, NUM_ROWS]))]
        order = rng.permutation(len(header)).tolist()
        cells = _columns([rows[row] for row in taken], order)
        extra = [*(header[place] for place in order), "extra"]
        lines = [[*row, str(rng.choice(["x", "1"]))] for row in cells]
        # Rows that training never saw stand below, with cells that fit no column.
        strange = [[str(rng.choice(["?", "abc", "1e9", "TRUE", "1,5", "$7", "2020-01-01"])) for _ in extra]] * 2
        text = _text(extra, [*lines, *strange], str(rng.choice(list(",;\t|"))))
        new.write_bytes(text.encode(str(rng.choice(encodings))))
        forms: list[Any] = [new, pd.DataFrame([*lines, *strange], columns=pd.Index(extra))]
        for form in forms:
            prepared = kept.apply(form)
            np.testing.assert_array_equal(prepared.inputs[: len(taken)], data.inputs[taken])
            assert prepared.targets is not None
            np.testing.assert_array_equal(prepared.targets[: len(taken)], data.targets[taken])
