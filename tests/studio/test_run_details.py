"""Details of studies and analyses, their files, and studies beside each other."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import descentlab as dl
from descentlab.core import RunError
from descentlab.runs import StudyFolder, save_results
from descentlab.spec import VariableSpec, override, preset
from descentlab.studio.shelf._run_details import score_words
from descentlab.studio.shelf._run_facts import varied_words
from descentlab.studio.shelf._run_files import find_file, list_files, word_size
from descentlab.studio.shelf._shelf import Shelf


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with an analysis in it, two sweeps, an atlas, and an analysis of its own."""
    folder = tmp_path_factory.mktemp("details")
    dl.train(override(preset("iris"), ["epochs=1"]), out=folder / "flowers")
    dl.curvature(folder / "flowers", set=[])
    dl.sweep("circle", learning_rate="0.01:1:5", seeds=6, epochs=2, out=folder / "rates")
    vary = {"momentum": [0.0, 0.9]}
    dl.sweep(
        "circle", vary=vary, set=["optimizer.kind=momentum"], seeds=2, epochs=2, out=folder / "momenta", report=False
    )
    x, y = "learning_rate.hidden=1:100:3", "learning_rate.output=10:1000:3"
    dl.atlas("fractal", x=x, y=y, set={"epochs": 30}, out=folder / "map")
    dl.surface("x^2", starts=16, steps=20, out=folder / "bowl")
    return folder


@pytest.fixture
def copy(runs: Path, tmp_path: Path) -> Path:
    return shutil.copytree(runs, tmp_path / "copy")


def facts(runs: Path, name: str) -> dict[str, str]:
    return dict(Shelf(runs).details(name).facts)


def test_a_study_says_what_was_asked_and_what_came_out(runs: Path) -> None:
    found = Shelf(runs).details("rates")
    metrics = json.loads((runs / "rates" / "metrics.json").read_text())
    said = [statement["text"] for statement in (metrics["answer"], *metrics["statements"])]
    assert list(found.sentences) == [*said, *metrics["notes"]]
    told = dict(found.facts)
    assert told["asked for"] == "descentlab sweep"
    assert told["varied"] == "learning_rate: 5 values from 0.01 to 1, in equal factors"
    assert told["networks"] == "30: 5 settings, each from 6 seeds, 0 to 5"
    assert told["network"] == "dense 4 tanh, dense 2 tanh, dense outputs"
    assert told["data"] == "circle"
    assert "2 epochs" in told["training"]
    assert "learning rate" not in told["training"]
    assert told["took"].endswith(("s", "ms"))
    assert "made" in told
    header, *rows = found.table
    assert header == ("setting", "train loss", "test loss", "outcomes")
    settings = metrics["tables"]["settings"]
    assert [row[0] for row in rows] == [setting["setting"] for setting in settings]
    assert rows[0][2].startswith(f"{settings[0]['test_loss']['mean']:.4g} ± ")
    assert sum(int(count.split()[0]) for count in rows[0][3].split(", ")) == 6
    assert found.reports == (("report", "/runs/rates/report.html"),)


def test_an_atlas_and_an_analysis_say_theirs(runs: Path) -> None:
    told = facts(runs, "map")
    assert told["asked for"] == "descentlab atlas"
    assert told["networks"] == "9: 9 settings, each from seed 0"
    assert Shelf(runs).details("map").table == ()
    bowl = Shelf(runs).details("bowl")
    assert bowl.sentences[0] == json.loads((runs / "bowl" / "result.json").read_text())["answer"]["text"]
    assert bowl.description == ""
    entry = next(entry for entry in Shelf(runs).entries() if entry.name == "bowl")
    assert (entry.kind, entry.result, entry.state, entry.has_report) == ("analysis", "analysis", "finished", True)


