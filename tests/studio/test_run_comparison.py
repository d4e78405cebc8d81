"""Runs beside each other, on folders whose scores are known."""

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import RunError
from descentlab.data import load, prepare
from descentlab.runs import RunFolder
from descentlab.spec import SplitSpec, override, preset, to_toml
from descentlab.studio.shelf._run_comparison import MOST_RUNS, compare_runs

Make = Callable[..., RunFolder]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dl.train(override(preset("iris"), ["epochs=1"]), out=tmp_path_factory.mktemp("one") / "run").path


@pytest.fixture
def make(trained: Path, tmp_path: Path) -> Make:
    """Make a finished run whose networks have given test scores."""

    def build(
        name: str, scores: list[float | None], *, first_seed: int = 0, change: str = "", score: str = "accuracy"
    ) -> RunFolder:
        folder = RunFolder(Path(shutil.copytree(trained, tmp_path / name)))
        seeds = list(range(first_seed, first_seed + len(scores)))
        members = [{"seed": seed, score: value, "loss": 1.0} for seed, value in zip(seeds, scores, strict=True)]
        known = [value for value in scores if value is not None]
        joined = {"mean": float(np.mean(known)), "sd": None} if known else {"mean": None, "sd": None}
        folder.save_metrics({"test": {score: joined, "members": members}, "seeds": seeds, "outcome": [], "notes": []})
        if change:
            text = to_toml(override(folder.experiment, [change]))
            (folder.path / "experiment.toml").write_text(text)
        return folder

    return build


def exact_p_value(differences: list[float]) -> float:
    """The sign-flip test by its definition: all flips, one after the other."""
    seen = abs(sum(differences))
    flips = itertools.product((-1, 1), repeat=len(differences))
    sums = [abs(sum(sign * value for sign, value in zip(signs, differences, strict=True))) for signs in flips]
    return sum(value >= seen - 1e-12 for value in sums) / len(sums)


def test_a_difference_on_every_seed_is_real(make: Make) -> None:
    low = [0.50, 0.52, 0.55, 0.51, 0.58, 0.53, 0.57, 0.54]
    high = [0.61, 0.60, 0.66, 0.63, 0.64, 0.66, 0.65, 0.60]
    found = compare_runs([make("high", high), make("low", low)]).statements[0]
    mean = np.mean(np.subtract(high, low))
    assert f"high minus low: {mean:+.4f} in test accuracy" in found
    p_value = exact_p_value(list(np.subtract(high, low)))
    assert p_value == pytest.approx(2 / 256)
    assert f"p = {p_value:.2g}: the difference is real" in found


def test_a_difference_of_either_sign_may_be_chance(make: Make) -> None:
    one, other = [0.5, 0.6, 0.7, 0.5, 0.6, 0.7], [0.6, 0.5, 0.71, 0.49, 0.62, 0.69]
    found = compare_runs([make("one", one), make("other", other)]).statements[0]
    p_value = exact_p_value(list(np.subtract(one, other)))
    assert f"p = {p_value:.2g}: it may be chance" in found


def test_many_comparisons_make_each_of_them_harder(make: Make) -> None:
    low = [0.50, 0.52, 0.55, 0.51, 0.58, 0.53]
    folders = [make(name, [value + step for value in low]) for name, step in (("a", 0.0), ("b", 0.1), ("c", 0.2))]
    alone = compare_runs(folders[:2]).statements
    assert "p = 0.031: the difference is real" in alone[0]
    together = compare_runs(folders).statements
    assert len(together) == 3
    assert all("p = 0.094 after Holm's correction for 3 comparisons: it may be chance" in one for one in together)


@pytest.mark.parametrize(("num_seeds", "says"), [(1, "1 seed in common"), (5, "5 seeds in common")])
def test_few_seeds_show_nothing(make: Make, num_seeds: int, says: str) -> None:
    found = compare_runs([make("one", [0.9] * num_seeds), make("other", [0.1] * num_seeds)]).statements[0]
    assert says in found
    assert "real" not in found


def test_only_common_seeds_are_compared(make: Make) -> None:
    one = make("one", [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9, 0.8])
    other = make("other", [0.1] * 8, first_seed=1)
    assert "over the 7 seeds that both have" in compare_runs([one, other]).statements[0]


def test_a_network_without_a_score_is_not_passed_over(make: Make) -> None:
    one = make("one", [0.9] * 7)
    other = make("other", [0.1] * 6 + [None])
    assert "the others alone would say too little" in compare_runs([one, other]).statements[0]


def test_scores_of_another_kind_do_not_compare(make: Make) -> None:
    found = compare_runs([make("one", [0.9] * 7), make("other", [0.1] * 7, score="r2")])
    assert "test score of the same kind" in found.statements[0]


