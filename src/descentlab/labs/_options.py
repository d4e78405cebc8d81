"""Options that several laboratories share, each declared once."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from descentlab.core import Option, SpecError

if TYPE_CHECKING:
    import descentlab.spec
    import descentlab.workbench

Values = str | float | Sequence[float] | None
"""Numbers of an option: a text as "0:0.9:4", one number, or several; None leaves them to the laboratory."""
What = Annotated[
    "str | os.PathLike[str] | descentlab.spec.Experiment | descentlab.workbench.Run",
    Option(
        "A run, or anything that `descentlab train` takes; a network is then trained first.", "WHAT", is_argument=True
    ),
]
TrainedRun = Annotated[
    "str | os.PathLike[str] | descentlab.workbench.Run",
    Option("A run: its folder, or its name under ./runs.", "RUN", is_argument=True),
]
Trainable = Annotated[
    Any,
    Option(
        "A preset, a table, a folder of pictures or an experiment file, as for `descentlab train`.",
        "WHAT",
        is_argument=True,
    ),
]
Target = Annotated[Any, Option("Column of a table to predict, by its name or its position (-1: the last).", "COLUMN")]
Epochs = Annotated[int | None, Option("Passes over the training set.", "N", default="the experiment's")]
BatchSize = Annotated[
    int | str | None, Option("Examples in a step, or 'full' for all of them.", "N", default="the experiment's")
]
Settings = Annotated[
    Mapping[str, Any] | Sequence[str],
    Option("Change any field of the experiment; repeatable.", "KEY=VALUE", names=("--set",)),
]
Hidden = Annotated[
    str | Sequence[int] | None, Option("Units of the hidden dense layers, as 16,16; '' for none.", "UNITS")
]
Seed = Annotated[
    int | None, Option("Number from which data and initial weights are drawn.", "N", default="the experiment's")
]
AnyMember = Annotated[int | None, Option("Which network of a run with several seeds, counted from 0.", "N")]
StudyFolder = Annotated[
    str | os.PathLike[str] | Path | None, Option("Folder of the study.", "DIR", default="a new one under ./runs")
]
StudyReport = Annotated[bool, Option("Write no report.html.", names=("--no-report",), is_negative=True)]
Member = Annotated[int, Option("Which network of a run with several seeds, counted from 0.", "N")]
Out = Annotated[
    str | os.PathLike[str] | None,
    Option("Folder for the page and the numbers.", "DIR", default="RUN/COMMAND, or runs/NAME-COMMAND"),
]
Report = Annotated[bool, Option("Write no page and no files.", names=("--no-report",), is_negative=True)]


def read_units(hidden: str | Sequence[int] | None) -> tuple[int, ...] | None:
    """Read the units of hidden layers, as `--hidden 16,16`."""
    if hidden is None or not isinstance(hidden, str):
        return None if hidden is None else tuple(hidden)
    words = [word.strip() for word in hidden.split(",") if word.strip()]
    if not all(re.fullmatch(r"[0-9]{1,9}", word) and int(word) > 0 for word in words):
        raise SpecError(f"--hidden {hidden}: expected units with commas between, as 16,16 (or '' for no hidden layer)")
    return tuple(int(word) for word in words)


def read_batch(batch_size: int | str | None) -> int | Literal["full"] | None:
    """Read the examples in a step, as `--batch-size 32` or `full`."""
    if not isinstance(batch_size, str):
        return batch_size
    if batch_size == "full":
        return "full"
    if not re.fullmatch(r"-?[0-9]{1,18}", batch_size):
        raise SpecError(f"--batch-size {batch_size}: expected a number of examples, or full")
    return int(batch_size)


def read_numbers(option: str, numbers: str | Sequence[float] | None) -> tuple[float, ...] | None:
    """Read several numbers, as `--learning-rate 0.01,0.1,1`."""
    if numbers is None or not isinstance(numbers, str):
        return None if numbers is None else tuple(map(float, numbers))
    try:
        return tuple(float(word) for word in re.split(r"[\s,]+", numbers.strip(" ,[]")) if word)
    except ValueError:
        raise SpecError(f"{option} {numbers[:60]}: expected numbers with commas between, as 0.5,-1") from None
