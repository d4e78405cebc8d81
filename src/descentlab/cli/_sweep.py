"""`descentlab sweep`: one experiment, with something varied in it."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._clock import BEGIN
from descentlab.cli._options import Debug, Json, NoReport, Out, Quiet, Settings
from descentlab.cli._output import print_json, to_stdout
from descentlab.cli._train import read_batch
from descentlab.cli._watch import watch
from descentlab.core import SpecError
from descentlab.labs import read_units

if TYPE_CHECKING:
    from descentlab.labs.sweep import SweepResult
    from descentlab.workbench import Watcher


def sweep(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT", help="As for `descentlab train`: a preset, a table, a folder or a file.", show_default=False
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column to predict, by name or position (-1: the last).")
    ] = None,
    learning_rate: Annotated[
        str | None,
        typer.Option(
            "--learning-rate",
            "--lr",
            metavar="RANGE",
            help="Rates: LOW:HIGH:COUNT in equal factors, or a list. As: 1e-4:10:24, or 0.01,0.1,1.",
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=RANGE",
            help="Anything else, repeatable: momentum, b1, b2, eps, weight_decay, l1, l2, initial_scale, dropout, "
            "noise (numbers: LOW:HIGH:COUNT, with :log or :lin behind it, or a list); batch_size, activation, width, "
            "depth (lists); or any field by its dotted name, as optimizer=sgd,adam.",
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", help="Networks of each setting, from as many seeds.  [default: 10]")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="The first seed.")] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the training part.")] = None,
    batch_size: Annotated[str | None, typer.Option(metavar="N", help="Examples in a step, or 'full'.")] = None,
    hidden: Annotated[
        str | None, typer.Option(metavar="UNITS", help="Units of the hidden dense layers, as 16,16; '' for none.")
    ] = None,
    settings: Settings = None,
    out: Out = None,
    resume: Annotated[
        str | None, typer.Option(metavar="STUDY", help="Continue a study that was stopped or killed.")
    ] = None,
    no_report: NoReport = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Train at many learning rates (or anything else) at once: which is best, and what goes wrong beside it.

    Networks of one seed share their data, their first draw and the order of the examples, so that only what is
    varied differs. Every network gets a verdict with its evidence.

    Examples:
    * `descentlab sweep circle --learning-rate 0.001:10:9`

    * `descentlab sweep iris --learning-rate 1e-4:1:24 --seeds 50`

    * `descentlab sweep my.csv --target species --lr 0.001:0.1:5 --vary width=8,32,128`

    * `descentlab sweep spiral --vary activation=relu,tanh --vary noise=0,20,40`
    """
    if (what is None) == (resume is None):
        raise SpecError(
            "name what to sweep, as `descentlab sweep circle --learning-rate 0.001:10:9`, or --resume STUDY"
        )
    if resume is not None and (learning_rate or vary or seeds or settings or out):
        raise SpecError("--resume continues a study as it was begun; leave out what is to be varied, --set and --out")
    varied, units, batch = read_named(vary), read_units(hidden), read_batch(batch_size)
    from descentlab.labs import sweep as laboratory

    import_s = time.perf_counter() - BEGIN

    def start(watcher: "Watcher") -> "SweepResult":
        if resume is not None:
            return laboratory.resume_sweep(resume, report=not no_report, watcher=watcher)
        return laboratory.sweep(
            what,
            target,
            learning_rate=learning_rate,
            vary=varied,
            epochs=epochs,
            batch_size=batch,
            hidden=units,
            seed=seed,
            seeds=seeds,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    found = watch(start, is_silent=quiet or as_json)
    if as_json:
        seconds = {"import": round(import_s, 4), **found.metrics["seconds"]}
        seconds["total"] = round(time.perf_counter() - BEGIN, 4)
        print_json({"study": str(found.path), **found.metrics, "seconds": seconds})
    elif not quiet:
        _show(found)


def read_named(texts: list[str] | None) -> dict[str, str]:
    """Read `NAME=VALUES` texts.

    Raises:
        SpecError: If one has no `=`, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, values = text.partition("=")
        name = name.strip().replace("-", "_") if "." not in name else name.strip()
        if not equals or not name:
            raise SpecError(f"--vary {text}: expected NAME=RANGE, as momentum=0:0.9:4 or activation=relu,tanh")
        if name in found:
            raise SpecError(f"--vary {name} is given twice; name all its values in one")
        found[name] = values
    return found


def _show(found: "SweepResult") -> None:
    console = to_stdout()
    for sentence in found.sentences:
        console.print(sentence, markup=False)
    console.print(f"\n{found.table()}", markup=False)
    console.print(f"\nstudy:  {found.path}", markup=False)
    if found.folder.report_path.is_file():
        console.print(f"report: {found.folder.report_path}", markup=False)
