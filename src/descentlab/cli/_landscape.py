"""`descentlab landscape`: the loss along lines and over planes through a trained network, and on the way to another."""

from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import Debug, Json, NoFiles, Quiet, Settings
from descentlab.cli._watch import analyse

if TYPE_CHECKING:
    from descentlab.labs.landscape import Landscape
    from descentlab.workbench import Watcher

WHERE = "Where to look"
EFFORT = "Effort"


def landscape(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A run, or what `descentlab train` takes.", show_default=False)
    ],
    other: Annotated[
        str | None,
        typer.Argument(metavar="OTHER", help="A run at the other end of a straight line.", show_default=False),
    ] = None,
    plane: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="random (two directions), path (principal components of training's path), both, or none.  "
            "[default: both; with another network, none]",
            rich_help_panel=WHERE,
        ),
    ] = None,
    span: Annotated[
        float,
        typer.Option(metavar="X", help="How far to go to each side, in lengths of the weights.", rich_help_panel=WHERE),
    ] = 1.0,
    lines: Annotated[int, typer.Option(metavar="N", help="Random directions.", rich_help_panel=WHERE)] = 8,
    normalize: Annotated[
        str,
        typer.Option(
            metavar="HOW",
            help="What of a direction gets the length of the weights: each filter, each layer, or all at once (none).",
            rich_help_panel=WHERE,
        ),
    ] = "filter",
    seed: Annotated[int, typer.Option(metavar="N", help="Draws the directions.", rich_help_panel=WHERE)] = 0,
    member: Annotated[
        int, typer.Option(metavar="N", help="Which network of several seeds, counted from 0.", rich_help_panel=WHERE)
    ] = 0,
    other_member: Annotated[
        int | None,
        typer.Option(metavar="N", help="Which is at the other end: of OTHER, or of WHAT.", rich_help_panel=WHERE),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Along a line and each side of a plane; odd.  [default: 41; 21 for large networks]",
            rich_help_panel=EFFORT,
        ),
    ] = None,
    examples: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Of each part, to average the loss over.  [default: 2048; 512 for large networks]",
            rich_help_panel=EFFORT,
        ),
    ] = None,
    settings: Settings = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Where page and numbers go.  [default: RUN/landscape, or runs/NAME-landscape]"
        ),
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw the loss along lines and over planes through a trained network, and on the way to another one.

    Random directions are filter-normalised (Li et al., 2018), so that networks can be compared. Lines and planes are
    one and two of many dimensions; each picture comes with what it cannot tell.

    Examples:
    * `descentlab landscape iris-001` - lines, a random plane, and the plane of training's path

    * `descentlab landscape iris-001 iris-002` - a barrier between the two?

    * `descentlab landscape circle --other-member 1` - train two seeds, and go from one to the other

    * `descentlab landscape spiral --plane path --points 81`
    """
    from descentlab.labs import landscape as laboratory

    def start(watcher: "Watcher") -> "Landscape":
        return laboratory.landscape(
            what,
            other,
            plane=plane,
            normalize=normalize,
            points=points,
            span=span,
            lines=lines,
            examples=examples,
            seed=seed,
            member=member,
            other_member=other_member,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)
