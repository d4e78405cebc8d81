"""Options that several verbs share, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A preset (iris, digits, spiral, ...), a table (CSV, TSV, Parquet), a folder of pictures with a "
        "subfolder per class, or an experiment file (.toml, .json).",
        show_default=False,
    ),
]
Run = Annotated[
    str, typer.Argument(metavar="RUN", help="A run: its folder, or its name under ./runs.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout, all else to stderr.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="The run's own folder.  [default: a new one under ./runs]", metavar="DIR")
]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Draws the split, the initial weights and the order of the examples.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change any field of the experiment; repeatable. As: --set model.0.units=16 --set loss=cross-entropy. "
        "`gradlab schema` lists the fields.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
