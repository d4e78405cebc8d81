"""`gradlab runs` and `gradlab show`: what has been trained."""

from pathlib import Path
from typing import Annotated

import typer

from gradlab.cli._options import Debug, Json, Run
from gradlab.cli._output import print_json, to_stdout


def runs(
    root: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of runs.")] = Path("runs"),
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the runs in a folder, with what each was trained on and what it reached."""
    from gradlab.runs import list_runs

    listing = list_runs(root)
    if as_json:
        print_json(listing.to_json())
    elif not listing.runs and not listing.damaged:
        to_stdout().print(f"There are no runs in {root} yet. Try: gradlab train iris", markup=False)
    else:
        to_stdout().print(str(listing), markup=False)


def show(run: Run, as_json: Json = False, debug: Debug = False) -> None:
    """Show one run: its outcome, its network, its scores."""
    from gradlab import verbs

    found = verbs.open_run(run)
    if as_json:
        finished = found.metrics if found.folder.is_finished else {}
        experiment = found.experiment.model_dump(mode="json", exclude_none=True)
        print_json({"run": str(found.path), "finished": bool(finished), "experiment": experiment, **finished})
        return
    console = to_stdout()
    console.print(str(found), markup=False)
    console.print(f"\n{verbs.layer_table(found.network)}", markup=False)
    if found.folder.is_finished:
        for part in ("train", "validation", "test"):
            if part in found.metrics:
                console.print(f"\n{getattr(found, part)}", markup=False)
    if found.folder.report_path.is_file():
        console.print(f"\nreport: {found.folder.report_path}", markup=False)
