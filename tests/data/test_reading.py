"""How cells of text become numbers, dates and words."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from descentlab.core import DataError
from descentlab.data import Dataset, load, preparation_from_json, prepare
from descentlab.data._inference import infer_column, infer_reading
from descentlab.data._moments import moment_parts, parse_moment
from descentlab.data._table import Column, NumberColumn, TextCells, WordColumn
from descentlab.spec import SplitSpec, TableData

NAN = float("nan")


def _column(*cells: str, decimal_comma: bool = False) -> Column:
    index = {word: place for place, word in enumerate(dict.fromkeys(cells))}
    codes = np.array([index[cell] for cell in cells], np.int32)
    return infer_column("c", codes, list(index), decimal_comma=decimal_comma)[0]


def _load(folder: Path, text: str, target: str, **options: Any) -> Dataset:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return prepare(load(TableData(path=str(path), target=target, **options)), SplitSpec(), 0)


NUMBERS: dict[str, tuple[tuple[str, ...], list[float]]] = {
    "thousands": (("1,234", "12", "1,234,567"), [1234, 12, 1234567]),
    "thousands of India": (("1,23,456", "12,345"), [123456, 12345]),
    "thousands with blanks": (("1 234", "12\u202f345", "7"), [1234, 12345, 7]),
    "thousands of Switzerland": (("1'234.50", "7’654.25"), [1234.5, 7654.25]),
    "decimal commas": (("1,5", "0,123", "7"), [1.5, 0.123, 7]),
    "both separators": (("1.234,5", "7,25", "1.000"), [1234.5, 7.25, 1000]),
    "a currency in front": (("$3,530.55", "-$4", "$ 5"), [3530.55, -4, 5]),
    "a currency behind": (("5,00 €", "1.234,50 €"), [5, 1234.5]),
    "a code of a currency": (("USD 12.5", "USD 7"), [12.5, 7]),
    "per cent": (("12%", "5.5 %", "0"), [12, 5.5, 0]),
    "brackets": (("(109)", "307", "($2.50)"), [-109, 307, NAN]),
    "a minus of typesetters": (("\u2212109", "307"), [-109, 307]),
    "a minus behind": (("109-", "307"), [-109, 307]),
    "a unit": (("12 cm", "13.5cm", "9"), [12, 13.5, 9]),
    "a unit in singular and plural": (("1 year", "2 years"), [1, 2]),
    "magnitudes": (("€1.5M", "€500K"), [1.5e6, 5e5]),
    "digits of Arabic": (("\u0663\u066b\u0665", "\u0661\u0662"), [3.5, 12]),
    "full width": (("\uff11\uff12", "7"), [12, 7]),
    "a dash for nothing": (("-", "3", "4"), [NAN, 3, 4]),
    "errors of a sheet": (("#DIV/0!", "3", "#REF!"), [NAN, 3, NAN]),
    "nothing in words": (("n/a", "3", "None", ".", "4"), [NAN, 3, NAN, NAN, 4]),
    "two digits with a zero": (("01", "12"), [1, 12]),
}
NUMBERS["brackets"] = (("(109)", "307", "(2.5)"), [-109, 307, -2.5])


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_as_people_write_them(kind: str) -> None:
    cells, wanted = NUMBERS[kind]
    column = _column(*cells)
    assert isinstance(column, NumberColumn)
    np.testing.assert_allclose(column.values, wanted, rtol=1e-15)


WORDS: dict[str, tuple[str, ...]] = {
    "zip codes": ("01234", "10001", "02345"),
    "long numbers": ("1234567890123456781", "1234567890123456782"),
    "beyond the largest whole float": ("9007199254740992", "9007199254740993"),
    "no infinity": ("7E999", "1E5", "2E7"),
    "grouped by underscores": ("1_000", "2_000"),
    "grades": ("3+", "2", "1"),
    "ordinals": ("1st", "2nd", "3rd"),
    "files": ("1.png", "2.png"),
    "ranges": ("10-20", "20-30"),
    "two spellings": ("01", "1", "2"),
    "versions": ("1.2.3", "1.2.4"),
    "None among words": ("None", "Attached", "Detached"),
    "codes of continents": ("NA", "EU", "AS", "AF"),
    "years of schools": ("2019-20", "2020-21"),
    "a mark": ("+", "-"),
    "mixed currencies": ("$5", "€7"),
    "mixed units": ("5 kg", "700 g"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_words_stay_as_they_are(kind: str) -> None:
    column = _column(*WORDS[kind])
    assert isinstance(column, WordColumn)
    assert column.to_cells().tolist() == list(WORDS[kind])


def test_the_two_forms_of_a_letter_are_one_word() -> None:
    assert _column("Zoë", "Zoe\u0308", " Zoë").to_words().words == ("Zoë",)


@pytest.mark.parametrize(("thousands", "decimal"), [(",", "."), (".", ",")])
def test_separators_are_read_as_pandas_is_told_to(thousands: str, decimal: str) -> None:
    rng = np.random.default_rng(0)
    numbers = rng.uniform(-1e6, 1e6, 200).round(2)
    swap = str.maketrans(",.", thousands + decimal)
    cells = [f"{number:,.2f}".translate(swap) for number in numbers]
    oracle = pd.read_csv(io.StringIO("\n".join(["c", *cells])), sep="|", thousands=thousands, decimal=decimal)
    column = _column(*cells, decimal_comma=decimal == ",")
    np.testing.assert_array_equal(column.to_numbers().values, oracle["c"].to_numpy())


def test_points_divide_thousands_in_a_file_of_decimal_commas(tmp_path: Path) -> None:
    rows = "".join(f"{n // 1000}.{n % 1000:03d};{n % 7},{n % 10};{'AB'[n % 2]}\n" for n in range(1000, 9000, 137))
    data = _load(tmp_path, "preis;menge;art\n579;0,1;A\n63;0,2;B\n" + rows, "art")
    assert data.raw["preis"][:4].tolist() == [579, 63, 1000, 1137]
    assert data.notes[0] == (
        "Read 'preis' as numbers with decimal commas, as other columns of the file: '1.000' is 1000."
    )
    points = _load(tmp_path, "preis;menge;art\n" + rows.replace(",", "."), "art")
    assert points.raw["preis"][:2].tolist() == [1.0, 1.137]


def test_what_cannot_be_read_as_numbers_is_named_with_the_remedy(tmp_path: Path) -> None:
    rows = "".join(f"{'$€'[n % 2]}{n * 37},{n % 5 / 2},{'AB'[n % 2]}\n" for n in range(40))
    data = _load(tmp_path, "price,size,kind\n" + rows, "kind")
    assert (
        data.notes[0] == "Could not read 'price' as numbers: its currencies '$', '€' are mixed: convert them into one."
    )
    assert data.notes[1] == "Left out 'price': its numbers could not be read."
    assert data.feature_names == ("size",)


def test_a_target_that_cannot_be_read_as_numbers_is_refused_with_the_remedy(tmp_path: Path) -> None:
    rows = "".join(f"{n % 5 / 2},{'$€'[n % 2]}{n * 37}\n" for n in range(40))
    for task in ("auto", "regression"):
        with pytest.raises(DataError, match="could not read the target 'price' as numbers: its currencies") as caught:
            _load(tmp_path, "size,price\n" + rows, "price", task=task)
        assert "convert them into one" in str(caught.value)


MOMENTS = [
    ("2024-02-29", "ymd"), ("2024/2/29", "ymd"), ("29.02.2024", "dmy"), ("29/02/2024", "dmy"), ("02/29/2024", "mdy"),
    ("29 Feb 2024", "ymd"), ("February 29, 2024", "ymd"), ("29-Feb-24", "ymd"), ("20240229T000000", "ymd"),
    ("2024-02-29T00:00:00Z", "ymd"), ("2024-02-29 01:30:00+01:30", "ymd"), ("29.02.24", "dmy"),
    ("Thu, 29 Feb 2024 00:00:00 GMT", "ymd"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "order"), MOMENTS)
def test_one_day_in_many_hands(word: str, order: Any) -> None:
    wanted = dt.datetime(2024, 2, 29, tzinfo=dt.UTC).timestamp()
    assert parse_moment(word, order) == wanted
    column = _column(word, word.replace("24", "25").replace("29", "27"))
    assert isinstance(column, NumberColumn)
    assert column.is_moment
    assert column.values[0] == wanted


def test_the_numbers_of_dates_are_those_of_pandas() -> None:
    days = pd.to_datetime(pd.Series(pd.date_range("1899-12-25", periods=4000, freq="11h30min")))
    parts = moment_parts(days.astype("datetime64[s]").astype(np.int64).to_numpy().astype(np.float64), 0.0)
    for name, wanted in {
        "year": days.dt.year,
        "month": days.dt.month,
        "weekday": days.dt.day_of_week,
        "hour": days.dt.hour,
    }.items():
        np.testing.assert_array_equal(parts[name], wanted)


def test_a_date_becomes_numbers_in_every_form(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-30", periods=80, freq="9D")
    frame = pd.DataFrame({"day": days, "x": np.arange(80) % 7 / 3, "k": ["u", "v"] * 40})
    text = frame.assign(day=[f"{day:%d.%m.%Y}" for day in days]).to_csv(index=False)
    data = _load(tmp_path, text, "k")
    assert data.feature_names[:4] == ("day: year", "day: month", "day: weekday", "day: days since the first")
    assert data.notes[0] == "Read 'day' as dates: '30.01.2020'; the inputs are numbers made from them."
    assert set(data.preparation.input_columns) == {"day", "x"}
    kept = preparation_from_json(data.preparation.to_json())
    for form in (tmp_path / "t.csv", frame, frame.astype({"day": str}), frame.assign(day=days.date)):
        np.testing.assert_array_equal(kept.apply(form).inputs, data.inputs)
    blank = kept.apply({"day": ["", "30.01.2020"], "x": [1.0, 2.0]}).inputs[:]
    assert np.isfinite(blank).all()


def test_a_few_words_among_dates_are_missing(tmp_path: Path) -> None:
    days = [f"2020-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(60)]
    days[7] = "0000-00-00"
    data = _load(tmp_path, "d,t\n" + "".join(f"{day},{'AB'[row % 2]}\n" for row, day in enumerate(days)), "t")
    assert "Took 1 cell of 'd' as missing, since not a date: '0000-00-00'." in data.notes
    assert data.feature_names[-1] == "d is missing"


def test_times_of_day_have_no_date(tmp_path: Path) -> None:
    data = _load(tmp_path, "at,t\n" + "".join(f"{row % 24}:{row % 60:02d},{'AB'[row % 2]}\n" for row in range(60)), "t")
    assert data.raw["at"][:3].tolist() == ["00:00:00", "01:01:00", "02:02:00"]
    kept = preparation_from_json(data.preparation.to_json())
    for form in ({"at": ["13:30"]}, {"at": ["1:30 pm"]}, {"at": [dt.time(13, 30)]}):
        np.testing.assert_array_equal(kept.apply(form).inputs, kept.apply({"at": "13:30:00"}).inputs)


def test_identifiers_with_letters_are_no_numbers_that_could_not_be_read(tmp_path: Path) -> None:
    for name in ("{0}E{1}", "0x{1:x}", "{1}{2}", "{1}-{0}"):
        cells = [name.format(row % 9, 1000 + row * 37, "ABCDEFGHIJKLMNOPQRSTUVW"[row % 23]) for row in range(60)]
        rows = "".join(f"{cell},{row % 7 / 2},{'AB'[row % 2]}\n" for row, cell in enumerate(cells))
        data = _load(tmp_path, "code,x,t\n" + rows, "t")
        assert data.notes == ("Left out 'code': different in every row, so it names the row.",)


def test_a_few_words_among_numbers_are_missing_cells_and_named(tmp_path: Path) -> None:
    rows = "".join(f"{row}.5,{'AB'[row % 2]}\n" for row in range(60))
    data = _load(tmp_path, f"a,t\n{rows}7*,A\n", "t")
    assert data.notes[0] == "Took 1 cell of 'a' as missing, since not a number: '7*'."


def test_an_open_order_of_day_and_month_is_said() -> None:
    inference = infer_reading(TextCells(np.array([0, 1], np.int32), ["02/03/2020", "05/06/2021"]))
    assert inference.reading.order == "mdy"
    assert "no cell shows the order" in inference.how


@pytest.mark.parametrize(
    ("words", "missing", "classes", "count"),
    [
        (("None", "None", "Apnea", "Insomnia"), None, ("Apnea", "Insomnia", "None"), 40),
        (("None", "None", "Apnea", "Insomnia"), ("None",), ("Apnea", "Insomnia"), 20),
        (("NA", "NA", "b", "c"), None, ("b", "c", "NA"), 40),
        (("NA", "b", "b", "c"), None, ("b", "c"), 30),
        (("NA", "b", "b", "c"), ("none",), ("b", "c", "NA"), 40),
        (("-", "+", "+", "-"), None, ("+", "-"), 40),
        (("1", "2", "?", "?"), None, ("1", "2", "?"), 40),
    ],
)
def test_a_missing_word_may_be_a_class(
    tmp_path: Path, words: tuple[str, ...], missing: Any, classes: tuple[str, ...], count: int
) -> None:
    rows = "".join(f"{row * 7 % 13 / 4},{words[row % 4]}\n" for row in range(40))
    data = _load(tmp_path, "a,t\n" + rows, "t", missing=missing)
    assert sorted(data.classes) == sorted(classes)
    assert len(data.targets) == count
    assert any("counts as a class" in note for note in data.notes) == bool(
        {"None", "NA", "?"} & {*classes} and not missing
    )


def test_declared_words_are_missing_in_every_form(tmp_path: Path) -> None:
    rows = "".join(
        f"{['-999', '-999.0', row / 3][row % 3]},{['x', 'lost'][row % 2]},{'AB'[row % 2]}\n" for row in range(40)
    )
    data = _load(tmp_path, "a,b,t\n" + rows, "t", missing=("-999", "Lost"))
    assert np.isnan(data.raw["a"]).sum() == 27
    kept = preparation_from_json(data.preparation.to_json())
    typed = kept.apply(pd.DataFrame({"a": [-999, 2], "b": ["lost", "x"]}))
    blank = kept.apply({"a": ["", "2"], "b": ["", "x"]})
    np.testing.assert_array_equal(typed.inputs, blank.inputs)


def test_labels_keep_their_spelling_and_their_value(tmp_path: Path) -> None:
    for words in (("01", "02"), ("1.0", "2.0"), ("TRUE", "FALSE"), ("001", "002")):
        rows = "".join(f"{row * 7 % 13 / 4},{words[row % 2]}\n" for row in range(40))
        data = _load(tmp_path, "a,t\n" + rows, "t")
        assert sorted(data.classes) == sorted(words)
        kept = preparation_from_json(data.preparation.to_json())
        alone = kept.apply({"a": ["1"], "t": [words[1]]})
        assert alone.targets is not None
        assert alone.targets.tolist() == [data.classes.index(words[1])]
    typed = kept.apply({"a": [1.0], "t": [2]}).targets  # a number that is no text is the one class of its value
    assert typed is not None
    assert typed.tolist() == [data.classes.index("002")]


def test_the_test_file_is_read_as_the_training_file_was(tmp_path: Path) -> None:
    train = "zip,flag,t\n" + "".join(
        f"{['01234', 'SW1A'][r % 2]},{['TRUE', 'no', 'FALSE'][r % 3]},{'AB'[r % 2]}\n" for r in range(40)
    )
    (tmp_path / "test.csv").write_text("zip,flag,t\n01234,TRUE,A\n01234,TRUE,A\n")
    data = _load(tmp_path, train, "t", test_path=str(tmp_path / "test.csv"))
    assert data.raw["zip"][-1] == "01234"
    np.testing.assert_array_equal(data.inputs[-1], data.inputs[0])
    (tmp_path / "odd.csv").write_text("zip,flag,t\n" + "x7,maybe,A\n" * 30)
    odd = _load(tmp_path, train.replace("SW1A", "77001"), "t", test_path=str(tmp_path / "odd.csv"))
    assert odd.feature_names == _load(tmp_path, train.replace("SW1A", "77001"), "t").feature_names


def test_a_preparation_without_readings_reads_as_the_cells_suggest(tmp_path: Path) -> None:
    """As those of runs that an earlier version wrote."""
    rows = "".join(f"{r / 3},{['1', '2', '5'][r % 3]},{['red', 'blue'][r % 2]},{'AB'[r % 2]}\n" for r in range(40))
    data = _load(tmp_path, "a,code,b,t\n" + rows, "t", categories=("code",))
    values = data.preparation.to_json()
    del values["readings"]
    prepared = preparation_from_json(values).apply(tmp_path / "t.csv")
    np.testing.assert_array_equal(prepared.inputs, data.inputs)
    np.testing.assert_array_equal(prepared.targets, data.targets)


@pytest.mark.parametrize(
    "head", ["a,b,t\ncm,kg,-\n", "size,,t\nwide,high,\n", "a,b,t\n"], ids=["units", "two rows of names", "names"]
)
def test_what_stands_beneath_the_header_is_known_from_the_training_file(tmp_path: Path, head: str) -> None:
    rows = [f"{row / 3},{row % 7 / 2},{'AB'[row % 2]}\n" for row in range(40)]
    data = _load(tmp_path, head + "".join(rows), "t")
    kept = preparation_from_json(data.preparation.to_json())
    new = tmp_path / "new.csv"
    for taken in ([0], [3, 1], [39, 0, 7]):
        new.write_text(head + "".join(rows[row] for row in taken))
        np.testing.assert_array_equal(kept.apply(new).inputs, data.inputs[taken])
    first = head.partition("\n")[0] if "wide" not in head else "size wide,size high,t"
    new.write_text(f"{first}\nunknown,kg,A\n0.5,1,B\n1.5,2,B\n")  # a row of words is no row of units here
    assert len(kept.apply(new).inputs) == 3
