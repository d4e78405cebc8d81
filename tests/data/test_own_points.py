from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import descentlab as dl
from descentlab.data import load, prepare
from descentlab.spec import Experiment, PointsData, SplitSpec, override, parse, preset, to_toml

POINTS = (
    (1.0, 2.0, "blue"), (-1.0, -2.0, "orange"), (2.0, 1.0, "blue"), (-2.0, -1.0, "orange"),
    (1.5, 0.5, "blue"), (-1.5, 0.5, "orange"), (3.0, 3.0, "red"), (3.0, 2.5, "red"),
)  # fmt: skip


def test_points_keep_their_places_and_colours() -> None:
    dataset = prepare(load(PointsData(points=POINTS)), SplitSpec(test=0.25, validation=0.0), 0)
    assert dataset.classes == ("orange", "blue", "red")
    np.testing.assert_array_equal(dataset.inputs[:], [point[:2] for point in POINTS])
    assert [dataset.classes[label] for label in dataset.targets] == [point[2] for point in POINTS]
    assert sorted([*dataset.train, *dataset.test]) == list(range(len(POINTS)))


def test_features_are_computed_from_the_coordinates() -> None:
    dataset = prepare(load(PointsData(points=POINTS, features=("x1*x2", "sin(x1)"))), SplitSpec(), 0)
    x1, x2 = np.array([point[:2] for point in POINTS]).T
    np.testing.assert_allclose(dataset.inputs[:], np.stack([x1 * x2, np.sin(x1)], axis=1), rtol=1e-6)


def test_numbers_are_a_regression() -> None:
    points = tuple((float(place), 0.0, place / 2) for place in range(8))
    dataset = prepare(load(PointsData(points=points)), SplitSpec(), 0)
    assert dataset.task == "regression"
    np.testing.assert_allclose(dataset.targets, [point[2] for point in points])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (POINTS[:3], "at least 4"),
        (tuple((float(place), 0.0, "blue") for place in range(6)), "all points are of the same class"),
        ((*POINTS[:4], (0.0, 0.0, 1.0)), "others a number"),
        ((*POINTS[:4], (float("nan"), 0.0, "blue")), "finite"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(points: tuple, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PointsData(points=points)


def test_points_are_a_part_of_the_description() -> None:
    experiment = preset("circle").model_copy(update={"data": PointsData(points=POINTS), "batch_size": 1})
    import tomllib

    assert parse(tomllib.loads(to_toml(experiment))) == experiment


def points_experiment() -> Experiment:
    rng = np.random.default_rng(0)
    points = tuple((float(x), float(y), "blue" if x + y > 0 else "orange") for x, y in rng.uniform(-5, 5, (60, 2)))
    return override(preset("circle"), ["epochs=60"]).model_copy(update={"data": PointsData(points=points)})


def test_a_network_learns_them_and_tells_new_ones(tmp_path: Path) -> None:
    run = dl.train(points_experiment(), out=tmp_path / "run", report=True)
    told = run.predict(np.array([[4.0, 4.0], [-4.0, -4.0]]))
    assert list(told.predicted) == ["blue", "orange"]
    assert (tmp_path / "run" / "report.html").is_file()
    assert dl.list_runs(tmp_path).runs[0].data == "60 points"


def test_a_seed_of_the_data_divides_alike_for_every_seed(tmp_path: Path) -> None:
    experiment = override(points_experiment(), ["epochs=1", "data_seed=7"])
    one = dl.train(override(experiment, ["seed=1"]), out=tmp_path / "one", report=False)
    other = dl.train(override(experiment, ["seed=2"]), out=tmp_path / "other", report=False)
    checksums = {run.folder.environment()["data_checksum"] for run in (one, other)}
    assert len(checksums) == 1
    source = load(experiment.data)
    expected = prepare(source, experiment.split, 7)
    from descentlab.workbench._examples import Examples

    for seed in (1, 2):
        np.testing.assert_array_equal(Examples(experiment).of(seed).train, expected.train)
    own = override(experiment, []).model_copy(update={"data_seed": None})
    assert (Examples(own).of(1).train != Examples(own).of(2).train).any()


def test_a_playground_is_drawn_by_the_seed_of_the_data() -> None:
    from descentlab.workbench._examples import Examples

    experiment = override(preset("circle"), ["data_seed=3"])
    first, second = (Examples(experiment).of(seed).inputs[:] for seed in (0, 1))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, Examples(override(preset("circle"), ["seed=3"])).of(3).inputs[:])
