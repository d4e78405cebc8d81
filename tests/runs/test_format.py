"""Every record on disk says its format: older ones open, newer ones are refused in one line."""

import json
from pathlib import Path

import pytest

from descentlab.core import RunError, __version__
from descentlab.runs import AnalysisFolder, RunFolder, create_study, describe_environment, open_run, save_results
from descentlab.runs._format import FORMAT
from descentlab.spec import StudySpec, VariableSpec, preset, to_toml


def change(path: Path, **fields: object) -> None:
    record = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in {**record, **fields}.items() if value is not None}))


def test_a_run_says_its_format_and_its_writer(run: RunFolder) -> None:
    environment = run.environment()
    assert (environment["format"], environment["written_by"]) == (FORMAT, __version__)


def test_a_run_without_a_format_opens(run: RunFolder) -> None:
    change(run.path / "environment.json", format=None, written_by=None)
    assert open_run(run.path).experiment == preset("iris")


def test_a_checkpoint_of_format_1_opens(run: RunFolder) -> None:
    path = run.path / "checkpoint" / "state.safetensors"
    content = path.read_bytes()
    assert content.count(b'"descentlab":') == 1
    old, new = b'"gradlab":"', b'"descentlab":"'
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].replace(new, old)
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])
    loaded = run.load_checkpoint()
    assert loaded is not None
    assert loaded.meta == {"epoch": 2}


def test_a_newer_run_is_refused_and_says_what_reads_it(run: RunFolder) -> None:
    change(run.path / "environment.json", format=FORMAT + 1, written_by="9.8.7")
    (run.path / "experiment.toml").write_text('[what_is_not_known_here]\nname = "x"\n' + to_toml(preset("iris")))
    message = (
        f"{run.path} has format {FORMAT + 1}, and descentlab {__version__} reads formats up to {FORMAT}: "
        "descentlab 9.8.7 wrote it and reads it"
    )
    with pytest.raises(RunError) as error:
        open_run(run.path)
    assert str(error.value) == message


def test_a_newer_study_is_refused(tmp_path: Path) -> None:
    rates = VariableSpec(name="learning_rate", values=(0.1, 1.0))
    study = StudySpec(variables=(rates,), experiment=preset("iris"))
    folder = create_study(study, out=tmp_path / "study", environment=describe_environment())
    assert folder.study == study
    change(folder.path / "environment.json", format=FORMAT + 1)
    with pytest.raises(RunError, match=f"has format {FORMAT + 1}"):
        _ = folder.study


def test_a_newer_analysis_is_refused(tmp_path: Path) -> None:
    save_results(tmp_path / "one", result={"outcome": ["flat"]}, report="page")
    folder = AnalysisFolder(tmp_path / "one")
    assert folder.result()["format"] == FORMAT
    change(tmp_path / "one" / "result.json", format=FORMAT + 1)
    with pytest.raises(RunError, match=f"has format {FORMAT + 1}"):
        folder.result()


@pytest.mark.parametrize("number", ["2", 0, -1, 1.5, True])
def test_a_format_that_is_no_number_is_refused(run: RunFolder, number: object) -> None:
    change(run.path / "environment.json", format=number)
    with pytest.raises(RunError, match=r"environment\.json: format"):
        open_run(run.path)
