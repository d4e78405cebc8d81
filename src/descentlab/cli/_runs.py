"""The commands `descentlab runs`, which lists runs, and `descentlab show`, which shows one."""

from pathlib import Path
from typing import Annotated

import typer

from descentlab.cli._options import Debug, Json, Run
from descentlab.cli._output import print_json, to_stdout
from descentlab.core import PARTS, RunError

ROOT = Path("runs")


def runs(
    root: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of runs.  [default: ./runs]", show_default=False)
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the runs in a folder, with their data, epochs, seeds and scores.

    Examples:
    * `descentlab runs`

    * `descentlab runs lesson3/runs --json`
    """
    if root is not None and not root.is_dir():
        raise RunError(f"{root} is not a folder; name a folder of runs, or nothing for ./{ROOT}")
    from descentlab.runs import list_runs

    listing = list_runs(root or ROOT)
    if as_json:
        print_json(listing.to_json())
    elif not listing.runs and not listing.damaged:
        to_stdout().print(f"There are no runs in {root or ROOT} yet. Try: descentlab train iris", markup=False)
    else:
        to_stdout().print(str(listing), markup=False)


def show(run: Run, as_json: Json = False, debug: Debug = False) -> None:
    """Show one run: its results, its network and its scores.

    Examples:
    * `descentlab show iris-001`

    * `descentlab show iris-001 --json`
    """
    from descentlab import workbench

    opened = workbench.open_run(run)
    if as_json:
        metrics = opened.metrics if opened.folder.is_finished else {}
        experiment = opened.experiment.model_dump(mode="json", exclude_none=True)
        print_json({"run": str(opened.path), "finished": bool(metrics), "experiment": experiment, **metrics})
        return
    texts = [str(opened), str(workbench.layer_table(opened.network))]
    if opened.folder.is_finished:
        texts += [str(getattr(opened, part)) for part in PARTS if part in opened.metrics]
        texts += ["\n".join(f"note: {note}" for note in opened.notes)] if opened.notes else []
    if opened.folder.report_path.is_file():
        texts.append(f"report: {opened.folder.report_path}")
    to_stdout().print("\n\n".join(texts), markup=False)
