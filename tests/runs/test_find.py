"""Runs are found by name and by path, and listed past those that are damaged."""

import json
from pathlib import Path

import pytest

from descentlab.core import RunError
from descentlab.runs import RunFolder, create_run, describe_environment, find_run, list_runs, open_run
from descentlab.spec import preset


def test_a_run_is_found_by_path_and_by_bare_name(run: RunFolder) -> None:
    root = run.path.parent
    assert open_run(run.path) == run
    assert find_run(str(run.path)) == run
    assert find_run("iris-001", root) == run


def test_a_folder_of_the_same_name_that_is_no_run_hides_none(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris-001").mkdir()
    assert find_run("iris-001").path == Path("runs/iris-001")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("iris-01", "there is no run 'iris-01'.*did you mean 'iris-001'"),
        ("zzz", "there is no run 'zzz'.*it has iris-001"),
        (".", "is a folder of runs; name one of them, such as .*iris-001"),
        ("empty", r"is not a run: it has no experiment\.toml"),
        ("n" * 5000, "there is no run"),
        ("a\0b", "there is no run"),
    ],
)
def test_what_is_no_run_is_told_with_a_guess(run: RunFolder, text: str, message: str) -> None:
    root = run.path.parent
    (root / "empty").mkdir()
    with pytest.raises(RunError, match=message):
        find_run(text if text != "." else str(root), root)


def test_a_path_that_is_no_folder_is_told(run: RunFolder) -> None:
    with pytest.raises(RunError, match="is not a folder"):
        open_run(run.path / "experiment.toml")
    with pytest.raises(RunError, match="it has none"):
        find_run("iris-001", run.path / "nowhere")


def test_a_listing_sums_up_each_run(run: RunFolder) -> None:
    root = run.path.parent
    unfinished = create_run(preset("digits"), root=root, preparation={}, environment=describe_environment(seeds=[5]))
    unfinished.save_checkpoint({}, {"epoch": 3})
    listing = list_runs(root)
    first, second = sorted(listing.runs, key=lambda summary: summary.name, reverse=True)
    assert (first.name, first.data, first.epochs_done, first.epochs_planned) == ("iris-001", "iris", 2, 100)
    assert (first.is_finished, first.num_seeds, first.score_name, first.score) == (True, 2, "accuracy", 0.9)
    assert first.score_sd == 0.05
    assert first.created is not None
    assert first.created.tzinfo is not None
    assert (second.name, second.epochs_done, second.is_finished, second.score) == ("digits-001", 3, False, None)
    assert second.num_seeds == 1
    assert "accuracy 0.900 ± 0.050" in str(listing)
    assert "<td>iris-001</td>" in listing._repr_html_()


def test_a_single_run_s_score_and_a_regression_s(run: RunFolder) -> None:
    for test, expected in (({"accuracy": 0.5}, ("accuracy", 0.5)), ({"r2": 0.25, "rmse": 3.0}, ("r2", 0.25))):
        run.save_metrics({"seeds": [0, 1], "epochs": [40, 70], "test": test})
        summary = list_runs(run.path.parent).runs[0]
        assert (summary.score_name, summary.score, summary.score_sd) == (*expected, None)
        assert summary.epochs_done == 70


def test_a_damaged_run_is_named_and_hides_no_other(run: RunFolder) -> None:
    root = run.path.parent
    for name in ("broken", "liar"):
        create_run(preset("iris"), out=root / name, preparation={}, environment=describe_environment())
    (root / "broken" / "experiment.toml").write_text("epochs = = 3")
    (root / "liar" / "environment.json").write_text("[]")
    (root / ".hidden").mkdir()
    (root / "not-a-run").mkdir()
    listing = list_runs(root)
    assert [summary.name for summary in listing.runs] == ["iris-001"]
    assert [damaged.path.name for damaged in listing.damaged] == ["broken", "liar"]
    assert "broken/experiment.toml is not TOML" in str(listing)


@pytest.mark.parametrize(
    "metrics", [{"test": {"accuracy": "high"}}, {"test": {"accuracy": {"mean": None}}}, {"test": {}}, {}]
)
def test_metrics_without_a_number_list_without_a_score(run: RunFolder, metrics: dict[str, object]) -> None:
    (run.path / "metrics.json").write_text(json.dumps(metrics))
    assert list_runs(run.path.parent).runs[0].score is None


def test_no_runs_are_no_error(tmp_path: Path) -> None:
    listing = list_runs(tmp_path / "runs")
    assert listing.runs == ()
    assert str(listing) == f"no runs in {tmp_path / 'runs'}"
