"""The bundled sets, against scikit-learn, which brings them along."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from descentlab.data import Dataset, load, prepare
from descentlab.spec import BundledData, SplitSpec, known_sets

LOADERS: dict[str, Callable[[], Any]] = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast-cancer": datasets.load_breast_cancer,
}


def _load(name: str) -> Dataset:
    return prepare(load(BundledData.model_validate({"name": name})), SplitSpec(), 0)


@pytest.mark.parametrize("name", LOADERS)
def test_tables_are_scikit_learn_s(name: str) -> None:
    data, wanted = _load(name), LOADERS[name]()
    columns = np.stack([data.raw[column] for column in data.feature_names], axis=1)
    np.testing.assert_array_equal(columns, wanted.data)
    np.testing.assert_array_equal(data.targets, wanted.target)
    assert data.classes == tuple(wanted.target_names)
    assert data.feature_names == tuple(wanted.feature_names)


def test_diabetes_is_scikit_learn_s_in_its_own_units() -> None:
    data = _load("diabetes")
    wanted: Any = datasets.load_diabetes(scaled=False)
    columns = np.stack([data.raw[column] for column in data.feature_names], axis=1)
    np.testing.assert_array_equal(columns, wanted.data)
    np.testing.assert_allclose(data.targets * data.target_scale + data.target_shift, wanted.target, rtol=1e-5)
    assert data.task == "regression"
    assert data.classes == ()


def test_digits_are_scikit_learn_s_as_small_pictures() -> None:
    data = _load("digits")
    wanted: Any = datasets.load_digits()
    assert data.inputs.dtype == np.uint8
    assert data.inputs.shape == (1797, 8, 8, 1)
    np.testing.assert_array_equal(data.inputs[..., 0], wanted.images)
    np.testing.assert_array_equal(data.targets, wanted.target)
    assert data.real_inputs(data.train).max() == 1.0


def test_every_set_is_compared() -> None:
    assert {*LOADERS, "diabetes", "digits"} == set(known_sets("bundled")), "compare the others with scikit-learn's here"


@pytest.mark.parametrize("name", [name for name, known in known_sets("bundled").items() if not known.is_pictures])
def test_the_training_part_is_standardised(name: str) -> None:
    data = _load(name)
    np.testing.assert_allclose(data.inputs[data.train].mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(data.inputs[data.train].std(axis=0), 1.0, atol=1e-5)


def test_iris_is_divided_as_its_preset_says() -> None:
    data = _load("iris")
    assert [np.bincount(data.targets[data.part(part)]).tolist() for part in ("train", "validation", "test")] == [
        [32, 32, 32],
        [8, 8, 8],
        [10, 10, 10],
    ]


def test_iris_loads_nothing_heavy() -> None:
    code = """
import sys
from descentlab.data import load, prepare
from descentlab.spec import BundledData, SplitSpec
prepare(load(BundledData(name="iris")), SplitSpec(), 0)
heavy = ("jax", "pandas", "pyarrow", "sklearn", "scipy", "matplotlib", "PIL", "requests")
print(*[name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
