"""The command `descentlab train`, which trains one network or one for each seed."""

import re
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._clock import BEGIN
from descentlab.cli._options import FLAG, Debug, Json, NoReport, Out, Quiet
from descentlab.cli._output import print_json, to_stdout
from descentlab.cli._watch import watch
from descentlab.core import SpecError, split_names
from descentlab.labs import read_batch, read_units

if TYPE_CHECKING:
    from descentlab.workbench import Run, Watcher

DATA = "Data"
TRAINING = "Training"


def train(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="A preset (iris, digits, spiral, mnist-mlp, ...), a table (CSV, Excel, Parquet, ...), a folder of "
            "pictures with a subfolder for each class, or an experiment file (.toml, .json).",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column to predict, by its name or position (-1: the last). Several, as a,b, if all are numbers "
            "or all are yes or no.",
            rich_help_panel=DATA,
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="classification or regression.  [default: depends on the target]",
            rich_help_panel=DATA,
        ),
    ] = None,
    header: Annotated[
        str | None,
        typer.Option(
            metavar="YES|NO|LINE",
            help="Whether the first row names the columns: yes or no, or the number of the line that does.  "
            "[default: guessed from the file]",
            rich_help_panel=DATA,
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Encoding of a text file, as cp1251 or shift_jis.  [default: recognised]",
            rich_help_panel=DATA,
        ),
    ] = None,
    separator: Annotated[
        str | None,
        typer.Option(
            metavar="CHARACTER",
            help="What separates the cells of a text file: a character, or comma, semicolon, tab, bar or space.  "
            "[default: the one that fits]",
            rich_help_panel=DATA,
        ),
    ] = None,
    drop: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMNS",
            help="Columns to leave out, separated by commas; a name that has a comma goes in double quotes.",
            rich_help_panel=DATA,
        ),
    ] = None,
    categories: Annotated[
        str | None,
        typer.Option(metavar="COLUMNS", help="Columns whose numbers are codes of categories.", rich_help_panel=DATA),
    ] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="A word or number that means a missing cell, beside the usual ones such as NA; may be repeated. With "
            "'none', only the words named here and empty cells are missing.",
            rich_help_panel=DATA,
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column that says how much each example counts in the loss and in every score, 0 or more.",
            rich_help_panel=DATA,
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column whose rows with the same cell stay in one part, as those of a patient.",
            rich_help_panel=DATA,
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column of numbers or dates: the test set holds the latest rows.",
            rich_help_panel=DATA,
        ),
    ] = None,
    test_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="A table that holds the test set.", rich_help_panel=DATA)
    ] = None,
    test_column: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="A column that says 'test' in the rows of the test set (another word: --test-value).",
            rich_help_panel=DATA,
        ),
    ] = None,
    test_value: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="The word of --test-column for the test set.", rich_help_panel=DATA),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A table of file names and labels, for a folder of pictures without subfolders.",
            rich_help_panel=DATA,
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="HxW", help="Height and width to which pictures are scaled, as 32x32.", rich_help_panel=DATA
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", metavar=FLAG, help="Stop at a broken picture.", rich_help_panel=DATA)
    ] = False,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="Passes over the training set.", rich_help_panel=TRAINING)
    ] = None,
    batch_size: Annotated[
        str | None,
        typer.Option(metavar="N", help="Examples in a step, or 'full' for all of them.", rich_help_panel=TRAINING),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", "--lr", metavar="RATE", help="Size of a step.", rich_help_panel=TRAINING),
    ] = None,
    hidden: Annotated[
        str | None,
        typer.Option(
            metavar="UNITS", help="Units of the hidden dense layers, as 16,16; '' for none.", rich_help_panel=TRAINING
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Network for a folder of pictures: cnn (convolutions, their number depends on the size) or mlp "
            "(dense layers).  [default: cnn]",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Number from which the split, the initial weights and the order of the examples are drawn.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Train this many networks, each with another seed, and report the mean with its interval.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="Cross-validation: train one network for each of K folds, test it on that fold, and report the mean "
            "with its interval.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    augment: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="Change the training pictures at random, as shift=2,rotate=10,flip=horizontal: by up to 2 pixels and "
            "10 degrees in either direction. 'none' turns it off.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    class_weights: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="'balanced': examples of rare classes count more in training, so that all classes count equally.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    label_smoothing: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Share of the training loss that is the mean over all labels, as 0.1, against answers that are too "
            "sure.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change any field of the experiment; repeatable. Example: --set model.0.units=16 --set "
            "loss=cross-entropy. model.* is every layer that has the field. `descentlab schema` lists the fields.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    out: Out = None,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Continue a run that was stopped or killed.")
    ] = None,
    no_report: NoReport = False,
    symptoms: Annotated[
        bool | None,
        typer.Option(
            "--symptoms/--no-symptoms",
            help="Record gradients, updates and outputs of each layer at about 20 steps, in symptoms.parquet.  "
            "[default: where training takes ten seconds or more]",
            show_default=False,
        ),
    ] = None,
    checkpoint_every: Annotated[
        float, typer.Option(metavar="SECONDS", help="Time between two checkpoints, from which a run can be resumed.")
    ] = 10.0,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Train a network, evaluate it on examples that it was not trained on, and save the run with its report.

    Examples:
    * `descentlab train iris --seeds 50`

    * `descentlab train penguins.csv --target species --hidden 32,32 --epochs 200`

    * `descentlab train pictures/ --size 32x32`

    * `descentlab train mnist-mlp --set loss=cross-entropy`

    * `descentlab train --resume iris-001`
    """
    _check_what(locals())
    units, sides, varied, batch, columns = (
        read_units(hidden),
        _sides(size),
        _parts(augment),
        read_batch(batch_size),
        (_list(drop), _list(categories)),
    )
    from descentlab import workbench

    import_s = perf_counter() - BEGIN

    def start(watcher: "Watcher") -> "Run":
        if resume is not None:
            return workbench.resume(
                resume, report=not no_report, checkpoint_every_s=checkpoint_every, durable=True, watcher=watcher
            )
        return workbench.train(
            what,
            target,
            epochs=epochs,
            batch_size=batch,
            learning_rate=learning_rate,
            hidden=units,
            model=model,
            seed=seed,
            seeds=seeds,
            folds=folds,
            task=task,
            header=header,
            encoding=encoding,
            separator=separator,
            drop=columns[0],
            categories=columns[1],
            group=group,
            time=time,
            missing=missing,
            test_file=test_file,
            test_column=test_column,
            test_value=test_value,
            labels=labels,
            size=sides,
            strict=strict or None,
            augment=varied,
            class_weights=class_weights,
            label_smoothing=label_smoothing,
            sample_weight=weights,
            set=settings or (),
            out=out,
            report=not no_report,
            symptoms=symptoms,
            checkpoint_every_s=checkpoint_every,
            durable=True,
            watcher=watcher,
        )

    run = watch(start, is_silent=quiet or as_json)
    if as_json:
        seconds = {"import": round(import_s, 4), **run.metrics["seconds"]}
        seconds["total"] = round(perf_counter() - BEGIN, 4)
        print_json({"run": str(run.path), **run.metrics, "seconds": seconds})
    elif not quiet:
        _show(run)


def _check_what(options: Mapping[str, object]) -> None:
    """Check that there is something to train or to resume, and no option that a resumed run cannot take."""
    if options["what"] is None and options["resume"] is None:
        raise SpecError(
            "nothing to train was named; name a preset or a file, as `descentlab train iris`, or continue a run by "
            "--resume RUN"
        )
    allowed = ("resume", "no_report", "checkpoint_every", "as_json", "quiet", "debug")
    given = [name for name, value in options.items() if name not in allowed and value not in (None, False)]
    if options["resume"] is not None and given:
        word = {"what": "WHAT", "settings": "--set"}.get(given[0], f"--{given[0].replace('_', '-')}")
        raise SpecError(f"--resume continues a run with the settings that it began with; leave out {word}")


def _show(run: "Run") -> None:
    console = to_stdout()
    for note in run.notes:
        console.print(f"note: {note}", markup=False)
    for sentence in run.outcome:
        console.print(sentence, markup=False)
    console.print(f"\nrun:    {run.path}", markup=False)
    if run.folder.report_path.is_file():
        console.print(f"report: {run.folder.report_path}", markup=False)


def _list(text: str | None) -> list[str] | None:
    return None if text is None else split_names(text)


def _sides(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,9})(?:[xX,]([0-9]{1,9}))?", text.strip())
    if not match:
        raise SpecError(f"--size {text}: expected height and width, as 32x32")
    return int(match[1]), int(match[2] or match[1])


def _parts(text: str | None) -> dict[str, str] | None:
    """Read `--augment shift=2,flip=horizontal`; the experiment checks the values."""
    if text is None:
        return None
    if text.strip() == "none":
        return {}
    pairs = [word.split("=") for word in text.split(",")]
    if not all(len(pair) == 2 and pair[0].strip() and pair[1].strip() for pair in pairs):
        raise SpecError(f"--augment {text}: expected parts as shift=2,rotate=10,flip=horizontal, or none")
    parts = {name.strip(): value.strip() for name, value in pairs}
    if len(parts) < len(pairs):
        raise SpecError(f"--augment {text}: a part is given twice; leave one of them out")
    return parts
