"""Tables made at random, whole and damaged: a slice of the study `table-fuzz`, and tables that people publish."""

from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets

from descentlab.data import read_table
from evidence.table_fuzz import judge_many


@pytest.mark.parametrize("number", [1_000, 1_001])
def test_a_table_is_read_right_or_refused_in_one_line(number: int) -> None:
    counts, wrong = judge_many(number)
    assert wrong == []
    assert counts["right"] > 70


SKLEARN = Path(sklearn.datasets.__file__).parent / "data"


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("breast_cancer.csv", (569, 31)),
        ("iris.csv", (150, 5)),
        ("wine_data.csv", (178, 14)),
        ("digits.csv.gz", (1797, 65)),
    ],
)
def test_the_tables_that_scikit_learn_brings(name: str, size: tuple[int, int]) -> None:
    """All but digits begin with a line of counts and class names, which is their header as NumPy reads them."""
    table = read_table(SKLEARN / name)
    assert (table.num_rows, len(table.columns)) == size
    values = np.column_stack([column.to_numbers().values for column in table.columns])
    np.testing.assert_array_equal(values, np.loadtxt(SKLEARN / name, delimiter=",", skiprows=int("digits" not in name)))