def test_an_analysis_says_its_answer_first(tmp_path: Path) -> None:
    answer, statement = ({"text": text, "evidence": []} for text in ("It has one minimum.", "It lies at 0."))
    declared = {"answer": answer, "statements": [statement], "notes": ["Of 16 starts."]}
    save_results(tmp_path / "bowl", result=declared, report="<!doctype html>")
    assert Shelf(tmp_path).details("bowl").sentences == ("It has one minimum.", "It lies at 0.", "Of 16 starts.")
    save_results(tmp_path / "bowl", result={**declared, "answer": "It has one minimum."})
    with pytest.raises(RunError, match="`answer`"):
        Shelf(tmp_path).details("bowl")


def test_an_analysis_in_a_run_has_its_report_beside_the_run_s(runs: Path) -> None:
    assert Shelf(runs).details("flowers").reports == (
        ("report", "/runs/flowers/report.html"),
        ("report of curvature", "/runs/flowers/curvature/report.html"),
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((0.1, 0.2), "momentum: 0.1, 0.2"),
        (("relu", "tanh"), "momentum: relu, tanh"),
        ((1, 2, 3, 4, 5), "momentum: 5 values from 1 to 5"),
        ((16, 8, 4, 2, 1), "momentum: 5 values from 1 to 16, in equal factors"),
        (tuple(f"v{place}" for place in range(25)), "and 5 more"),
    ],
)
def test_what_was_varied_is_said_in_short(values: tuple[Any, ...], words: str) -> None:
    assert varied_words(VariableSpec(name="momentum", values=values)).endswith(words)


@pytest.mark.parametrize(("name", "verb"), [("rates", "sweep"), ("map", "atlas")])
def test_an_unfinished_study_says_how_to_go_on(copy: Path, name: str, verb: str) -> None:
    (copy / name / "metrics.json").unlink()
    found = Shelf(copy).details(name)
    assert found.sentences == (f"Not finished. To continue it: `descentlab {verb} --resume {copy / name}`",)
    assert found.table == ()
    assert found.reports == ()
    assert next(one.state for one in Shelf(copy).entries() if one.name == name) == "can be resumed"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"settings": 1}',
        '{"settings": [{"setting": "a", "verdicts": {"dead": "x"}}]}',
        '{"format": 2, "tables": {"settings": [1]}}',
        '{"format": 2, "tables": 1}',
        '{"format": 99}',
        "[]",
    ],
)
def test_a_study_with_a_broken_file_is_said_to_be_damaged(copy: Path, content: str) -> None:
    (copy / "rates" / "metrics.json").write_text(content)
    entries = {entry.name: entry for entry in Shelf(copy).entries()}
    assert entries["rates"].state.startswith("damaged: ")
    assert set(entries) == {"flowers", "rates", "momenta", "map", "bowl"}
    with pytest.raises(RunError):
        Shelf(copy).details("rates")


def test_a_long_study_shows_some_settings_and_says_so(copy: Path) -> None:
    path = copy / "rates" / "metrics.json"
    metrics = json.loads(path.read_text())
    tables = {**metrics["tables"], "settings": metrics["tables"]["settings"] * 10}
    path.write_text(json.dumps({**metrics, "tables": tables, "laboratory": "<b>"}))
    found = Shelf(copy).details("rates")
    assert len(found.table) == 41
    assert "40 of 50 settings" in found.sentences[-1]
    assert dict(found.facts)["asked for"] == "descentlab sweep"


FIRST_FORMAT: dict[str, Any] = {
    "verb": "learning-rate",
    "outcome": ["Use a learning rate of 0.1.", "Stable from 0.01 to 0.1."],
    "judged_on": "test",
    "best": {"learning_rate": 0.1, "loss": 0.25, "loss_on_fresh_seeds": 0.5, "other_choices": [], "next": None},
    "stable_region": [0.01, 0.1],
    "settings": [
        {
            "setting": "learning_rate 0.1",
            "learning_rate": 0.1,
            "train": {"loss": {"mean": 0.125, "sd": 0.01, "ci95": None, "n": 3}},
            "test": {"loss": {"mean": None, "sd": None, "ci95": None, "n": 0}},
            "verdicts": {"diverged": 1, "too-slow": 2},
            "is_stable": True,
        }
    ],
    "verdicts": {"diverged": 1, "too-slow": 2},
    "seconds": {"total": 1.5},
}
"""The outcome of a study as format 1 has it, which is not named in it."""