def test_changed_data_do_not_compare(make: Make) -> None:
    one, other = make("one", [0.9] * 7), make("other", [0.1] * 7)
    environment = other.environment()
    (other.path / "environment.json").write_text(json.dumps({**environment, "data_checksum": "sha256:0"}))
    found = compare_runs([one, other])
    assert found.statements == ("Their data has changed from one to the other: their scores do not compare.",)


@pytest.mark.parametrize("is_changed", [False, True])
def test_the_same_table_in_two_places_compares(tmp_path: Path, *, is_changed: bool) -> None:
    rows = [f"{i},{i % 7},{'ab'[i % 2]}" for i in range(40)]
    folders = []
    for place in ("one", "two"):
        table = tmp_path / place / "table.csv"
        table.parent.mkdir()
        more = ["40,1,a"] if is_changed and place == "two" else []
        table.write_text("\n".join(["x,y,kind", *rows, *more]))
        run = dl.train(table, "kind", seeds=6, epochs=1, drop=["y"], out=tmp_path / f"run-{place}")
        folders.append(run.folder)
    found = compare_runs(folders)
    assert ("do not compare" in found.statements[0]) == is_changed
    assert ("p = 1: it may be chance" in found.statements[0]) == (not is_changed)
    assert [name for name, *_ in found.settings] == (["data.path"] if is_changed else [])


def test_a_target_that_was_taken_is_the_same_as_one_that_was_named(tmp_path: Path) -> None:
    rows = [f"{i % 9},{i % 7},{'ab'[i % 2]}" for i in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["width,height,kind", *rows]))
    for name, target in (("named", "kind"), ("taken", None), ("other", "height")):
        dl.train(tmp_path / "table.csv", target, epochs=1, out=tmp_path / name)
    named, taken, other = (RunFolder(tmp_path / name) for name in ("named", "taken", "other"))
    assert taken.experiment.model_dump()["data"]["target"] is None
    assert compare_runs([named, taken]).settings == ()
    assert "1 seed in common" in compare_runs([named, taken]).statements[0]
    assert "do not compare" in compare_runs([named, other]).statements[0]


def test_another_choice_of_columns_compares_on_the_same_test_rows(tmp_path: Path) -> None:
    rows = [f"{i % 9},{i % 7},{'ab'[i % 2]}" for i in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["x,y,kind", *rows]))
    runs = [
        dl.train(tmp_path / "table.csv", "kind", seeds=6, epochs=1, drop=drop, out=tmp_path / f"run{len(drop)}")
        for drop in ([], ["y"])
    ]
    specs = [run.experiment.data for run in runs]
    for seed in range(6):
        one, other = (prepare(load(spec), SplitSpec(), seed).part("test") for spec in specs)
        assert one.tolist() == other.tolist()
    found = compare_runs([run.folder for run in runs])
    assert "over the 6 seeds that both have" in found.statements[0]
    assert found.settings == (("data.drop", "none", "y"),)


@pytest.mark.parametrize("change", ["split.test=0.3", "data_seed=4"])
def test_another_test_part_does_not_compare(make: Make, change: str) -> None:
    found = compare_runs([make("one", [0.9] * 7), make("other", [0.1] * 7, change=change)])
    assert "another part of it" in found.statements[0]
    assert len(found.settings) == 1


def test_settings_that_differ_are_named_and_what_that_means(make: Make) -> None:
    one = make("one", [0.9] * 7)
    rate = make("rate", [0.1] * 7, change="optimizer.learning_rate=0.5")
    found = compare_runs([one, rate])
    assert found.settings == (("optimizer.learning_rate", f"{one.experiment.optimizer.learning_rate:g}", "0.5"),)
    assert len(found.statements) == 1
    both = make("both", [0.1] * 7, change="batch_size=7")
    assert "They differ in 2 settings" in compare_runs([rate, both]).statements[-1]


def test_results_stand_side_by_side(make: Make) -> None:
    found = compare_runs([make("one", [0.5, 0.7]), make("other", [0.1, 0.3])])
    rows: dict[str, Any] = {name: cells for name, *cells in found.results}
    assert rows["test accuracy"] == ["0.6000", "0.2000"]
    assert rows["seeds"] == ["2", "2"]


def test_too_few_and_too_many_are_refused(make: Make) -> None:
    one = make("one", [0.5])
    for count in (1, MOST_RUNS + 1):
        with pytest.raises(RunError, match=f"choose 2 to {MOST_RUNS}"):
            compare_runs([one] * count)
    (one.path / "metrics.json").unlink()
    with pytest.raises(RunError, match="not finished"):
        compare_runs([one, one])
