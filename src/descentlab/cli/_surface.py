"""`descentlab surface`: what descent does on a loss of one or two variables, from thousands of starts at once."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from descentlab.cli._options import FLAG, Debug, Json, NoFiles, Quiet
from descentlab.cli._output import print_json, to_stdout
from descentlab.cli._watch import analyse

if TYPE_CHECKING:
    from descentlab.labs.surface import SurfaceResult
    from descentlab.workbench import Watcher

VARIED = "What is varied"
EFFORT = "Effort"
SHORT_OPTIONS = "qh"


class FormulaCommand(TyperCommand):
    """A command whose argument may begin with a minus, as -x^2 + x^4."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put a blank before a word that begins with one minus and is no option, so that it is read as a formula."""
        return super().parse_args(ctx, [f" {word}" if _is_formula(word) else word for word in args])


def _is_formula(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" != word[1] and not set(word[1:]) <= set(SHORT_OPTIONS)


def surface(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="SURFACE", help="A name, or a formula of x (and y), as 'x^4 - 3*x^2 + x'.", show_default=False
        ),
    ] = None,
    learning_rate: Annotated[
        str | None,
        typer.Option(
            "--learning-rate",
            "--lr",
            metavar="RANGE",
            rich_help_panel=VARIED,
            help="Rates, as 0.001:0.1:24; one sets it.  [default: 24 around half of what the sharpest minimum allows]",
        ),
    ] = None,
    momentum: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE",
            rich_help_panel=VARIED,
            help="Momenta, as 0:0.9:4; one sets it.  [default: 0, beside others up to 0.95]",
        ),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE",
            rich_help_panel=VARIED,
            help="Standard deviations of noise in the gradient, as 0:10:6; one sets it.  [default: 0, beside others up "
            "to ten times the gradient]",
        ),
    ] = None,
    restarts: Annotated[
        int | None,
        typer.Option(
            metavar="N", rich_help_panel=VARIED, help="The most starts that the best is taken of.  [default: 20]"
        ),
    ] = None,
    optimizer: Annotated[
        str, typer.Option(metavar="NAME", help="The rule: sgd (with momentum), nesterov, rmsprop or adam.")
    ] = "sgd",
    domain: Annotated[
        str | None,
        typer.Option(
            metavar="LOW:HIGH", help="Where starts are drawn and minima looked for, as -3:3, or -2:2,-1:3 for x and y."
        ),
    ] = None,
    starts: Annotated[int, typer.Option(metavar="N", help="Starts drawn over the domain.", rich_help_panel=EFFORT)] = (
        4096
    ),
    steps: Annotated[int, typer.Option(metavar="N", help="Steps of each descent.", rich_help_panel=EFFORT)] = 1000,
    seed: Annotated[int, typer.Option(metavar="N", help="Draws starts and noise.")] = 0,
    list_all: Annotated[bool, typer.Option("--list", metavar=FLAG, help="List the surfaces that have names.")] = False,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Where page and numbers go.  [default: runs/NAME-surface]"),
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Descend on a surface from thousands of starts at once: minima, basins, paths, and what changes where one ends.

    Without a surface it lists those that have names. A formula may hold numbers, pi, e, + - * / ^, brackets, and the
    functions abs, sqrt, exp, ln, sin, cos, tan, their inverses and hyperbolic ones, min and max.

    Examples:
    * `descentlab surface himmelblau`

    * `descentlab surface double-well --learning-rate 0.01:0.4:40` - a sharp minimum lets go where a flat one holds

    * `descentlab surface rastrigin --noise 0:400:9 --restarts 100`

    * `descentlab surface "x^4 - 3*x^2 + x" --domain -2:2`

    * `descentlab surface "sin(x)*cos(y) + (x^2 + y^2)/20" --optimizer adam`
    """  # fmt: skip
    if what is None or list_all:
        _list(as_json=as_json)
        return
    from descentlab.labs import surface as laboratory

    def start(watcher: "Watcher") -> "SurfaceResult":
        return laboratory.surface(
            what,
            learning_rate=learning_rate,
            momentum=momentum,
            noise=noise,
            starts=starts,
            steps=steps,
            restarts=restarts,
            domain=domain,
            optimizer=optimizer,
            seed=seed,
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)


def _list(*, as_json: bool) -> None:
    from descentlab.labs import surface as laboratory

    table = laboratory.list_surfaces()
    if as_json:
        print_json({"surfaces": [dict(zip(table.header, row, strict=True)) for row in table.rows]})
        return
    to_stdout().print(f'{table}\n\nOr a formula of your own: descentlab surface "x^4 - 3*x^2 + x"', markup=False)
