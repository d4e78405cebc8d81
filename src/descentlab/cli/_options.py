"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

FLAG = ""
"""Metavar of a switch, which takes no value."""

Run = Annotated[
    str, typer.Argument(metavar="RUN", help="A run: its folder, or its name under ./runs.", show_default=False)
]
Json = Annotated[
    bool, typer.Option("--json", metavar=FLAG, help="Print one JSON object to stdout, everything else to stderr.")
]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of the run.  [default: a new one under ./runs]", metavar="DIR")
]
Member = Annotated[
    int | None,
    typer.Option("--member", metavar="N", help="Which network of a run with several seeds, counted from 0."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", metavar=FLAG, help="Print errors only.")]
Debug = Annotated[bool, typer.Option("--debug", metavar=FLAG, help="Show the traceback of an error.")]
NoReport = Annotated[bool, typer.Option("--no-report", metavar=FLAG, help="Write no report.html.")]
NoFiles = Annotated[bool, typer.Option("--no-report", metavar=FLAG, help="Write no page and no files.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change any field of the experiment; repeatable."),
]
