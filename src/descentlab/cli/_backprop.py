"""`descentlab backprop`: every number of back-propagation, checked in front of the reader."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._backprop_cost import refuse, show_cost
from descentlab.cli._clock import BEGIN
from descentlab.cli._options import FLAG, Debug, Json, NoFiles, Quiet, Settings
from descentlab.cli._output import print_json, save_text, to_stdout
from descentlab.cli._watch import watch
from descentlab.core import SpecError
from descentlab.labs import read_units

if TYPE_CHECKING:
    from descentlab.labs.backprop import Backprop
    from descentlab.workbench import Watcher

COST = "What it costs"


def backprop(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A run, or what `descentlab train` takes: that at its initial weights, or after --epochs.",
            show_default=False,
        ),
    ],
    example: Annotated[
        int | None,
        typer.Option(metavar="N", help="Place of the example in its part, from 0; of a batch, the one to look at."),
    ] = None,
    batch: Annotated[
        str | None, typer.Option(metavar="BEGIN:END", help="Several examples, whose gradients are averaged, as 0:32.")
    ] = None,
    part: Annotated[str, typer.Option(metavar="PART", help="train, validation or test.")] = "train",
    layer: Annotated[
        str | None, typer.Option(metavar="NAME", help="The layer to take apart.  [default: all with weights]")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", help="Terms to name; the rest is given as a sum.")] = 12,
    values: Annotated[
        str | None,
        typer.Option("--input", metavar="NUMBERS", help="One example's inputs as the network sees them, as 0.5,-1."),
    ] = None,
    truth: Annotated[
        str | None, typer.Option(metavar="CLASS", help="With --input: its class by name or number, or its target.")
    ] = None,
    epochs: Annotated[int, typer.Option(metavar="N", help="Train for so many epochs first.")] = 0,
    hidden: Annotated[
        str | None, typer.Option(metavar="UNITS", help="Units of the hidden dense layers, as 1,1,1 for a chain.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Draws data and initial weights.")] = None,
    settings: Settings = None,
    member: Annotated[
        int, typer.Option(metavar="N", help="Which network of a run with several seeds, counted from 0.")
    ] = 0,
    train_mode: Annotated[
        bool,
        typer.Option(
            "--train-mode", metavar=FLAG, help="As in training: batch norm by the batch itself, dropout drops."
        ),
    ] = False,
    learning_rate: Annotated[
        str | None,
        typer.Option("--learning-rate", "--lr", metavar="LIST", help="Rates to follow an update at, as 0.01,0.1,1."),
    ] = None,
    samples: Annotated[int, typer.Option(metavar="N", help="About how many central differences to take.")] = 240,
    no_check: Annotated[
        bool, typer.Option("--no-check", metavar=FLAG, help="Leave out both other ways of differentiating.")
    ] = False,
    cost: Annotated[
        bool,
        typer.Option(
            "--cost",
            metavar=FLAG,
            help="Count and time it instead: multiply-adds, time against N, d and L, differences, batches.",
            rich_help_panel=COST,
        ),
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="About how long to time; more reaches larger sizes.  [default: 8]",
            rich_help_panel=COST,
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the page here.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown with LaTeX here.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where page and numbers go.  [default: backprop/ in a run's folder]"),
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Take an example through a network and back, and show every number: z, a, ∂C/∂a, δ, ∂C/∂W, ∂C/∂b.

    The numbers come from the layers' own rules, in 64 bits, and stand beside automatic differentiation and central
    differences with their relative errors. Largest terms are named and the rest is summed, so that totals add up.

    Examples:
    * `descentlab backprop chain --input 0.5 --truth 1` - the textbook's chain, each factor written out

    * `descentlab backprop iris --batch 0:5 --example 3` - a batch, and one example of it

    * `descentlab backprop mnist-mlp --example 3 --layer hidden2 --top 8 --html digit.html`

    * `descentlab backprop iris-001 --part test --example 0` - a run, as trained

    * `descentlab backprop mnist-mlp --cost` - what it costs, in multiply-adds and in time
    """
    units, numbers, rates = read_units(hidden), _numbers("--input", values), _numbers("--learning-rate", learning_rate)
    if cost:
        refuse(
            {
                "--example": example is not None, "--batch": batch, "--part": part != "train", "--layer": layer,
                "--input": values, "--truth": truth, "--epochs": epochs, "--train-mode": train_mode,
                "--learning-rate": learning_rate, "--no-check": no_check, "--markdown": markdown,
            }
        )  # fmt: skip
        show_cost(
            what, hidden=units, seed=seed, settings=settings or (), member=member, budget=budget, out=out,
            report=not no_report, html=html, as_json=as_json, quiet=quiet,
        )  # fmt: skip
        return
    if budget is not None:
        raise SpecError("--budget is for --cost; leave it out, or add --cost")
    from descentlab.labs import backprop as laboratory

    import_s = time.perf_counter() - BEGIN

    def start(watcher: "Watcher") -> "Backprop":
        return laboratory.backprop(
            what,
            example=example,
            batch=batch,
            part=part,
            layer=layer,
            top=top,
            input=numbers,
            truth=truth,
            epochs=epochs,
            hidden=units,
            seed=seed,
            set=settings or (),
            member=member,
            train_mode=train_mode,
            check=not no_check,
            samples=samples,
            learning_rates=rates,
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    found = watch(start, is_silent=quiet or as_json)
    begin = time.perf_counter()
    if html is not None:
        save_text(html, found.to_page())
    page_s = {} if html is None else {"page": time.perf_counter() - begin}
    if markdown is not None:
        save_text(markdown, found.to_markdown())
    if as_json:
        seconds = {"import": import_s, **found.seconds, **page_s, "total": time.perf_counter() - BEGIN}
        print_json({**found.to_json(), "seconds": {name: round(value, 4) for name, value in seconds.items()}})
    elif not quiet:
        _show(found, html, markdown)


def _show(found: "Backprop", html: Path | None, markdown: Path | None) -> None:
    console = to_stdout()
    console.print(str(found), markup=False)
    written = {"report": html, "markdown": markdown}
    if found.path is not None:
        written["report"] = html or found.path / "report.html"
    lines = [f"{name + ':':<9} {path}" for name, path in written.items() if path is not None]
    console.print("\n" + "\n".join(lines or ["To keep it: --html FILE, --markdown FILE, or --out DIR."]), markup=False)


def _numbers(option: str, text: str | None) -> list[float] | None:
    if text is None:
        return None
    words = [word for word in re.split(r"[\s,]+", text.strip(" ,[]")) if word]
    try:
        return [float(word) for word in words]
    except ValueError:
        raise SpecError(f"{option} {text[:60]}: expected numbers with commas between, as 0.5,-1") from None
