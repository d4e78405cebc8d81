"""`descentlab atlas`: the map of an outcome over two hyperparameters."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._clock import BEGIN
from descentlab.cli._options import Debug, Json, NoReport, Out, Quiet, Settings
from descentlab.cli._output import print_json, to_stdout
from descentlab.cli._watch import watch
from descentlab.core import SpecError

if TYPE_CHECKING:
    from descentlab.labs.atlas import AtlasResult
    from descentlab.workbench import Watcher


def atlas(
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="A preset (as fractal), an experiment file, a table.", show_default=False),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option("--x", metavar="NAME=RANGE", help="What is varied across, as learning_rate=0.001:10:64."),
    ] = None,
    y: Annotated[
        str | None,
        typer.Option("--y", metavar="NAME=RANGE", help="What is varied upwards, as momentum=0:0.9:64."),
    ] = None,
    outcome: Annotated[
        str, typer.Option(metavar="WORD", help="What the map shows: converges, loss, epochs or verdict.")
    ] = "converges",
    threshold: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Share of its first loss that 'epochs' waits for.  [default: 0.1]"),
    ] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the training part.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Draws data and weights.")] = None,
    settings: Settings = None,
    out: Out = None,
    resume: Annotated[
        str | None, typer.Option(metavar="STUDY", help="Continue a map that was stopped or killed.")
    ] = None,
    no_report: NoReport = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Map what becomes of a network over two hyperparameters: a network at every point of a plane.

    All networks see the same data and begin with the same draw. The axes are numbers: rates (learning_rate, or that
    of one layer as learning_rate.hidden), momentum, weight_decay, l1, l2, initial_scale, dropout.

    Examples:
    * `descentlab atlas fractal` - where training converges and where it diverges: the border is a fractal

    * `descentlab atlas fractal --x learning_rate.hidden=20:60:128 --y learning_rate.output=20:60:128` - zoom

    * `descentlab atlas circle --x learning_rate=0.001:10:32 --y initial_scale=0.1:10:32 --outcome loss`
    """
    if (what is None) == (resume is None):
        raise SpecError("name what to map, as `descentlab atlas fractal`, or a map to continue: --resume STUDY")
    from descentlab.labs import atlas as laboratory

    import_s = time.perf_counter() - BEGIN

    def start(watcher: "Watcher") -> "AtlasResult":
        if resume is not None:
            return laboratory.resume_atlas(resume, outcome=outcome, report=not no_report, watcher=watcher)
        return laboratory.atlas(
            what,
            x=x,
            y=y,
            outcome=outcome,
            threshold=threshold,
            epochs=epochs,
            seed=seed,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    found = watch(start, is_silent=quiet or as_json)
    if as_json:
        seconds = {"import": round(import_s, 4), **found.metrics["seconds"]}
        print_json({"study": str(found.path), **found.metrics, "seconds": seconds})
    elif not quiet:
        console = to_stdout()
        for sentence in found.sentences:
            console.print(sentence, markup=False)
        console.print(f"\nstudy:  {found.path}", markup=False)
        if found.folder.report_path.is_file():
            console.print(f"report: {found.folder.report_path}", markup=False)
