"""`descentlab learning-rate`: the one-command answer."""

from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import Debug, Json, NoReport, Out, Quiet, Settings
from descentlab.cli._output import print_json, to_stdout
from descentlab.cli._train import read_batch
from descentlab.cli._watch import watch
from descentlab.labs import read_units

if TYPE_CHECKING:
    from descentlab.labs.learning_rate import LearningRate
    from descentlab.workbench import Watcher


def learning_rate(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="As for `descentlab train`.", show_default=False)],
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column to predict, by name or position (-1: the last).")
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Epochs of the sweep.  [default: the experiment's, fewer where it is large]"),
    ] = None,
    batch_size: Annotated[str | None, typer.Option(metavar="N", help="Examples in a step, or 'full'.")] = None,
    hidden: Annotated[
        str | None, typer.Option(metavar="UNITS", help="Units of the hidden dense layers, as 16,16; '' for none.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="The first seed.")] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", help="Networks of each rate.  [default: 8, fewer where it is long]")
    ] = None,
    settings: Settings = None,
    out: Out = None,
    no_report: NoReport = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Recommend a learning rate for your data and network, say why, and what a tenth and ten times of it do.

    Three kinds of evidence: a range test, the sharpness of the loss at the start, and a sweep over nine rates from
    several seeds, which decides.

    Examples:
    * `descentlab learning-rate circle`

    * `descentlab learning-rate my.csv --target species`

    * `descentlab learning-rate mnist-mlp --epochs 3 --seeds 2`
    """
    units, batch = read_units(hidden), read_batch(batch_size)
    from descentlab.labs import learning_rate as laboratory

    def start(watcher: "Watcher") -> "LearningRate":
        return laboratory.learning_rate(
            what,
            target,
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
        print_json(found.to_json())
    elif not quiet:
        console = to_stdout()
        for sentence in found.sentences:
            console.print(sentence, markup=False)
        console.print(f"\n{found.sweep.table()}", markup=False)
        console.print(f"\nstudy:  {found.sweep.path}", markup=False)
        if found.sweep.folder.report_path.is_file():
            console.print(f"report: {found.sweep.folder.report_path}", markup=False)
