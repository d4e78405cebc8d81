"""Every remedy that an error names is taken at its word, and works."""

import re
import shlex
from pathlib import Path

import pytest

import descentlab as dl
from descentlab.core import DescentlabError
from tests.cli.conftest import Answer, Descentlab

FEW = "a,b,kind\n1,2,A\n2,3,B\n3,4,A\n"
SHORT = ("--epochs", 1, "--no-report", "-q")


def refused(answer: Answer) -> str:
    """Check that a command was refused in one short line, and return it."""
    assert (answer.code, answer.out) == (2, ""), answer
    assert re.fullmatch(r"descentlab: error: [^\n]{1,2000}\n", answer.err), answer.err
    return answer.err.strip()


def options_after(words: str, line: str) -> list[str]:
    """Return the options that a line names behind some words."""
    assert words in line, line
    return shlex.split(line.partition(words)[2])


@pytest.mark.parametrize(("rows", "named"), [(3, 1), (2, 3)])
def test_too_few_examples_train_without_a_part(descentlab: Descentlab, home: Path, rows: int, named: int) -> None:
    (home / "few.csv").write_text("".join(FEW.splitlines(keepends=True)[: rows + 1]))
    remedy = options_after("or train without: ", refused(descentlab("train", "few.csv", *SHORT)))
    assert remedy.count("--set") == named
    assert descentlab("train", "few.csv", *SHORT, *remedy).code == 0


def test_early_stopping_without_a_validation_part(descentlab: Descentlab, flowers: Path) -> None:
    words = ("train", flowers, *SHORT, "--set", "split.validation=0")
    line = refused(descentlab(*words))
    remedies = re.search(r"set (split\.validation) above 0, as (0\.2), or (early_stopping=none)", line)
    assert remedies
    assert descentlab(*words, "--set", f"{remedies[1]}={remedies[2]}").code == 0
    assert descentlab(*words, "--set", remedies[3]).code == 0


def test_a_column_with_a_comma_can_be_left_out(descentlab: Descentlab, home: Path) -> None:
    rows = [f"{place % 7},{place % 2}.5,{'ab'[place % 2]}" for place in range(60)]
    (home / "odd.csv").write_text("\n".join(['size,"b, in cm",kind', *rows, ""]))
    told = descentlab("train", "odd.csv", "--epochs", 1, "--no-report").out
    remedy = re.search(r"leave it out \((--drop [^)]*)\)", told)
    assert remedy, told
    answer = descentlab("train", "odd.csv", *shlex.split(remedy[1]), "--epochs", 1, "--no-report")
    assert (answer.code, "gives the target away" in answer.out) == (0, False)


def test_a_folder_that_is_a_run(descentlab: Descentlab, home: Path) -> None:
    assert descentlab("train", "iris", *SHORT, "--out", "mine").code == 0
    line = refused(descentlab("train", "iris", *SHORT, "--out", "mine"))
    assert line.endswith("mine is a run already; name another folder by --out")
    for name in ("metrics.json", "weights.safetensors"):
        (home / "mine" / name).unlink()
    line = refused(descentlab("train", "iris", *SHORT, "--out", "mine"))
    remedy = options_after("continue it by ", line.replace(", or name another folder by --out", ""))
    assert descentlab("train", *remedy, "-q").code == 0


@pytest.mark.parametrize("words", [
    ("sweep", "iris"),
    ("train", "wine"),
    ("train", "iris", "--class-weights", "balanced", "--set", "data.name=diabetes"),
    ("backprop", "iris", "--samples", 0),
    ("train", "iriss"),
])  # fmt: skip
def test_a_command_that_the_line_names(descentlab: Descentlab, words: tuple[str | int, ...]) -> None:
    line = refused(descentlab(*words))
    remedies = {
        "sweep": lambda: ["sweep", "iris", "--epochs", "1", "--seeds", "1", *_between(line, "as ", " or --vary")],
        "wine": lambda: ["train", *_between(line, "`descentlab train ", "`"), *SHORT],
        "balanced": lambda: ["train", "iris", "--set", "data.name=diabetes", "--set", "loss=squared-error", *SHORT],
        "backprop": lambda: ["backprop", "iris", _between(line, "use ", "")[0]],
        "iriss": lambda: ["train", _between(line, "did you mean '", "'")[0], *SHORT],
    }
    chosen = next(remedy for word, remedy in remedies.items() if word in words)
    assert descentlab(*chosen()).code == 0, line


def _between(line: str, before: str, after: str) -> list[str]:
    rest = line.partition(before)[2]
    return shlex.split(rest.partition(after)[0] if after else rest)


@pytest.mark.parametrize("words", [
    ("train", "iris", "--set", "model.².units=3"),
    ("train", "iris", "--set", "model.٣.units=3"),
    ("train", "iris", "--set", f"epochs={'9' * 5_000}"),
    ("train", "iris", "--set", f"model.{'9' * 5_000}.units=3"),
    ("train", "iris", "--set", f"model={'[' * 5_000}"),
    ("train", "iris", "--set", f"model={'[' * 200}{']' * 200}"),
    ("train", "iris", "--set", f"{'a.' * 3_000}b=3"),
    ("train", "iris", "--target", "9" * 5_000),
    ("train", "9" * 5_000),
    ("train", "iris", "--batch-size", "²"),
    ("train", "iris", "--size", "²x3"),
    ("train", "iris", "--hidden", "٣²"),
    ("sweep", "iris", "--learning-rate", "0.1:1:+-5"),
    ("sweep", "iris", "--learning-rate", f"0.1:1:{'9' * 5_000}"),
    ("sweep", "iris", "--learning-rate", f"0.1:{'9' * 5_000}:5"),
    ("sweep", "iris", "--vary", f"width={'9' * 5_000}"),
    ("sweep", "iris", "--vary", "width=²"),
    ("atlas", "circle", "--x", "learning_rate=0.1:1:--3", "--y", "momentum=0:0.9:3"),
    ("surface", "(" * 5_000),
    ("surface", f"x^{'9' * 900}"),
    ("surface", "x^2", "--domain", f"{'9' * 5_000}:1"),
    ("softmax", "9" * 5_000),
    ("backprop", "iris", "--batch", f"0:{'9' * 5_000}"),
    ("backprop", "iris", "--input", "9" * 5_000, "--truth", "0"),
    ("transfer", "none", "digits", "--examples", "9" * 5_000),
])  # fmt: skip
def test_what_cannot_be_parsed_is_refused_in_a_line(descentlab: Descentlab, words: tuple[str, ...]) -> None:
    line = refused(descentlab(*words))
    assert len(line) < 600, line


def test_python_takes_the_name_of_a_run(descentlab: Descentlab, trained: Path) -> None:
    for run in (str(trained), trained, dl.open_run(trained)):
        assert set(dl.evaluate(run)) == {"train", "validation", "test"}
        assert len(dl.predict(run, trained.parent / "flowers.csv")) == 60
    with pytest.raises(DescentlabError, match=r"there is no run 'none'.*descentlab\.list_runs\(\)"):
        dl.evaluate("none")
