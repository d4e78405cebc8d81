"""`gradlab train`: one network, or as many as there are seeds."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradlab.cli._options import Debug, Json, Out, Quiet, Seed, Settings
from gradlab.cli._output import print_json, to_stderr, to_stdout
from gradlab.cli._progress import progress_bars
from gradlab.core import SpecError

if TYPE_CHECKING:
    from gradlab import verbs

INTERRUPTED = 130


def train(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="A preset (iris, digits, spiral, mnist-mlp, ...), a table (CSV, TSV, Parquet), a folder of pictures "
            "with a subfolder per class, or an experiment file (.toml, .json).",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", help="Column to predict, by name or position (-1: the last).", rich_help_panel="Data"),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="classification or regression.  [default: by the target]", rich_help_panel="Data"),
    ] = None,
    header: Annotated[
        str | None,
        typer.Option("--header", help="Whether the first row names the columns: yes, no.  [default: by looking]",
                     rich_help_panel="Data"),
    ] = None,
    drop: Annotated[
        str | None,
        typer.Option("--drop", help="Columns to leave out, with commas between.", rich_help_panel="Data"),
    ] = None,
    test_file: Annotated[
        str | None, typer.Option("--test-file", help="A file that holds the test part.", rich_help_panel="Data")
    ] = None,
    test_column: Annotated[
        str | None,
        typer.Option("--test-column", help="A column that says 'test' in the rows of the test part (--test-value "
                     "names another word).", rich_help_panel="Data"),
    ] = None,
    test_value: Annotated[
        str | None, typer.Option("--test-value", help="See --test-column.", rich_help_panel="Data")
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", help="A table of file names and labels, for a folder of pictures without subfolders.",
                     rich_help_panel="Data"),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option("--size", help="Height and width that pictures are brought to, as 32x32.", rich_help_panel="Data"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at a broken picture.", rich_help_panel="Data")
    ] = False,
    epochs: Annotated[
        int | None, typer.Option("--epochs", help="Passes over the training part.", rich_help_panel="Training")
    ] = None,
    batch_size: Annotated[
        str | None,
        typer.Option("--batch-size", help="Examples in a step, or 'full'.", rich_help_panel="Training"),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", "--lr", help="Size of a step.", rich_help_panel="Training")
    ] = None,
    hidden: Annotated[
        str | None,
        typer.Option("--hidden", help="Units of the hidden dense layers, as 16,16.", rich_help_panel="Training"),
    ] = None,
    seed: Seed = None,
    seeds: Annotated[
        int | None,
        typer.Option("--seeds", help="Train so many networks, each with its own split and draw, and tell the mean."),
    ] = None,
    settings: Settings = None,
    out: Out = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Continue a run that was stopped or killed.")
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report.html.")] = False,
    checkpoint_every: Annotated[
        float, typer.Option("--checkpoint-every", metavar="SECONDS", help="How often to save what is needed to resume.")
    ] = 10.0,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Train a network, evaluate it honestly, and save the run with its report.

    Examples:

    * gradlab train iris --seeds 50

    * gradlab train penguins.csv --target species --hidden 32,32 --epochs 200

    * gradlab train mnist-mlp --set loss=cross-entropy
    """
    if (what is None) == (resume is None):
        raise SpecError("name what to train, as `gradlab train iris`, or a run to continue: --resume RUN")
    from gradlab import verbs

    changes = verbs.Changes(
        settings=tuple(settings or ()),
        data=(
            ("target", _position(target)), ("task", task), ("header", header), ("drop", _list(drop)),
            ("test_path", test_file), ("test_column", test_column), ("test_value", test_value), ("labels", labels),
            *_sides(size), ("strict", strict or None),
        ),
        hidden=_units(hidden),
        fields=(("epochs", epochs), ("batch_size", _batch(batch_size)), ("seed", seed), ("num_seeds", seeds)),
        learning_rate=learning_rate,
    )  # fmt: skip
    if resume is not None and (changes.is_any or out is not None):
        raise SpecError("--resume continues a run as it was begun; it takes no other settings")
    run = _train(what, resume, changes, out, not no_report, checkpoint_every, is_silent=quiet or as_json)
    if as_json:
        print_json({"run": str(run.path), **run.metrics})
    elif not quiet:
        _show(run)


def _train(
    what: str | None,
    resume: str | None,
    changes: "verbs.Changes",
    out: Path | None,
    report: bool,
    checkpoint_every: float,
    *,
    is_silent: bool,
) -> "verbs.Run":
    from gradlab import verbs

    console = to_stderr()
    say = lambda: print("\nstopping; press Ctrl-C again to give up at once", file=sys.stderr)
    try:
        with progress_bars(console, is_shown=not is_silent) as (on_loading, on_training):
            if resume is not None:
                return verbs.resume(
                    resume, report=report, checkpoint_every_s=checkpoint_every, on_loading=on_loading,
                    on_training=on_training, on_stop=say,
                )  # fmt: skip
            return verbs.train(
                what, changes=changes, out=out, report=report, checkpoint_every_s=checkpoint_every,
                on_loading=on_loading, on_training=on_training, on_stop=say,
            )  # fmt: skip
    except verbs.Stopped as stopped:
        print(str(stopped), file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


def _show(run: "verbs.Run") -> None:
    console = to_stdout()
    for note in run.notes:
        console.print(f"note: {note}", markup=False)
    for sentence in run.outcome:
        console.print(sentence, markup=False)
    console.print(f"\nrun:    {run.path}", markup=False)
    if run.folder.report_path.is_file():
        console.print(f"report: {run.folder.report_path}", markup=False)


def _position(target: str | None) -> str | int | None:
    return int(target) if target is not None and re.fullmatch(r"-?\d+", target) else target


def _list(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _units(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isdigit() and int(word) > 0 for word in words):
        raise SpecError(f"--hidden {text}: expected units with commas between, as 16,16 (or nothing, for no layer)")
    return tuple(int(word) for word in words)


def _sides(text: str | None) -> list[tuple[str, Any]]:
    if text is None:
        return []
    found = re.fullmatch(r"(\d+)(?:[xX,](\d+))?", text)
    if not found:
        raise SpecError(f"--size {text}: expected height and width, as 32x32")
    height = int(found[1])
    return [("height", height), ("width", int(found[2]) if found[2] else height)]


def _batch(text: str | None) -> int | str | None:
    if text is None or text == "full":
        return text
    if not re.fullmatch(r"-?\d+", text):
        raise SpecError(f"--batch-size {text}: expected a number of examples, or full")
    return int(text)
