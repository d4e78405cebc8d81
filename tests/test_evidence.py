"""Long studies go on where they were stopped, and their results say when and of which commit they are."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.__main__ import STUDIES, main
from evidence._record import Record, commits_since, continue_study, current_commit, read_record
from evidence._study import Figures, Finding, Study


@pytest.fixture
def study() -> Study:
    return Study(
        name="squares",
        claim="Squares add up.",
        method="One square.",
        repetitions=4,
        measure=lambda number: {"square": float(number**2)},
        judge=lambda figures: Finding(sum(each["square"] for each in figures) == 14.0, "14 of 14"),
    )


def stop_at(study: Study, stop: int) -> tuple[Study, list[int]]:
    """Let a study be stopped in a repetition, and note those that it makes."""
    made: list[int] = []

    def measure(number: int) -> Figures:
        if number == stop:
            raise KeyboardInterrupt
        made.append(number)
        return {"square": float(number**2)}

    return replace(study, measure=measure), made


def test_a_study_that_is_stopped_goes_on_where_it_was(study: Study, tmp_path: Path) -> None:
    stopping, _ = stop_at(study, 2)
    with pytest.raises(KeyboardInterrupt):
        continue_study(read_record(stopping, tmp_path), tmp_path)
    half = read_record(study, tmp_path)
    assert ([each.number for each in half.repetitions], half.is_finished, half.finding) == ([0, 1], False, None)
    going_on, made = stop_at(study, -1)
    whole = continue_study(read_record(going_on, tmp_path), tmp_path)
    assert made == [2, 3]
    assert whole.finding == Finding(True, "14 of 14")
    assert read_record(study, tmp_path) == replace(whole, study=study)


def test_what_is_finished_is_not_measured_again(study: Study, tmp_path: Path) -> None:
    continue_study(Record(study), tmp_path)
    again, made = stop_at(study, -1)
    continue_study(read_record(again, tmp_path), tmp_path)
    assert made == []


@pytest.mark.parametrize("change", [{"claim": "Squares differ."}, {"method": "Two squares."}])
def test_results_of_another_claim_or_method_count_for_nothing(
    study: Study, tmp_path: Path, change: dict[str, str]
) -> None:
    continue_study(Record(study), tmp_path)
    assert read_record(replace(study, **change), tmp_path).repetitions == ()


def test_results_name_their_commit_machine_and_versions(study: Study, tmp_path: Path) -> None:
    continue_study(Record(study), tmp_path)
    content = json.loads((tmp_path / "squares.json").read_text(encoding="utf-8"))
    assert content["commits"] == [current_commit()]
    assert {each["commit"] for each in content["repetitions"]} == {current_commit()}
    assert content["environment"]["packages"]["jax"]
    assert content["finding"] == {"holds": True, "text": "14 of 14"}
    assert commits_since(current_commit()) == ("?" if current_commit() == "unknown" else "0")
    assert commits_since("0000000000") == "?"


@pytest.mark.parametrize("name", STUDIES)
def test_results_in_the_repository_are_whole_and_of_commits(name: str) -> None:
    record = read_record(STUDIES[name])
    assert not [each for each in record.repetitions if "+" in each.commit]
    assert len(record.repetitions) in {0, STUDIES[name].repetitions}


def test_the_table_names_every_study(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) in {0, 1}
    out = capsys.readouterr().out
    assert all(name in out for name in ("holds", "commit", *STUDIES))


def test_an_unknown_study_names_the_choices(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["iris-meen"])
    assert "iris-mean" in capsys.readouterr().err
