"""Options that several laboratories share, each declared once."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from descentlab.core import Option

What = Annotated[
    "str | os.PathLike[str] | descentlab.spec.Experiment | descentlab.workbench.Run",
    Option("A run, or what `descentlab train` takes; that is trained first.", "WHAT", is_argument=True),
]
Settings = Annotated[
    Mapping[str, Any] | Sequence[str],
    Option("Change any field of the experiment; repeatable.", "KEY=VALUE", names=("--set",)),
]
Seed = Annotated[int | None, Option("Draws data and initial weights.", "N", default="the experiment's")]
AnyMember = Annotated[int | None, Option("Which network of a run with several seeds, counted from 0.", "N")]
Report = Annotated[bool, Option("Write no page and no files.", names=("--no-report",), is_negative=True)]


def out(default: str) -> Any:
    """Return the option that names the folder of the results.

    Args:
        default: Where they go without it, as "RUN/importance".
    """
    return Annotated[
        str | os.PathLike[str] | Path | None, Option("Folder of page and numbers.", "DIR", default=default)
    ]
