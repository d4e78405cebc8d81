"""Studies' and analyses' own files, from descentlab and from a stranger."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.core import RunError
from descentlab.runs import AnalysisFolder, StudyFolder, is_analysis, list_analyses, save_results
from descentlab.runs._format import stamp


def write(folder: Path, **result: Any) -> AnalysisFolder:
    save_results(folder, result=result, tables={"shares": {"rate": np.array([0.1])}}, report="<title>page</title>")
    return AnalysisFolder(folder)


def test_an_analysis_is_found_and_read(tmp_path: Path) -> None:
    before = datetime.now(UTC).timestamp()
    found = write(tmp_path / "circle-landscape", outcome=["flat"], notes=[], value=float("nan"))
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    assert list_analyses(tmp_path) == ["circle-landscape"]
    assert (found.name, found.result()) == (
        "circle-landscape",
        {**stamp(), "outcome": ["flat"], "notes": [], "value": None},
    )
    assert before - 2 <= found.written.timestamp() <= datetime.now(UTC).timestamp() + 2
    assert found.written.tzinfo is not None
    assert found.report_path.read_text() == "<title>page</title>"
    assert list_analyses(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["experiment.toml", "study.toml"])
def test_a_run_or_study_is_no_analysis_whatever_else_is_in_it(tmp_path: Path, name: str) -> None:
    write(tmp_path / "one")
    (tmp_path / "one" / name).write_text("")
    assert not is_analysis(tmp_path / "one")


@pytest.mark.parametrize("name", ["result.json", "report.html"])
def test_half_an_analysis_is_none(tmp_path: Path, name: str) -> None:
    write(tmp_path / "one")
    (tmp_path / "one" / name).unlink()
    assert list_analyses(tmp_path) == []
    assert not is_analysis(tmp_path / ("x" * 400))


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        '{"outcome": "words"}',
        '{"notes": [1]}',
        '{"seconds": {"total": "x"}}',
        '{"answer": "words"}',
        '{"statements": [{"text": 1}]}',
    ],
)
def test_a_strange_result_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    found = write(tmp_path / "one")
    (found.path / "result.json").write_text(content)
    with pytest.raises(RunError) as told:
        found.result()
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": ["one", 2]},
        {"settings": [{"verdicts": {}}]},
        {"settings": [{"setting": "a", "test": {"loss": {"mean": "low"}}}]},
        {"settings": [{"setting": "a", "verdicts": {"dead": "many"}}]},
        {"best": {"loss": []}},
        {"best": []},
        {"verdicts": {"dead": None}},
        {"seconds": {"total": []}},
        {"converges": "all"},
    ],
)
def test_a_strange_study_is_refused_in_one_line(tmp_path: Path, values: dict[str, Any]) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps(values))
    with pytest.raises(RunError, match="does not have the form") as told:
        StudyFolder(tmp_path).metrics()
    assert len(str(told.value).splitlines()) == 1


def test_a_study_from_before_may_lack_anything(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"best": null, "more": [1, "x"]}')
    metrics = StudyFolder(tmp_path).metrics()
    assert metrics["tables"]["summary"]["best"] is None
    assert metrics["tables"]["settings"] == []
    (tmp_path / "metrics.json").write_text('{"stable_region": [0.5]}')
    assert StudyFolder(tmp_path).metrics()["tables"]["summary"]["stable_from"] is None
