"""`descentlab runs` and `descentlab show`: what has been trained."""

from pathlib import Path
from typing import Annotated

import typer

from descentlab.cli._options import Debug, Json, Run
from descentlab.cli._output import print_json, to_stdout
from descentlab.core import PARTS, RunError

ROOT = Path("runs")


def runs(
    root: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder of runs.  [default: ./runs]", show_default=False)
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the runs in a folder, with what each was trained on and what it reached.

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
    """Show one run: its outcome, its network, its scores.

    Examples:
    * `descentlab show iris-001`

    * `descentlab show iris-001 --json`
    """
    from descentlab import workbench

    found = workbench.open_run(run)
    if as_json:
        metrics = found.metrics if found.folder.is_finished else {}
        experiment = found.experiment.model_dump(mode="json", exclude_none=True)
        print_json({"run": str(found.path), "finished": bool(metrics), "experiment": experiment, **metrics})
        return
    texts = [str(found), str(workbench.layer_table(found.network))]
    if found.folder.is_finished:
        texts += [str(getattr(found, part)) for part in PARTS if part in found.metrics]
        texts += ["\n".join(f"note: {note}" for note in found.notes)] if found.notes else []
    if found.folder.report_path.is_file():
        texts.append(f"report: {found.folder.report_path}")
    to_stdout().print("\n\n".join(texts), markup=False)
