"""What a person reads before the first command works: help, usage errors, and lists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

COMMANDS = ("train", "surface", "evaluate", "predict", "report", "runs", "show", "data", "schema", "env")


def test_help_names_every_command_and_shows_what_to_try(descentlab: Descentlab) -> None:
    answer = descentlab("--help")
    assert answer.code == 0
    for name in COMMANDS:
        assert re.search(rf"^│ {name} ", answer.out, re.MULTILINE)
    assert "descentlab train my.csv --target species" in answer.out
    assert descentlab("-h").out == answer.out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_teaches_by_an_example(descentlab: Descentlab, name: str) -> None:
    answer = descentlab(name, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert re.search(rf"• descentlab {name}", answer.out)


def test_no_command_at_all_shows_the_help(descentlab: Descentlab) -> None:
    answer = descentlab()
    assert "Try:" in answer.out + answer.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("train", "iris", "--epoch", "3"), "--epochs"),
        (("train", "iris", "--epochs", "three"), "--epochs"),
        (("train", "iris", "wine"), "wine"),
        (("train", "wine"), "as `descentlab train iris --set data.name=wine`"),
        (("train", "diabetes"), "iris --set data.name=diabetes --set loss=squared-error`"),
        (("tran", "iris"), "tran"),
        (("predict", "iris-001"), "FILE"),
        (("evaluate",), "RUN"),
        (("train", "iris", "--out"), "--out"),
    ],
)
def test_usage_errors_are_short(descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str) -> None:
    answer = descentlab(*words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert len(answer.err.splitlines()) < 9
    assert "Traceback" not in answer.err
    assert not list(home.iterdir())


def test_debug_shows_the_traceback(descentlab: Descentlab) -> None:
    from descentlab.core import SpecError

    with pytest.raises(SpecError, match="unknown preset"):
        descentlab("train", "irs", "--debug")


def test_data_lists_presets_and_sets(descentlab: Descentlab) -> None:
    told = descentlab("data", "--json").json()
    assert {"iris", "iris-50", "digits", "mnist-mlp", "spiral"} <= set(told["presets"])
    assert {"iris", "wine", "mnist", "circle"} <= set(told["data"])
    text = descentlab("data").out
    for name in (*told["presets"], *told["data"]):
        assert name in text


def test_schema_is_a_json_schema_of_every_field(descentlab: Descentlab) -> None:
    schema = descentlab("schema").json()
    assert {"epochs", "batch_size", "model", "optimizer", "loss", "data"} <= set(schema["properties"])
    assert descentlab("schema", "--json").json() == schema


def test_schema_of_a_laboratory_has_its_options(descentlab: Descentlab) -> None:
    schema = descentlab("schema", "softmax").json()
    assert schema["properties"]["temperature"] == {
        "description": "Number by which the logits are divided, above 0.", "type": "number", "default": 1.0
    }  # fmt: skip
    answer = descentlab("schema", "sofmax")
    assert (answer.code, answer.out) == (2, "")
    assert "did you mean 'softmax'?" in answer.err


def test_env_tells_versions_and_devices(descentlab: Descentlab) -> None:
    told = descentlab("env", "--json").json()
    assert told["python"] == sys.version.split()[0]
    assert told["packages"]["jax"]
    assert told["devices"]
    assert told["packages"]["jax"] in descentlab("env").out


def test_iris_needs_no_tables_and_no_plots(home: Path) -> None:
    code = """
import sys
from descentlab.cli import main
sys.argv = ["descentlab", "train", "iris", "--epochs", "2", "--no-report", "-q"]
main()
"""
    heavy = {"pandas", "sklearn", "matplotlib", "PIL", "jinja2", "requests", "torch"}
    code = code.replace("main()\n", f"try:\n    main()\nfinally:\n    print(*sorted({heavy} & set(sys.modules)))\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [], "")


def test_a_terminal_without_unicode_is_served_too(home: Path) -> None:
    code = "from descentlab.cli import main; main()"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for words in (["--help"], ["data"], ["train", "Größe"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, env=environment
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == (2 if words[0] == "train" else 0)
