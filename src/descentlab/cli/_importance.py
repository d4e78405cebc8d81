"""`descentlab importance`: what the layers of a network are worth."""

from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import FLAG, Debug, Json, NoFiles, Quiet, Settings
from descentlab.cli._watch import analyse

if TYPE_CHECKING:
    from descentlab.labs.importance import Importance
    from descentlab.workbench import Watcher

RETRAINING = "Training anew"


def importance(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="A run, or what `descentlab train` takes; that is trained first.", show_default=False
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
    retrain: Annotated[
        bool,
        typer.Option(
            "--retrain",
            metavar=FLAG,
            help="Train the network anew without each layer and with others, and hold textbooks against it.",
            rich_help_panel=RETRAINING,
        ),
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Networks of each variant.  [default: 6, the fewest that can show a difference]",
            rich_help_panel=RETRAINING,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Of each training.  [default: the experiment's]", rich_help_panel=RETRAINING),
    ] = None,
    train_examples: Annotated[
        int | None,
        typer.Option(metavar="N", help="Training examples at most.  [default: all]", rich_help_panel=RETRAINING),
    ] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Train this variant only; repeatable.  [default: all]", rich_help_panel=RETRAINING
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

    With --retrain the network is trained anew without each layer and with layers of other kinds (no pooling, average
    pooling, strides, no activation, half the channels, no dropout, ...), each from several seeds, and what textbooks
    say that layers are for is held against that.

    Examples:
    * `descentlab importance digits-cnn` - train the preset, and take its layers away

    * `descentlab importance mnist-cnn-001 --layer conv1 --layer conv2`

    * `descentlab importance iris --json` - dense networks and tables too

    * `descentlab importance digits-cnn --retrain --seeds 8`

    * `descentlab importance mnist-cnn --retrain --train-examples 5000 --epochs 3`
    """
    from descentlab.labs import importance as laboratory

    def start(watcher: "Watcher") -> "Importance":
        return laboratory.importance(
            what,
            layers=layer or (),
            examples=examples,
            member=member,
            retrain=retrain,
            seeds=seeds,
            epochs=epochs,
            train_examples=train_examples,
            variants=variant or (),
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)
