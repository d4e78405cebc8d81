"""`descentlab errors`: where a trained network errs, and what its errors say of the data."""

from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import Debug, Json, NoFiles, Quiet, Run
from descentlab.cli._watch import analyse

if TYPE_CHECKING:
    from descentlab.labs.errors import Errors
    from descentlab.workbench import Watcher


def errors(
    run: Run,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="PART", help="Whose examples: test, validation or train.  [default: the first that there is]"
        ),
    ] = None,
    member: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Which network of several seeds, counted from 0.  [default: up to five where examples are disturbed, "
            "else the first]",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option(metavar="M", help="Examples that are disturbed and shuffled, drawn from the part.")
    ] = 2_000,
    shown: Annotated[int, typer.Option(metavar="K", help="Examples of each kind to show at most.")] = 24,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where page and numbers go.  [default: RUN/errors]")
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Find where a trained network errs, and what its errors say of the data.

    Which classes are taken for each other; which examples are ambiguous; which labels are likely to be wrong, with a
    check on labels that are flipped on purpose; which pixels or columns the answers rest on; and how far the accuracy
    falls under shifts, rotations, noise and loss of contrast.

    Examples:
    * `descentlab errors mnist-cnn-001` - the page names the pictures to look at

    * `descentlab errors mnist-cnn-001 --part validation --shown 100` - suspected labels of another part

    * `descentlab errors iris-001 --json` - which column the answers rest on
    """
    from descentlab.labs import errors as laboratory

    def start(watcher: "Watcher") -> "Errors":
        return laboratory.errors(
            run,
            part=part,
            member=member,
            examples=examples,
            shown=shown,
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)
