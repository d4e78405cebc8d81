"""`gradlab predict`: CSV in, CSV out."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gradlab.cli._options import Debug, Json, Quiet, Run
from gradlab.cli._output import print_json


def predict(
    run: Run,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A table with the columns of training, a picture, or a folder.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the CSV here.  [default: stdout]")
    ] = None,
    member: Annotated[int, typer.Option("--member", help="Which network of several seeds.")] = 0,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Predict new examples: one line each with the class, and the probability of every class."""
    from gradlab import verbs

    told = verbs.predict(verbs.open_run(run), source, member=member)
    if not quiet:
        for note in told.notes:
            print(f"note: {note}", file=sys.stderr)
    if as_json:
        header = told.header()
        print_json({"predictions": [dict(zip(header, row, strict=True)) for row in told.rows()]})
    elif out is None:
        sys.stdout.write(told.to_csv())
    else:
        partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
        try:
            partial.write_text(told.to_csv(), encoding="utf-8")
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
