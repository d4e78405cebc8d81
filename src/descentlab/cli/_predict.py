"""The command `descentlab predict`, which predicts new examples and writes them as CSV."""

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
            metavar="FILE",
            help="A table with the columns of the training data, a picture, or a folder of pictures.",
            show_default=False,
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
    """Predict new examples: one line for each, with its class and the probability of every class.

    Examples:
    * `descentlab predict iris-001 new.csv --out predicted.csv`

    * `descentlab predict digits-001 digit.png`
    """
    if out is not None and out.exists() and Path(source).exists() and out.samefile(source):
        raise DataError(f"--out {out} is the file that holds the examples; name another file")
    from descentlab import workbench

    predictions = workbench.predict(workbench.open_run(run), source, member=member)
    if not quiet:
        print_notes(predictions.notes)
    if out is not None:
        save_text(out, predictions.to_csv())
    if as_json:
        print_json({"predictions": predictions.to_json(), "notes": list(predictions.notes)})
    elif out is None:
        sys.stdout.write(predictions.to_csv())