def test_a_study_of_the_first_format_is_shown_and_compared(copy: Path) -> None:
    (copy / "rates" / "metrics.json").write_text(json.dumps(FIRST_FORMAT))
    shelf = Shelf(copy)
    details = shelf.details("rates")
    assert details.sentences == tuple(FIRST_FORMAT["outcome"])
    assert details.table == (
        ("setting", "train loss", "test loss", "outcomes"),
        ("learning_rate 0.1", "0.125 ± 0.01", "-", "1 diverged, 2 improving"),
    )
    assert dict(details.facts)["asked for"] == "descentlab learning-rate"
    assert dict(details.facts)["compared on"] == "the test part"
    results = {name: cells for name, *cells in shelf.compare(["rates", "momenta"]).results}
    assert results["best setting"][0] == "learning_rate 0.1"
    assert results["test loss there"][0] == "0.25"
    assert results["on seeds that did not choose it"][0] == "0.5"
    assert results["stable settings"][0] == "1 of 1"
    assert results["outcomes"][0] == "1 diverged, 2 improving"
    assert results["took"][0] == "1.50 s"


def test_a_map_of_the_first_format_is_compared(copy: Path) -> None:
    values = {
        "verb": "atlas",
        "outcome": ["Half converge."],
        "converges": 0.5,
        "dimension": 1.2,
        "dimension_error": 0.1,
    }
    (copy / "map" / "metrics.json").write_text(json.dumps(values))
    results = {name: cells for name, *cells in Shelf(copy).compare(["map", "rates"]).results}
    assert results["converge"][0] == "50.0%"
    assert results["dimension of the border"][0] == "1.20 ± 0.10"


def test_files_are_those_on_disk_with_their_sizes(runs: Path) -> None:
    found = {one.path: one for one in list_files(runs / "rates")}
    assert set(found) == {path.name for path in (runs / "rates").iterdir() if not path.name.startswith(".")}
    assert all(one.num_bytes == (runs / "rates" / one.path).stat().st_size > 0 for one in found.values())
    assert all(one.holds for one in found.values())
    inner = {one.path for one in list_files(runs / "flowers")}
    assert {"curvature/result.json", "curvature/report.html", "weights.safetensors"} <= inner
    assert find_file(runs, "flowers", "curvature/result.json") == runs / "flowers" / "curvature" / "result.json"


