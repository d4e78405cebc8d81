"""The command `descentlab report`, which writes the page of a run again."""

from typing import Annotated

import typer

from descentlab.cli._options import FLAG, Debug, Json, Quiet, Run
from descentlab.cli._output import print_json, to_stdout
from descentlab.core import SpecError


def report(
    run: Run,
    features: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN,COLUMN", help="The two columns of the plane in which the boundary is drawn, as length,age."
        ),
    ] = None,
    no_examples: Annotated[
        bool,
        typer.Option(
            "--no-examples",
            metavar=FLAG,
            help="Show no examples: a page to pass on, without rows or pictures of the data.",
        ),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write the report.html of a run again, for example with other features for the decision boundary.

    Examples:
    * `descentlab report iris-001`

    * `descentlab report penguins-001 --features bill_length_mm,body_mass_g`

    * `descentlab report penguins-001 --no-examples`
    """
    pair = _pair(features)
    from descentlab import workbench

    path = workbench.report(workbench.open_run(run), features=pair, examples=not no_examples)
    if as_json:
        print_json({"report": str(path)})
    elif not quiet:
        to_stdout().print(f"report: {path}", markup=False)


def _pair(features: str | None) -> tuple[str, str] | None:
    if features is None:
        return None
    names = [name.strip() for name in features.split(",")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise SpecError(f"--features {features}: expected two columns with a comma between, as petal_length,age")
    return names[0], names[1]
