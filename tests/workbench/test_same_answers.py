"""The answer for a row does not depend on the other rows of its file."""

from pathlib import Path

import numpy as np
import pytest

import descentlab as dl

HEADER = "a,zip,flag,deps,paid,t"


def _rows(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    zips, flags = ("10001", "01234", "02345", "SW1A"), ("TRUE", "FALSE", "unknown")
    return [
        f"{rng.normal():.2f},{rng.choice(zips)},{rng.choice(flags)},{rng.choice(['0', '1', '3+'])},"
        f'"${rng.integers(1, 9999):,}",{rng.choice(["01", "02"])}'
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dl.Run:
    folder = tmp_path_factory.mktemp("alike")
    (folder / "train.csv").write_text("\n".join([HEADER, *_rows(120, 0)]))
    return dl.train(folder / "train.csv", "t", epochs=5, out=folder / "run", report=False)


def test_any_rows_in_any_order_get_the_same_probabilities(run: dl.Run, tmp_path: Path) -> None:
    rows = _rows(200, 1)
    path = tmp_path / "new.csv"
    path.write_text("\n".join([HEADER, *rows]))
    whole = run.predict(path).probabilities
    assert set(run.classes) == {"01", "02"}
    rng = np.random.default_rng(2)
    for count in (1, 1, 1, 2, 3, 50, 199):
        taken = rng.permutation(200)[:count]
        path.write_text("\n".join([HEADER, *(rows[row] for row in taken)]))
        np.testing.assert_array_equal(run.predict(path).probabilities, whole[taken])


def test_classes_of_few_rows_are_those_of_training(run: dl.Run, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    for label in ("01", "02"):
        row = next(row for row in _rows(50, 3) if row.endswith(label))
        path.write_text(f"{HEADER}\n{row}\n")
        scores = dl.evaluate(run, path).to_json()["new"]
        is_right = run.predict(path).predicted[0] == label
        assert scores["accuracy"] == float(is_right)


def test_a_cell_that_cannot_be_read_is_missing_and_its_row_is_named(run: dl.Run, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(f"{HEADER}\n0.5,10001,TRUE,1,5 euros,01\n0.5,10001,TRUE,1,,01\n")
    predictions = run.predict(path)
    assert predictions.notes[0] == "Took 1 cell of 'paid' as missing, since not a number: '5 euros' (line 2)."
    np.testing.assert_array_equal(predictions.probabilities[0], predictions.probabilities[1])
