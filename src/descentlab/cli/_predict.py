"""`descentlab predict`: CSV in, CSV out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from descentlab.cli._options import Debug, Json, Member, Quiet, Run
from descentlab.cli._output import print_json, print_notes, save_text
from descentlab.core import DataError


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
    member: Member = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Predict new examples: one line each with the class, and the probability of every class.

    Examples:
    * `descentlab predict iris-001 new.csv --out predicted.csv`

    * `descentlab predict digits-001 digit.png`
    """
    if out is not None and out.exists() and Path(source).exists() and out.samefile(source):
        raise DataError(f"--out {out} is the file of the examples itself; name another file")
    from descentlab import workbench

    told = workbench.predict(workbench.open_run(run), source, member=member)
    if not quiet:
        print_notes(told.notes)
    if out is not None:
        save_text(out, told.to_csv())
    if as_json:
        print_json({"predictions": told.to_json(), "notes": list(told.notes)})
    elif out is None:
        sys.stdout.write(told.to_csv())
