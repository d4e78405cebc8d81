"""`train`: from an experiment to a run on disk with its evaluation and its page."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from descentlab.core import RunError
from descentlab.data import Arrays, Dataset
from descentlab.runs import RunFolder, find_run
from descentlab.spec import ArraysData, Experiment
from descentlab.workbench._changes import Changes, Settings, settings_as_texts
from descentlab.workbench._examples import Examples
from descentlab.workbench._job import ROOT, Job, check_is_open
from descentlab.workbench._resolve import Wish, resolve, resolve_arrays
from descentlab.workbench._run import Run
from descentlab.workbench._watcher import CHECKPOINT_EVERY_S, SILENT, Conduct, Watcher


def train(
    what: Any,
    target: Any = None,
    *,
    epochs: int | None = None,
    batch_size: int | Literal["full"] | None = None,
    learning_rate: float | None = None,
    hidden: Sequence[int] | None = None,
    model: str | None = None,
    seed: int | None = None,
    seeds: int | None = None,
    task: str | None = None,
    header: str | None = None,
    drop: Sequence[str] | None = None,
    categories: Sequence[str] | None = None,
    test_file: str | os.PathLike[str] | None = None,
    test_column: str | None = None,
    test_value: str | None = None,
    labels: str | os.PathLike[str] | None = None,
    size: tuple[int, int] | None = None,
    strict: bool | None = None,
    augment: Mapping[str, Any] | None = None,
    class_weights: str | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] = ROOT,
    report: bool = True,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    watcher: Watcher = SILENT,
) -> Run:
    """Train a network, evaluate it, and save the run with its report.

    Whatever is None stays as the preset, the file or the default has it. A table, pictures and arrays have a
    default network; its loss and batch size suit the data unless they are given.

    Args:
        what: A preset's name, a table's or picture folder's path, an experiment file, an `Experiment`, or examples
            in memory: a DataFrame, or an array of shape `(examples, ...)`.
        target: With a table, the target column by name or position (-1: the last); with arrays, the targets.
        epochs: Passes over the training part.
        batch_size: Examples in a step, or "full".
        learning_rate: The optimizer's rate.
        hidden: Units of the hidden dense layers, as `(16, 16)`.
        model: The kind of network for a folder or an array of pictures: "cnn" (the default: convolutions and poolings
            by the pictures' size) or "mlp" (dense layers).
        seed: Draws the split, the initial weights and the order of the examples.
        seeds: How many networks to train, with seeds from `seed` on.
        task: "classification" or "regression", where the target leaves it open.
        header: Whether a text table's first row names the columns: "yes" or "no". Default: by looking.
        drop: Columns of a table to leave out.
        categories: Columns of numbers that are codes of categories.
        test_file: A table that holds the test part.
        test_column: A column that says `test_value` in the rows of the test part.
        test_value: See `test_column`; "test" by default.
        labels: A table of file names and labels, for a folder of pictures without subfolders.
        size: Height and width that pictures are brought to.
        strict: Whether to stop at a broken picture instead of skipping it.
        augment: How training pictures are varied at random, as `{"shift": 2, "rotate": 10, "flip": "horizontal"}`:
            at most so many pixels and degrees either way; `{}` for not at all.
        class_weights: "balanced" for examples of rare classes to count more in training, so that every class counts
            the same in all.
        set: Any other fields of the experiment, as `{"model.0.units": 16, "loss": "huber"}`.
        out: The run's own folder. Default: a new one under `root`.
        root: The folder of runs.
        report: Whether to write `report.html`.
        checkpoint_every_s: Seconds between checkpoints; 0 writes one after every slice of training.
        watcher: What is called while it goes on.

    Returns:
        The run.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        Stopped: If Ctrl-C was pressed, or the watcher's event was set; the run is saved and can be resumed.

    Example:
        >>> import descentlab as dl
        >>> run = dl.train("iris", epochs=1, report=False)  # doctest: +SKIP
        >>> run.test.accuracy  # doctest: +SKIP
        0.3
    """
    begin = time.perf_counter()
    height, width = size or (None, None)
    is_named = isinstance(what, str | os.PathLike | Experiment)
    changes = Changes(
        data={
            "target": target if is_named else None,
            "task": task,
            "header": header,
            "drop": None if drop is None else list(drop),
            "categories": None if categories is None else list(categories),
            "test_path": _text(test_file),
            "test_column": test_column,
            "test_value": test_value,
            "labels": _text(labels),
            "height": height,
            "width": width,
            "strict": strict,
        },
        fields={
            "epochs": epochs,
            "batch_size": batch_size,
            "seed": seed,
            "num_seeds": seeds,
            "augment": None if augment is None else dict(augment),
            "class_weights": class_weights,
        },
        learning_rate=learning_rate,
        hidden=None if hidden is None else tuple(hidden),
        settings=settings_as_texts(set),
        model=model,
    )
    conduct = Conduct(report, checkpoint_every_s, watcher)
    arrays = None if is_named else Arrays(what, target)
    wish = resolve(what, changes) if arrays is None else resolve_arrays(arrays, changes)
    job = _prepare(wish, arrays, conduct, begin)
    return job.run_new(None if out is None else Path(out), Path(root))


def resume(
    run: str | os.PathLike[str],
    what: Any = None,
    target: Any = None,
    *,
    report: bool = True,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    watcher: Watcher = SILENT,
) -> Run:
    """Continue a training that was stopped or killed, to the same bits as if it had not been.

    Args:
        run: The run's folder or name.
        what: For a run on examples in memory, the same examples again.
        target: Their targets, as in `train`.
        report: See `train`.
        checkpoint_every_s: See `train`.
        watcher: See `train`.

    Returns:
        The run.

    Raises:
        RunError: If it is no run, is finished, or its data has changed since.
        Stopped: If Ctrl-C was pressed again.
    """
    begin = time.perf_counter()
    folder = find_run(os.fspath(run))
    with folder.lock():  # said at once, and not after a long loading, that another process trains it
        if folder.is_finished:  # a kill between its last two steps leaves a checkpoint that nobody needs
            folder.drop_checkpoint()
        check_is_open(folder)
    experiment = folder.experiment
    arrays = None if what is None else Arrays(what, target)
    if isinstance(experiment.data, ArraysData) and arrays is None:
        raise RunError(
            f"{folder.path} was trained on arrays in memory; continue it in Python by "
            f"descentlab.resume({str(folder.path)!r}, X, y)"
        )
    conduct = Conduct(report, checkpoint_every_s, watcher)
    examples = Examples(experiment, arrays=arrays, on_loading=watcher.on_loading)
    check_same_data(folder, examples.of(experiment.seed))
    return Job(experiment, examples, conduct, begin=begin).run_again(folder)


def check_same_data(folder: RunFolder, dataset: Dataset) -> None:
    """Raise a `RunError` if the data is not what the run was trained on."""
    kept = folder.environment().get("data_checksum", "")
    if kept and kept != dataset.checksum:
        raise RunError(
            f"the data of {folder.path} has changed since it was trained: its checksum was {kept[:19]}... and is "
            f"{dataset.checksum[:19]}...; bring the old data back, or train anew"
        )


def _prepare(wish: Wish, arrays: Arrays | None, conduct: Conduct, begin: float) -> Job:
    examples = Examples(wish.experiment, arrays=arrays, on_loading=conduct.watcher.on_loading)
    experiment = wish.settle(examples.of(wish.experiment.seed))
    return Job(experiment, examples, conduct, begin=begin)


def _text(path: str | os.PathLike[str] | None) -> str | None:
    return None if path is None else os.fspath(path)
