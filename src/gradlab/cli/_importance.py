"""`gradlab importance`: what the layers of a network are worth."""

from typing import TYPE_CHECKING, Annotated

import typer

from gradlab.cli._options import Debug, Json, NoFiles, Quiet, Settings
from gradlab.cli._output import print_analysis
from gradlab.cli._train import watch

if TYPE_CHECKING:
    from gradlab.verbs import Watcher
    from gradlab.verbs.ablation import Importance


def importance(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="A run, or what `gradlab train` takes; that is trained first.", show_default=False
        ),
    ],
    layer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Measure this layer only; repeatable.  [default: all layers]"),
    ] = None,
    examples: Annotated[int, typer.Option(metavar="M", help="Held-out examples that are measured, at most.")] = 2_000,
    member: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Which network of several seeds, counted from 0.  [default: up to five, with intervals over seeds]",
        ),
    ] = None,
    settings: Settings = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Where page and numbers go.  [default: RUN/importance, or runs/NAME-importance]"
        ),
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure what each layer of a network is worth.

    Every layer of the trained network is taken away: its output at its mean or shuffled, half of its channels at their
    mean, its weights back where they started or drawn anew, and each channel alone. What that costs stands beside the
    layer's weights, multiply-adds and time.

    Examples:
    * `gradlab importance digits-cnn` - train the preset, and take its layers away

    * `gradlab importance mnist-cnn-001 --layer conv1 --layer conv2`

    * `gradlab importance iris --json` - dense networks and tables too
    """
    from gradlab.verbs import ablation

    def start(watcher: "Watcher") -> "Importance":
        return ablation.importance(
            what,
            layers=layer or (),
            examples=examples,
            member=member,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    found = watch(start, is_silent=quiet or as_json)
    print_analysis(found, as_json=as_json, is_quiet=quiet)
