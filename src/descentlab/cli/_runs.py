"""The commands `descentlab runs`, which lists runs, and `descentlab show`, which shows one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from descentlab.cli._options import FLAG, Debug, Json, Run
from descentlab.cli._output import print_json, to_stdout
from descentlab.core import PARTS, RunError

ROOT = Path("runs")
ORDER = "Order"


def runs(
    root: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of runs.  [default: ./runs]", show_default=False)
    ] = None,
    delete: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN", help="Delete a run, study or analysis for good; repeatable.", rich_help_panel=ORDER
        ),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="RUN=NAME", help="Give a run another name; repeatable.", rich_help_panel=ORDER),
    ] = None,
    note: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN=TEXT",
            help="Note something beside a run, which the list shows; repeatable. Without a text the note goes.",
            rich_help_panel=ORDER,
        ),
    ] = None,
    sizes: Annotated[
        bool,
        typer.Option("--sizes", metavar=FLAG, help="List the room that each folder takes.", rich_help_panel=ORDER),
    ] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the runs in a folder, with their data, epochs, seeds and scores; delete, rename and note them.

    Examples:
    * `descentlab runs`

    * `descentlab runs lesson3/runs --json`

    * `descentlab runs --note iris-001="no hidden layer" --rename iris-002=best`

    * `descentlab runs --delete iris-003 --sizes`
    """
    if root is not None and not root.is_dir():
        raise RunError(f"{root} is not a folder; name a folder of runs, or nothing for ./{ROOT}")
    _put_in_order(root or ROOT, delete or (), rename or (), note or ())
    from descentlab.runs import disk_use, list_runs

    if sizes:
        used = disk_use(root or ROOT)
        entries = [dict(zip(("name", "kind", "bytes"), entry, strict=True)) for entry in used.entries]
        if as_json:
            print_json({"root": str(used.root), "bytes": used.total, "entries": entries})
        else:
            to_stdout().print(str(used), markup=False)
        return
    listing = list_runs(root or ROOT)
    if as_json:
        print_json(listing.to_json())
    elif not listing.runs and not listing.damaged:
        to_stdout().print(f"There are no runs in {root or ROOT} yet. Try: descentlab train iris", markup=False)
    else:
        to_stdout().print(str(listing), markup=False)


def _put_in_order(root: Path, deleted: Sequence[str], renamed: Sequence[str], noted: Sequence[str]) -> None:
    """Check everything that is named before anything is changed, then note, rename and delete."""
    from descentlab import runs as records

    pairs = {
        option: [(records.find_folder(name, root), text) for name, text in (_pair(option, each) for each in given)]
        for option, given in (("--rename", renamed), ("--note", noted))
    }
    folders = [records.find_folder(name, root) for name in dict.fromkeys(deleted)]
    for folder, text in pairs["--note"]:
        records.write_note(folder, text)
    for folder, name in pairs["--rename"]:
        records.rename(folder, name.strip())
    if folders:
        from descentlab.studio.shelf import Trash

        trash = Trash(root)
        for folder in folders:
            trash.take(folder)
        trash.seal()
        trash.empty()


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise RunError(f"{option} {text}: expected a run and what it gets with = between, as {option} iris-001=best")
    return name.strip(), value


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