def test_no_file_but_a_listed_one_is_found(copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    inside = copy / "rates"
    (inside / "link.json").symlink_to(secret)
    (inside / ".hidden.json").write_text("{}")
    (inside / "notes.txt").write_text("")
    (inside / "folder.json").mkdir()
    (inside / "sub").mkdir()
    (inside / "sub" / "own.json").write_text("{}")
    (inside / "linked").symlink_to(copy / "bowl")
    (copy / "link").symlink_to(inside)
    for path in (
        "link.json", ".hidden.json", ".lock", "notes.txt", "folder.json", "sub/own.json", "linked/result.json", "",
        "../flowers/metrics.json", "../../secret.json", str(secret), "./metrics.json", "metrics.json/", "x" * 5_000,
        "metrics.json\0", "curvature/../metrics.json",
    ):  # fmt: skip
        assert find_file(copy, "rates", path) is None, path
    for name in ("link", "..", "", "rates/../rates", "none", "x" * 5_000):
        assert find_file(copy, name, "metrics.json") is None, name
    assert find_file(copy, "rates", "metrics.json") == inside / "metrics.json"


def test_sizes_are_round() -> None:
    assert [word_size(size) for size in (0, 999, 1_000, 9_940, 99_400, 2_500_000, 3_000_000_000)] == [
        "0 bytes", "999 bytes", "1.0 kB", "9.9 kB", "99 kB", "2.5 MB", "3.0 GB",
    ]  # fmt: skip


def test_studies_stand_beside_each_other_with_what_is_sure(runs: Path) -> None:
    found = Shelf(runs).compare(["momenta", "rates"])
    settings = {name: cells for name, *cells in found.settings}
    assert settings["learning_rate, varied"] == ["", "5 values from 0.01 to 1, in equal factors"]
    assert settings["momentum, varied"] == ["0, 0.9", ""]
    assert settings["num_seeds"] == ["2", "6"]
    assert not any(name.endswith(("optimizer.momentum", "epochs")) for name in settings)
    results = {name: cells for name, *cells in found.results}
    summary = StudyFolder(runs / "rates").metrics()["tables"]["summary"]
    assert results["test loss there"][1] == f"{summary['loss']:.4g}"
    assert results["best setting"][1] == summary["best"]
    assert summary["best"].startswith("learning_rate ")
    assert "train both by" in " ".join(found.statements)
    assert f"differ in {len(settings)} settings" in found.statements[-1]


def test_studies_of_other_data_do_not_compare(runs: Path) -> None:
    found = Shelf(runs).compare(["map", "rates"])
    assert "do not compare" in found.statements[0]
    assert not any("train both" in statement for statement in found.statements)
    assert {name: cells for name, *cells in found.results}["converge"][0].endswith("%")


@pytest.mark.parametrize("names", [["flowers", "rates"], ["bowl", "rates"], ["bowl", "bowl"], ["flowers", "bowl"]])
def test_what_does_not_compare_says_so(runs: Path, names: list[str]) -> None:
    with pytest.raises(RunError, match="runs are compared with runs, and studies with studies"):
        Shelf(runs).compare(names)


def test_an_unfinished_study_does_not_compare(copy: Path) -> None:
    (copy / "map" / "metrics.json").unlink()
    with pytest.raises(RunError, match=r"descentlab\.atlas\(resume="):
        Shelf(copy).compare(["rates", "map"])
    with pytest.raises(RunError, match="1 studies to compare"):
        Shelf(copy).compare(["rates"])


@pytest.mark.parametrize("name", ["rates", "map", "bowl"])
def test_studies_and_analyses_are_deleted_and_brought_back(copy: Path, name: str) -> None:
    shelf = Shelf(copy)
    before = {path.name for path in (copy / name).iterdir()}
    ticket = shelf.take_away(name)
    assert name not in {entry.name for entry in shelf.entries()}
    assert shelf.put_back(ticket) == name
    assert before <= {path.name for path in (copy / name).iterdir()} <= before | {".lock"}
    shelf.take_away(name)
    shelf.forget()
    assert not (copy / name).exists()
    assert not (copy / ".trash").exists()


def test_a_study_in_training_is_not_deleted(copy: Path) -> None:
    with StudyFolder(copy / "rates").lock(), pytest.raises(RunError, match="being trained"):
        Shelf(copy).take_away("rates")
    assert (copy / "rates" / "study.toml").is_file()


def test_a_link_is_listed_as_one(copy: Path) -> None:
    (copy / "link").symlink_to(copy / "flowers")
    entry = next(entry for entry in Shelf(copy).entries() if entry.name == "link")
    assert entry.is_link
    assert entry.state == f"a link; to open it: descentlab studio --runs {copy}"
    assert (entry.is_finished, entry.has_report) == (False, False)


def test_a_negative_score_has_a_minus_sign() -> None:
    assert score_words({"r2": -1.25, "r2_ci95": [-2.0, -0.5]}, "r2") == "−1.2500 (−2.000 to −0.500)"
    assert score_words({"r2": {"mean": -1.25, "sd": 0.5}}, "r2") == "−1.2500 ± 0.5000"
