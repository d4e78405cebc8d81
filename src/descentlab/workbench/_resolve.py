"""The experiment that a name stands for: a preset, a spec file, a data file, a folder, or data in memory."""

import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from descentlab.core import MissingDataError, SpecError, unknown_name
from descentlab.data import TABLE_ENDINGS, Arrays, Dataset
from descentlab.spec import (
    ArraysData,
    BinaryCrossEntropySpec,
    Experiment,
    PictureModel,
    PicturesData,
    SquaredErrorSpec,
    TableData,
    known_sets,
    pictures_experiment,
    preset,
    preset_names,
    read,
    table_experiment,
)
from descentlab.workbench._changes import Changes, apply_changes

SPEC_ENDINGS = (".toml", ".json")
LEFT_TO_DATA = ("loss", "batch_size")


@dataclass(frozen=True)
class ResolvedExperiment:
    """The experiment that a person names, before its data is known.

    Attributes:
        experiment: Experiment with the values that were given, and defaults for the others.
        open_fields: Fields of the experiment whose default is replaced if the data needs another value.
        for_size: Function from height and width to the experiment for such pictures, if its layers depend on them.
    """

    experiment: Experiment
    open_fields: frozenset[str] = frozenset()
    for_size: Callable[[int, int], Experiment] | None = None

    def settle(self, dataset: Dataset) -> Experiment:
        """Fit the open fields to the data: layers to pictures, the loss to reals, the batch to the training part."""
        experiment = self.experiment if self.for_size is None else self.for_size(*dataset.input_shape[:2])
        fitted: dict[str, Any] = {}
        if "loss" in self.open_fields and dataset.task_kind != "classes":
            fitted["loss"] = SquaredErrorSpec() if dataset.task_kind == "numbers" else BinaryCrossEntropySpec()
        wanted = experiment.batch_size
        if "batch_size" in self.open_fields and isinstance(wanted, int) and 0 < len(dataset.train) < wanted:
            fitted["batch_size"] = "full"  # has room for others, so that no number of rows compiles anew
        return experiment.model_copy(update=fitted) if fitted else experiment


def resolve(what: str | os.PathLike[str] | Experiment, changes: Changes | None = None) -> ResolvedExperiment:
    """Find the experiment that a name stands for.

    Args:
        what: A preset's name, a `.toml` or `.json` file with an experiment, a table, a folder of pictures, or an
            experiment.
        changes: Changes to make to the experiment.

    Returns:
        The experiment. A preset or a file is used unchanged; the default for a table or pictures leaves some fields
        to the data, unless they are given.

    Raises:
        SpecError: If there is no such preset, or a change does not fit.
        MissingDataError: If `what` looks like a file that does not exist.

    Example:
        >>> resolve("iris").experiment.name
        'iris'
    """
    wanted = changes or Changes()
    return (
        _changed(ResolvedExperiment(what), wanted) if isinstance(what, Experiment) else _find(os.fspath(what), wanted)
    )


def resolve_arrays(arrays: Arrays, changes: Changes | None = None, *, name: str = "arrays") -> ResolvedExperiment:
    """Describe an experiment on examples in memory.

    Args:
        arrays: The examples.
        changes: Changes to make to the default for a table, or for pictures.
        name: Name of the data.

    Returns:
        The experiment.

    Raises:
        SpecError: If a change does not fit.
    """
    wanted, data = changes or Changes(), ArraysData(name=name)
    if arrays.is_pictures:
        return _of_pictures(data, name, wanted)
    return _changed(_by_default(table_experiment(data, name)), wanted)


def _by_default(experiment: Experiment) -> ResolvedExperiment:
    return ResolvedExperiment(experiment, frozenset(LEFT_TO_DATA))


def _of_pictures(data: PicturesData | ArraysData, name: str, changes: Changes) -> ResolvedExperiment:
    """Describe an experiment on pictures, whose layers depend on the size of the pictures, which is read later."""
    models: dict[str, PictureModel] = {"cnn": "cnn", "mlp": "mlp"}
    if changes.model is not None and changes.model not in models:
        raise SpecError(unknown_name("model", changes.model, models))
    model = models[changes.model or "cnn"]

    def for_size(height: int, width: int) -> Experiment:
        return apply_changes(pictures_experiment(data, name, model=model, size=(height, width)), changes)

    without_layers = replace(changes.without_model(), model=None)
    return replace(_changed(_by_default(pictures_experiment(data, name)), without_layers), for_size=for_size)


def _changed(resolved: ResolvedExperiment, changes: Changes) -> ResolvedExperiment:
    if changes.model is not None:
        kind = resolved.experiment.data.kind
        raise SpecError(f"--model {changes.model} is for pictures, and does not apply to {kind} data; leave it out")
    still_open = {name for name in resolved.open_fields if not changes.names(name)}
    return ResolvedExperiment(apply_changes(resolved.experiment, changes), frozenset(still_open))


def _find(text: str, changes: Changes) -> ResolvedExperiment:
    if not text.strip():
        raise SpecError("name what to train: a preset as iris, a table, a folder of pictures, or an experiment file")
    path = Path(text).expanduser()
    if text in preset_names():
        return _changed(ResolvedExperiment(preset(text)), changes)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):  # a name too long for the system, or with a null in it
        raise MissingDataError(
            f"{text[:80]!r} cannot be a file's name; see `descentlab data` for the presets"
        ) from None
    if is_folder:
        return _from_folder(path, changes)
    ending = path.suffix.lower()
    if ending in SPEC_ENDINGS:
        return _changed(ResolvedExperiment(read(path)), changes)
    if is_file:
        return _changed(_by_default(table_experiment(TableData(path=str(path)), _name_from(path))), changes)
    if ending in TABLE_ENDINGS:
        raise MissingDataError(f"{text}: no such file; check the path (the current folder is {Path.cwd()})")
    if os.sep in text or ending:
        raise MissingDataError(f"{text}: no such file or folder, nor is it a preset; see `descentlab data`")
    if (table := known_sets("bundled").get(text)) is not None:
        loss = "" if table.classes else " --set loss=squared-error"
        raise SpecError(
            f"'{text}' is a data set that no preset is named after; put it into one, as "
            f"`descentlab train iris --set data.name={text}{loss}`"
        )
    raise SpecError(unknown_name("preset or file", text, preset_names()))


def _from_folder(path: Path, changes: Changes) -> ResolvedExperiment:
    if (path / "experiment.toml").is_file():
        return _changed(ResolvedExperiment(read(path / "experiment.toml")), changes)
    return _of_pictures(PicturesData(path=str(path)), _name_from(path), changes)


def _name_from(path: Path) -> str:
    plain = unicodedata.normalize("NFKD", path.resolve().stem).encode("ascii", "ignore").decode()
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")
    return cleaned[:60] or "data"
