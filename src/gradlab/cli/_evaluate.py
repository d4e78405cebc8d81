"""`gradlab evaluate`: a run's scores on its own parts, or on new examples whose truth is known."""

from typing import Annotated

import typer

from gradlab.cli._options import Debug, Json, Run
from gradlab.cli._output import print_json, to_stdout


def evaluate(
    run: Run,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="A table or folder of pictures with known targets. Default: the run's own data, measured again.",
            show_default=False,
        ),
    ] = None,
    member: Annotated[int, typer.Option("--member", help="Which network of several seeds.")] = 0,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure a run's network: loss, accuracy with its interval, per class, against the naive baseline."""
    from gradlab import verbs

    results = verbs.evaluate(verbs.open_run(run), source, member=member)
    if as_json:
        print_json({part: metrics.to_json() for part, metrics in results.items()})
        return
    console = to_stdout()
    for part, metrics in results.items():
        console.print(f"{part}\n{metrics}\n", markup=False)
