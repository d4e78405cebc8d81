"""What a person reads before the first command works: help, usage errors, and lists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Gradlab

COMMANDS = ("train", "surface", "evaluate", "predict", "report", "runs", "show", "data", "schema", "env")


def test_help_names_every_command_and_shows_what_to_try(gradlab: Gradlab) -> None:
    answer = gradlab("--help")
    assert answer.code == 0
    for name in COMMANDS:
        assert re.search(rf"^│ {name} ", answer.out, re.MULTILINE)
    assert "gradlab train my.csv --target species" in answer.out
    assert gradlab("-h").out == answer.out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_teaches_by_an_example(gradlab: Gradlab, name: str) -> None:
    answer = gradlab(name, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert re.search(rf"• gradlab {name}", answer.out)


def test_no_command_at_all_shows_the_help(gradlab: Gradlab) -> None:
    answer = gradlab()
    assert "Try:" in answer.out + answer.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("train", "iris", "--epoch", "3"), "--epochs"),
        (("train", "iris", "--epochs", "three"), "--epochs"),
        (("train", "iris", "wine"), "wine"),
        (("tran", "iris"), "tran"),
        (("predict", "iris-001"), "FILE"),
        (("evaluate",), "RUN"),
        (("train", "iris", "--out"), "--out"),
    ],
)
def test_usage_errors_are_short(gradlab: Gradlab, home: Path, words: tuple[str, ...], says: str) -> None:
    answer = gradlab(*words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert len(answer.err.splitlines()) < 9
    assert "Traceback" not in answer.err
    assert not list(home.iterdir())


def test_debug_shows_the_traceback(gradlab: Gradlab) -> None:
    from gradlab.core import SpecError

    with pytest.raises(SpecError, match="unknown preset"):
        gradlab("train", "irs", "--debug")


def test_data_lists_presets_and_sets(gradlab: Gradlab) -> None:
    told = gradlab("data", "--json").json()
    assert {"iris", "iris-50", "digits", "mnist-mlp", "spiral"} <= set(told["presets"])
    assert {"iris", "wine", "mnist", "circle"} <= set(told["data"])
    text = gradlab("data").out
    for name in (*told["presets"], *told["data"]):
        assert name in text


def test_schema_is_a_json_schema_of_every_field(gradlab: Gradlab) -> None:
    schema = gradlab("schema").json()
    assert {"epochs", "batch_size", "model", "optimizer", "loss", "data"} <= set(schema["properties"])
    assert gradlab("schema", "--json").json() == schema


def test_env_tells_versions_and_devices(gradlab: Gradlab) -> None:
    told = gradlab("env", "--json").json()
    assert told["python"] == sys.version.split()[0]
    assert told["packages"]["jax"]
    assert told["devices"]
    assert told["packages"]["jax"] in gradlab("env").out


def test_iris_needs_no_tables_and_no_plots(home: Path) -> None:
    code = """
import sys
from gradlab.cli import main
sys.argv = ["gradlab", "train", "iris", "--epochs", "2", "--no-report", "-q"]
main()
"""
    heavy = {"pandas", "sklearn", "matplotlib", "PIL", "jinja2", "pooch", "torch"}
    code = code.replace("main()\n", f"try:\n    main()\nfinally:\n    print(*sorted({heavy} & set(sys.modules)))\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [], "")


def test_a_terminal_without_unicode_is_served_too(home: Path) -> None:
    code = "from gradlab.cli import main; main()"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for words in (["--help"], ["data"], ["train", "Größe"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, env=environment
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == (2 if words[0] == "train" else 0)
