"""`descentlab evaluate`: a run's scores on its own parts, or on new examples whose truth is known."""

from typing import Annotated

import typer

from descentlab.cli._options import Debug, Json, Member, Quiet, Run
from descentlab.cli._output import print_json, print_notes, to_stdout


def evaluate(
    run: Run,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A table or folder of pictures with known targets.  [default: the run's own data, measured again]",
            show_default=False,
        ),
    ] = None,
    member: Member = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure a run's network: loss, accuracy with its interval, each class, against the naive baseline.

    Examples:
    * `descentlab evaluate iris-001`

    * `descentlab evaluate penguins-001 more_penguins.csv`
    """
    from descentlab import workbench

    found = workbench.evaluate(workbench.open_run(run), source, member=member)
    if not quiet:
        print_notes(found.notes)
    if as_json:
        print_json(found.to_json())
    elif not quiet:
        to_stdout().print(str(found), markup=False)
