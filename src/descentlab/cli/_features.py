"""`descentlab features`: what the layers of a network that takes pictures have learned."""

from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import Debug, Json, NoFiles, Quiet, Settings
from descentlab.cli._watch import analyse

if TYPE_CHECKING:
    from descentlab.labs.features import Features
    from descentlab.workbench import Watcher

SHOWN = "What to show"


def features(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="A run, or what `descentlab train` takes; that is trained first.", show_default=False
        ),
    ],
    example: Annotated[
        int, typer.Option(metavar="N", help="Which held-out example, counted from 0.", rich_help_panel=SHOWN)
    ] = 0,
    layer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Whose channels.  [default: the last convolution, or the first layer]",
            rich_help_panel=SHOWN,
        ),
    ] = None,
    channel: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="Which of them, counted from 0.  [default: the one that the example wakes most]",
            rich_help_panel=SHOWN,
        ),
    ] = None,
    other: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Another run whose layers are compared with these.", rich_help_panel=SHOWN),
    ] = None,
    examples: Annotated[int, typer.Option(metavar="M", help="Examples of the probes.")] = 6_000,
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
        typer.Option(metavar="DIR", help="Where page and numbers go.  [default: RUN/features, or runs/NAME-features]"),
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure what the layers of a network that takes pictures have learned.

    Linear probes tell what can be read off each layer, beside the raw pixels and the same network before training;
    gratings tell whether the first channels are oriented. Textbooks say: edges first, loops and strokes next, whole
    digits last. The page says what of it holds for this network, and shows kernels, feature maps, what single channels
    look for, the pixels behind a prediction, and how alike layers are.

    Examples:
    * `descentlab features digits-cnn` - train the preset, and look into it

    * `descentlab features mnist-cnn-001 --example 3 --layer conv2 --channel 7`

    * `descentlab features mnist-cnn-001 --other mnist-cnn-002` - do two networks see alike?
    """
    from descentlab.labs import features as laboratory

    def start(watcher: "Watcher") -> "Features":
        return laboratory.features(
            what,
            example=example,
            layer=layer,
            channel=channel,
            examples=examples,
            member=member,
            other=other,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)
