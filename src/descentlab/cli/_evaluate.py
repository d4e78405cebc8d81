"""The command `descentlab evaluate`, which measures a run's network on its data or on new examples."""

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
            help="A table or a folder of pictures, with known targets.  [default: the data of the run]",
            show_default=False,
        ),
    ] = None,
    member: Member = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure the network of a run: its loss, its accuracy with an interval, each class, and the naive baseline.

    Examples:
    * `descentlab evaluate iris-001`

    * `descentlab evaluate penguins-001 more_penguins.csv`
    """
    from descentlab import workbench

    evaluation = workbench.evaluate(workbench.open_run(run), source, member=member)
    if not quiet:
        print_notes(evaluation.notes)
    if as_json:
        print_json(evaluation.to_json())
    elif not quiet:
        to_stdout().print(str(evaluation), markup=False)
