"""Tables as they are found in the world."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from descentlab.data import Dataset, load, preparation_from_json, prepare
from descentlab.spec import SplitSpec, TableData

pytestmark = pytest.mark.data


def _load(data_dir: Path, name: str, **options: Any) -> Dataset:
    return prepare(load(TableData(path=str(data_dir / "tabular" / name), **options)), SplitSpec(), 0)


@pytest.mark.parametrize(
    ("name", "options", "shape", "classes"),
    [
        ("iris_fisher.csv", {"target": "species"}, (150, 4), ("setosa", "versicolor", "virginica")),
        ("penguins.csv", {"target": "species"}, (344, 14), ("Adelie", "Chinstrap", "Gentoo")),
        ("wine.csv", {"target": -1}, (178, 13), ("1", "2", "3")),
        ("breast_cancer_wdbc.csv", {"target": "diagnosis"}, (569, 30), ("B", "M")),
        ("adult_train.csv", {"target": -1}, (32_561, 108), ("<=50K", ">50K")),
        ("titanic.csv", {"target": "survived", "drop": ("alive",)}, (891, 34), ("0", "1")),
    ],
)
def test_the_usual_tables(
    data_dir: Path, name: str, options: dict[str, Any], shape: tuple[int, int], classes: tuple[str, ...]
) -> None:
    data = _load(data_dir, name, **options)
    assert data.inputs.shape == shape
    assert data.classes == classes
    assert np.isfinite(np.asarray(data.inputs)).all()
    assert not any(note.startswith("Warning") for note in data.notes)
    kept = preparation_from_json(data.preparation.to_json()).apply(data_dir / "tabular" / name)
    np.testing.assert_array_equal(kept.inputs, data.inputs)
    np.testing.assert_array_equal(kept.targets, data.targets)


@pytest.mark.parametrize("name", ["iris_fisher.csv", "penguins.csv", "titanic.csv", "breast_cancer_wdbc.csv"])
def test_cells_are_those_that_pandas_reads(data_dir: Path, name: str) -> None:
    data, frame = _load(data_dir, name), pd.read_csv(data_dir / "tabular" / name)
    assert list(data.raw) == list(frame)
    for column in frame:
        wanted = frame[column]
        if wanted.dtype.kind in "if":
            np.testing.assert_array_equal(data.raw[column], wanted)
        else:
            assert data.raw[column].tolist() == wanted.astype(object).fillna("").map(str).tolist()


def test_adult_s_cells_are_those_that_pandas_reads(data_dir: Path) -> None:
    path = data_dir / "tabular" / "adult_train.csv"
    data, frame = _load(data_dir, path.name, target=-1), pd.read_csv(path, header=None, skipinitialspace=True)
    for place, cells in enumerate(data.raw.values()):
        wanted = frame[place]
        assert cells.tolist() == (wanted if wanted.dtype.kind in "if" else wanted.replace("?", "")).tolist()
    assert "4,262 missing cells" in data.notes[-1]


def test_titanic_s_giveaway_is_warned_of(data_dir: Path) -> None:
    notes = _load(data_dir, "titanic.csv", target="survived").notes
    assert [note.split(" alone")[0] for note in notes if note.startswith("Warning")] == ["Warning: 'alive'"]
    assert "'class' holds the same information as 'pclass' in other words." in notes


def test_breast_cancer_s_id_is_left_out(data_dir: Path) -> None:
    assert (
        "Left out 'id': different in every row, so it names the row."
        in _load(data_dir, "breast_cancer_wdbc.csv", target="diagnosis").notes
    )
