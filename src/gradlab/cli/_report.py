"""`gradlab report`: the page of a run, written anew."""

from typing import Annotated

import typer

from gradlab.cli._options import Debug, Json, Run
from gradlab.cli._output import print_json, to_stdout
from gradlab.core import SpecError


def report(
    run: Run,
    features: Annotated[
        str | None,
        typer.Option("--features", help="The two columns whose plane the boundary is drawn in, as petal_length,age."),
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Write a run's report.html again, as with another pair of features for the decision boundary."""
    from gradlab import verbs

    pair = None
    if features is not None:
        names = tuple(name.strip() for name in features.split(","))
        if len(names) != 2:
            raise SpecError(f"--features {features}: expected two columns with a comma between")
        pair = (names[0], names[1])
    path = verbs.report(verbs.open_run(run), features=pair)
    if as_json:
        print_json({"report": str(path)})
    else:
        to_stdout().print(f"report: {path}", markup=False)
