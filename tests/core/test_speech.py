"""Remedies as the command line has them, and the same in Python."""

import pytest

from descentlab.core import DataError, SpecError, StorageError, in_python, shorten

IN_PYTHON = {
    "name what to sweep, as `descentlab sweep circle --learning-rate 0.001:10:9`, or --resume STUDY": (
        "name what to sweep, as `descentlab.sweep('circle', learning_rate='0.001:10:9')`, or resume=STUDY"
    ),
    "stopped; continue by: descentlab train --resume 'runs/a b'": "stopped; continue by: descentlab.resume('runs/a b')",
    "x is a sweep; continue it by: descentlab learning-rate --resume runs/x-001": (
        "x is a sweep; continue it by: descentlab.learning_rate(resume='runs/x-001')"
    ),
    "/a/mine is a run already; continue it by --resume /a/mine, or by --out": (
        "/a/mine is a run already; continue it by resume='/a/mine', or by `out`"
    ),
    "`descentlab runs` lists them": "`descentlab.list_runs()` lists them",
    "there is no option x; see `descentlab softmax --help`": "there is no option x; see `help(descentlab.softmax)`",
    "name another folder by --out, or leave out --batch": "name another folder by `out`, or leave out `batch`",
    "--samples 0: expected 1 or more; to leave the check out, use --no-check": (
        "samples=0: expected 1 or more; to leave the check out, use check=False"
    ),
    "train without: --set split.test=0 --set early_stopping=none": (
        "train without: set=['split.test=0', 'early_stopping=none']"
    ),
    "leave it out (--drop '\"b, in cm\"'), unless": "leave it out (drop=['b, in cm']), unless",
    "expected 10 or more, as by --examples 6000, and": "expected 10 or more, as by examples=6000, and",
    "`--class-weights balanced` makes": "`class_weights='balanced'` makes",
    "a folder named runs--old, or 3 -- 4": "a folder named runs--old, or 3 -- 4",
}


@pytest.mark.parametrize("message", IN_PYTHON)
def test_python_reads_arguments_and_the_command_line_options(message: str) -> None:
    assert in_python(message) == IN_PYTHON[message]
    for kind in (SpecError, DataError, StorageError):
        assert (str(kind(message)), kind(message).message) == (IN_PYTHON[message], message)


def test_what_is_quoted_is_shortened_but_for_paths() -> None:
    assert shorten("x=" + "9" * 5_000) == "x=" + "9" * 58 + "..." + "9" * 20
    path = "/" + "/".join(["folder"] * 60)
    assert shorten(f"{path} is full") == f"{path} is full"
    assert len(shorten("word " * 5_000)) < 2_100
