"""The plane of a report: which features span it, and what a network of known weights says there."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from descentlab.data import Dataset, load, prepare
from descentlab.results import Boundary2D
from descentlab.spec import TableData, override, preset
from descentlab.training import Plan, make_plan
from descentlab.workbench._plane import MAX_FEATURES, boundary

Snapshot = tuple[int, Any, Any]


def linear(folder: Path, rows: pd.DataFrame, weights: dict[str, float]) -> tuple[Plan, Dataset, Snapshot]:
    """Make a network whose third class has the logit w.x of some columns, and whose other two have -w.x and 0."""
    rows.to_csv(folder / "rows.csv", index=False)
    experiment = override(preset("iris"), ["model=[{kind='dense',name='output'}]"])
    experiment = experiment.model_copy(update={"data": TableData(path=str(folder / "rows.csv"), target="kind")})
    dataset = prepare(load(experiment.data), experiment.split, 0)
    own = np.array([weights.get(name, 0.0) for name in dataset.feature_names])
    params = {
        "output": {"weight": np.stack([-own, 0 * own, own], 1).astype(np.float32), "bias": np.zeros(3, np.float32)}
    }
    return make_plan(experiment, dataset), dataset, (5, params, {})


def rows_of(num_columns: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(rng.normal(50.0, 9.0, (90, num_columns)), columns=[f"c{i}" for i in range(num_columns)])
    return rows.assign(kind=np.tile(["a", "b", "c"], 30))


def draw(*network: Any, features: tuple[str, str] | None = None) -> Boundary2D | None:
    plan, dataset, snapshot = network
    return boundary(plan, dataset, [snapshot], features=features)


def test_the_two_features_that_tell_the_most_span_it_and_the_rest_stand_at_their_mean(tmp_path: Path) -> None:
    plan, dataset, snapshot = linear(tmp_path, rows_of(5), {"c1": 1.0, "c3": 4.0, "c4": 0.2})
    drawn = draw(plan, dataset, snapshot)
    assert drawn is not None
    assert drawn.axis_names == ("c3", "c1")
    assert drawn.winners is not None
    seen = {name: dataset.raw[name][dataset.train] for name in ("c1", "c3")}
    across, up = ((ticks - seen[name].mean()) / seen[name].std() for name, ticks in (("c3", drawn.x), ("c1", drawn.y)))
    logit = 4.0 * across + 1.0 * up[:, None]
    logits = np.stack([-logit, np.zeros_like(logit), logit])
    shares = np.exp(logits - logits.max(axis=0)) / np.exp(logits - logits.max(axis=0)).sum(axis=0)
    np.testing.assert_allclose(drawn.values[0], shares.max(axis=0), atol=1e-3)
    np.testing.assert_array_equal(drawn.winners[0][np.abs(logit) > 0.01], shares.argmax(axis=0)[np.abs(logit) > 0.01])
    np.testing.assert_allclose(drawn.test_points[:, 0], dataset.raw["c3"][dataset.test], rtol=1e-5)


def test_named_features_span_it(tmp_path: Path) -> None:
    drawn = draw(*linear(tmp_path, rows_of(4), {"c1": 1.0}), features=("c0", "c2"))
    assert drawn is not None
    assert drawn.axis_names == ("c0", "c2")
    np.testing.assert_allclose(drawn.values, 1 / 3, atol=1e-6)


@pytest.mark.parametrize("strong", ["c0", "c1"])
def test_two_columns_stand_in_their_order_so_that_networks_can_be_laid_side_by_side(
    tmp_path: Path, strong: str
) -> None:
    drawn = draw(*linear(tmp_path, rows_of(2), {strong: 3.0}))
    assert drawn is not None
    assert drawn.axis_names == ("c0", "c1")


def test_of_very_many_inputs_none_are_chosen_but_they_may_be_named(tmp_path: Path) -> None:
    network = linear(tmp_path, rows_of(MAX_FEATURES + 1), {"c1": 1.0})
    assert draw(*network) is None
    assert draw(*network, features=("c0", "c1")) is not None
