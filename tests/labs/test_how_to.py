"""The laboratory that docs/how-to/add-a-laboratory.md writes works in every medium."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from descentlab.cli import _laboratories as commands
from descentlab.core import SpecError, options_schema
from descentlab.results import Result, as_arrays

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-laboratory.md"


@pytest.fixture(scope="module")
def saturation() -> Callable[..., Result[Any]]:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    module: dict[str, Any] = {"__name__": "saturation"}
    exec(compile(code, str(GUIDE), "exec"), module)
    return module["saturation"]


def test_every_medium_shows_it(saturation: Callable[..., Result[Any]]) -> None:
    result = saturation()
    assert result.answer == "With inputs of scale 4, 51% of the units are saturated."
    assert str(result).startswith(result.answer)
    assert json.loads(json.dumps(result.to_json()))["tables"]["scales"][2]["scale"] == 4.0
    assert set(as_arrays(result.declaration)["scales"]) == {"scale", "share"}
    assert result.answer in result.to_page()
    assert "<svg" in result._repr_html_()
    assert result.plot("Saturated outputs").axes
    assert result.tables["scales"].frame().shape == (3, 2)


def test_its_command_and_its_words_come_from_its_options(
    saturation: Callable[..., Result[Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "LABORATORIES", ("saturation",))
    monkeypatch.setattr(commands, "load_laboratory", lambda _: saturation)
    app = typer.Typer()
    app.callback()(lambda: None)
    commands.add_laboratories(app)
    monkeypatch.setattr(sys, "argv", ["descentlab", "saturation", "--scales", "0.1,1", "--json"])
    with pytest.raises(SystemExit):
        app()
    assert json.loads(capsys.readouterr().out)["statements"][0]["text"] == "At no scale is more than half."
    assert "examples: Inputs drawn at each scale." in (saturation.__doc__ or "")
    assert options_schema(saturation)["properties"]["examples"]["default"] == 10_000


def test_bad_input_is_one_line(saturation: Callable[..., Result[Any]]) -> None:
    with pytest.raises(SpecError, match="expected numbers"):
        saturation(scales="one")
