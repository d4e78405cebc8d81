"""`descentlab curvature`: how sharp the loss is where training went, and at what kind of place it stopped."""

from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import FLAG, Debug, Json, NoFiles, Quiet, Settings
from descentlab.cli._watch import analyse

if TYPE_CHECKING:
    from descentlab.labs.curvature import Curvature
    from descentlab.workbench import Watcher

STUCK = "Was it stuck?"
EFFORT = "Effort"


def curvature(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A run, or what `descentlab train` takes.", show_default=False)
    ],
    learning_rate: Annotated[
        str | None,
        typer.Option("--learning-rate", "--lr", metavar="RANGE", help="Rates to train at, as 0.2,0.1,0.05,0.02."),
    ] = None,
    trace: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="At how many epochs to measure; a run is trained again for it.  [default: 20; of a run, the epochs it "
            "kept]",
        ),
    ] = None,
    member: Annotated[
        int, typer.Option(metavar="N", help="Which network of a run with several seeds, counted from 0.")
    ] = 0,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Draws data and weights of what is trained.")] = None,
    settings: Settings = None,
    escape: Annotated[
        bool,
        typer.Option(
            "--escape",
            metavar=FLAG,
            help="From several seeds, train as long again: as it is, with noise, and from a fresh draw.",
            rich_help_panel=STUCK,
        ),
    ] = False,
    seeds: Annotated[
        int, typer.Option(metavar="N", help="Networks for --escape, 6 at least to tell.", rich_help_panel=STUCK)
    ] = 8,
    noise: Annotated[
        float, typer.Option(metavar="SHARE", help="Size of its noise, of the weights' own.", rich_help_panel=STUCK)
    ] = 0.1,
    examples: Annotated[
        int, typer.Option(metavar="N", help="Training examples that the loss is averaged over.", rich_help_panel=EFFORT)
    ] = 2048,
    products: Annotated[
        int, typer.Option(metavar="N", help="Most products with the Hessian for its ends.", rich_help_panel=EFFORT)
    ] = 60,
    probes: Annotated[
        int, typer.Option(metavar="N", help="Random vectors for trace and spectrum.", rich_help_panel=EFFORT)
    ] = 12,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Where page and numbers go.  [default: RUN/curvature, or runs/NAME-curvature]"
        ),
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure how sharp the loss is, what the learning rate allows, and at what kind of place training stopped.

    Sharpness is the largest eigenvalue of the Hessian of the training loss. A rate above 2 / sharpness at the start
    is a warning and not a verdict: networks move to flatter places and train on.

    Examples:
    * `descentlab curvature iris-001` - a run: where it began, went, and stopped

    * `descentlab curvature edge-of-stability --learning-rate 0.2,0.1,0.05,0.02 --trace 100` - to the edge of stability

    * `descentlab curvature circle --learning-rate 0.03,0.3,3 --trace 40`

    * `descentlab curvature xor --escape` - was it stuck in a local minimum?
    """
    from descentlab.labs import curvature as laboratory

    def start(watcher: "Watcher") -> "Curvature":
        return laboratory.curvature(
            what,
            learning_rates=learning_rate,
            trace=trace,
            escape=escape,
            seeds=seeds,
            noise=noise,
            examples=examples,
            products=products,
            probes=probes,
            member=member,
            seed=seed,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)
