"""`gradlab curvature`: how sharp the loss is where training went."""

from typing import TYPE_CHECKING, Annotated

import typer

from gradlab.cli._options import FLAG, Debug, Json, Quiet
from gradlab.cli._output import print_json, to_stdout
from gradlab.cli._train import watch

if TYPE_CHECKING:
    from gradlab.verbs import Curvature, Watcher


def curvature(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A run, or what `gradlab train` takes.", show_default=False)
    ],
    learning_rate: Annotated[
        str | None,
        typer.Option("--learning-rate", "--lr", metavar="RANGE", help="Rates to train at, as 0.2,0.1,0.05,0.02."),
    ] = None,
    trace: Annotated[
        int | None,
        typer.Option(metavar="N", help="At how many epochs to measure; a run is trained again for it.  [default: 20]"),
    ] = None,
    examples: Annotated[
        int, typer.Option(metavar="N", help="Training examples that the loss is averaged over.")
    ] = 2048,
    products: Annotated[int, typer.Option(metavar="N", help="Products with the Hessian for each measurement.")] = 30,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Draws data and weights.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change any field of the experiment; repeatable."),
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where page and numbers go.  [default: in the run's folder]")
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", metavar=FLAG, help="Write no page and no files.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure how sharp the loss is, beside the limit above which the training rule is unstable.

    Sharpness is the largest eigenvalue of the Hessian of the training loss. A rate above 2 / sharpness at the start
    is a warning and not a verdict: networks move to flatter places and train on.

    Examples:
    * `gradlab curvature iris-001` - a run, where it began and where it ended

    * `gradlab curvature edge-of-stability --learning-rate 0.2,0.1,0.05,0.02` - up to the edge of stability

    * `gradlab curvature circle --learning-rate 0.03,0.3,3 --trace 40`
    """
    from gradlab import verbs

    def start(watcher: "Watcher") -> "Curvature":
        return verbs.curvature(
            what,
            learning_rates=learning_rate,
            trace=trace,
            examples=examples,
            products=products,
            seed=seed,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    found = watch(start, is_silent=quiet or as_json)
    if as_json:
        print_json(found.to_json())
    elif not quiet:
        console = to_stdout()
        for sentence in found.sentences:
            console.print(sentence, markup=False)
        if found.path is not None:
            console.print(f"\nreport: {found.path / 'report.html'}", markup=False)
