"""Training of an experiment to a run on disk with its metrics and its report, as `train` does it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from descentlab.core import RunError, SpecError
from descentlab.data import WEIGHTS, Arrays, Dataset
from descentlab.runs import RunFolder, check_continues, find_run
from descentlab.spec import ArraysData, Experiment
from descentlab.workbench._changes import Changes, Settings, settings_as_texts
from descentlab.workbench._examples import Examples
from descentlab.workbench._job import ROOT, Job, check_is_open, continuing
from descentlab.workbench._resolve import ResolvedExperiment, resolve, resolve_arrays
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
    folds: int | None = None,
    task: str | None = None,
    header: str | int | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    drop: Sequence[str] | None = None,
    categories: Sequence[str] | None = None,
    group: str | int | None = None,
    time: str | int | None = None,
    missing: Sequence[str] | None = None,
    test_file: str | os.PathLike[str] | None = None,
    test_column: str | None = None,
    test_value: str | None = None,
    labels: str | os.PathLike[str] | None = None,
    size: tuple[int, int] | None = None,
    strict: bool | None = None,
    augment: Mapping[str, Any] | None = None,
    class_weights: str | None = None,
    label_smoothing: float | None = None,
    sample_weight: Any = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] = ROOT,
    report: bool = True,
    symptoms: bool | None = None,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    durable: bool = False,
    watcher: Watcher = SILENT,
) -> Run:
    """Train a network, evaluate it, and save the run with its report.

    An argument that is None leaves the value of the preset, the file or the default unchanged. A table, pictures and
    arrays have a default network; its loss and batch size are fitted to the data unless they are given.

    Args:
        what: A preset's name, a table's or picture folder's path, an experiment file, an `Experiment`, or examples
            in memory: a DataFrame, or an array of shape `(examples, ...)`.
        target: For a table, the target column by name or position (-1 is the last), or a list of several that are all
            numbers or all yes or no; for arrays, the targets, several of them as an array `(examples, targets)`.
        epochs: Number of passes over the training part.
        batch_size: Number of examples in a step, or "full".
        learning_rate: Learning rate of the optimizer.
        hidden: Numbers of units of the hidden dense layers, such as `(16, 16)`.
        model: Kind of network for a folder or an array of pictures: "cnn" (the default: convolutions and poolings
            that suit the pictures' size) or "mlp" (dense layers).
        seed: Seed of the split, the initial weights and the order of the examples.
        seeds: Number of networks to train, with seeds from `seed` on.
        folds: Number of folds of a cross-validation: one network is trained for each, and tested on the rows that it
            was not trained on, so that each row is tested once.
        task: "classification" or "regression", if the target leaves it open.
        header: Whether a text table's first row names the columns: "yes" or "no", or the number of the line that does.
            Default: as its cells suggest.
        encoding: Encoding of a text table, such as "cp1251". Default: recognised.
        separator: Delimiter of a text table, or its name, such as "tab". Default: the one that divides the rows evenly.
        drop: Columns of a table to leave out.
        categories: Columns of numbers that are codes of categories.
        group: Column of a table whose rows with the same cell stay in one part, such as those of a patient. It is no
            input.
        time: Column of a table by whose numbers or dates the latest rows become the test part. It is no input.
        missing: Words or numbers that mean a missing cell, such as `["-999"]`, beside the usual ones such as NA; with
            "none" among them, they and empty cells alone.
        test_file: A table that holds the test part.
        test_column: Column that holds `test_value` in the rows of the test part.
        test_value: Value of `test_column` in the rows of the test part; "test" by default.
        labels: A table of file names and labels, for a folder of pictures without subfolders.
        size: Height and width to which pictures are resized.
        strict: Whether to stop at a broken picture instead of skipping it.
        augment: Largest random changes of training pictures, such as `{"shift": 2, "rotate": 10, "flip":
            "horizontal"}` in pixels and degrees, in either direction; `{}` for none.
        class_weights: "balanced" gives examples of rare classes more weight in training, so that every class counts
            the same.
        label_smoothing: Share of the training loss that is the mean over all labels instead of the right one's, from
            0 to below 1, against answers that are too sure. Measured losses stay those of the labels.
        sample_weight: How much each example counts in the loss and in every score, 0 or more: the name or position of a
            table's column, which is then no input; for examples in memory also an array. Only the ratios matter. With
            `class_weights` the two are multiplied.
        set: Any other fields of the experiment, such as `{"model.0.units": 16, "loss": "huber"}`.
        out: Folder of the run. Default: a new one under `root`.
        root: Folder of runs.
        report: Whether to write `report.html`.
        symptoms: Whether to record, about 20 times, the gradients, updates and outputs of each layer, for
            `run.symptoms`; no weight changes. By default a training of about ten seconds of computing or more does.
        checkpoint_every_s: Seconds between checkpoints; 0 writes one after every slice of training.
        durable: Whether to wait for the disk, so that checkpoints and the finished run survive a power cut, as the
            command line does. A killed process loses nothing either way.
        watcher: Callbacks of loading and training.

    Returns:
        The run.

    Raises:
        DescentlabError: If the training is not possible; nothing is left on disk.
        Stopped: If Ctrl-C was pressed, or the watcher's event was set; the run is saved and can be resumed.

    Example:
        >>> import descentlab as dl
        >>> run = dl.train("iris", epochs=1, report=False)  # doctest: +SKIP
        >>> run.test.accuracy  # doctest: +SKIP
        0.3
    """
    begin = perf_counter()
    height, width = size or (None, None)
    is_named = isinstance(what, str | os.PathLike | Experiment)
    weights = _weights_column(sample_weight, is_named=is_named)
    changes = Changes(
        data={
            "target": target if is_named else None,
            "task": task,
            "header": header,
            "encoding": encoding,
            "separator": separator,
            "drop": None if drop is None else list(drop),
            "categories": None if categories is None else list(categories),
            "missing": None if missing is None else [str(word) for word in missing],
            "weights": weights,
            "group": group,
            "time": time,
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
            "num_seeds": _num_networks(seeds, folds),
            "augment": None if augment is None else dict(augment),
            "class_weights": class_weights,
            "label_smoothing": label_smoothing,
        },
        learning_rate=learning_rate,
        hidden=None if hidden is None else tuple(hidden),
        settings=(*settings_as_texts(set), *_fold_settings(folds, seed)),
        model=model,
    )
    conduct = Conduct(report, checkpoint_every_s, watcher, durable, symptoms)
    arrays = None if is_named else Arrays(what, target, sample_weight=_weights_array(sample_weight))
    resolved = resolve(what, changes) if arrays is None else resolve_arrays(arrays, changes)
    job = _prepare(resolved, arrays, conduct, begin)
    return job.run_new(None if out is None else Path(out), Path(root))


def resume(
    run: str | os.PathLike[str],
    what: Any = None,
    target: Any = None,
    *,
    sample_weight: Any = None,
    report: bool = True,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    durable: bool = False,
    watcher: Watcher = SILENT,
) -> Run:
    """Continue a training that was stopped or killed, with the same bits as without the interruption.

    Args:
        run: Folder or name of the run.
        what: For a run on examples in memory, the same examples again.
        target: For a run on examples in memory, their targets, as in `train`.
        sample_weight: For a run on examples in memory with an array of weights, the same array again.
        report: Whether to write `report.html`.
        checkpoint_every_s: Seconds between checkpoints; 0 writes one after every slice of training.
        durable: Whether to wait for the disk, so that checkpoints and the finished run survive a power cut, as the
            command line does. A killed process loses nothing either way.
        watcher: Callbacks of loading and training.

    Returns:
        The run.

    Raises:
        RunError: If there is no such run, it is finished, its data has changed since, or an earlier version began it
            whose training has other bits.
        Stopped: If Ctrl-C was pressed again.
    """
    begin = perf_counter()
    folder = replace(find_run(os.fspath(run)), durable=durable)
    with continuing(folder.path):
        with folder.lock():  # said at once, and not after a long loading, that another process trains it
            if folder.is_finished:  # a kill between its last two steps leaves a checkpoint that nobody needs
                folder.drop_checkpoint()
            check_is_open(folder)
        check_continues(folder.environment(), folder.path)
        experiment = folder.experiment
        arrays = None if what is None else Arrays(what, target, sample_weight=_weights_array(sample_weight))
        if isinstance(experiment.data, ArraysData) and arrays is None:
            raise RunError(
                f"{folder.path} was trained on arrays in memory; continue it in Python by "
                f"descentlab.resume({str(folder.path)!r}, X, y)"
            )
        conduct = Conduct(report, checkpoint_every_s, watcher, durable)
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
    if (folder.path / "preparation.json").is_file():
        _check_same_reading(folder, dataset)


def _check_same_reading(folder: RunFolder, dataset: Dataset) -> None:
    """Refuse the data of a run from before names of classes were compared, and deep pixels read by their depth."""
    kept = folder.preparation()
    classes, members = kept.get("classes"), kept.get("members")
    values = members[0].get("preparation") if isinstance(members, list) and members else None
    now = dataset.preparation.to_json()
    if isinstance(classes, list) and tuple(classes) != dataset.classes:
        what = f"has the classes {', '.join(map(str, classes[:5]))}, and now {', '.join(dataset.classes[:5])}"
    elif isinstance(values, dict) and now.get("depth") and "depth" not in values:
        what = "has pictures of more than 8 bits, which are now read by the bits that they use"
    else:
        return
    raise RunError(f"{folder.path} is of an earlier version and {what}: predict with it as it is, or train anew")


def _num_networks(seeds: int | None, folds: int | None) -> int | None:
    if folds is None:
        return seeds
    if seeds is not None:
        raise SpecError(f"folds={folds} trains one network for each fold; leave out seeds={seeds}")
    return folds


def _fold_settings(folds: int | None, seed: int | None) -> list[str]:
    if folds is None:
        return []
    return [f"split.folds={folds}", *([] if seed is None else [f"split.fold_seed={seed}"])]


def _weights_column(sample_weight: Any, *, is_named: bool) -> str | int | None:
    """Return the column of weights that the experiment names; weights in an array have a name of their own."""
    if sample_weight is None or isinstance(sample_weight, str | int):
        return sample_weight
    if is_named:
        raise SpecError(
            f"sample_weight is of type {type(sample_weight).__name__}, but the examples are read from a file: give the "
            "name of a column, or pass the examples as arrays too"
        )
    return WEIGHTS


def _weights_array(sample_weight: Any) -> Any:
    return None if isinstance(sample_weight, str | int) else sample_weight


def _prepare(resolved: ResolvedExperiment, arrays: Arrays | None, conduct: Conduct, begin: float) -> Job:
    examples = Examples(resolved.experiment, arrays=arrays, on_loading=conduct.watcher.on_loading)
    experiment = resolved.settle(examples.of(resolved.experiment.seed))
    return Job(experiment, examples, conduct, begin=begin)


def _text(path: str | os.PathLike[str] | None) -> str | None:
    return None if path is None else os.fspath(path)
