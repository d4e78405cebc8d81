"""From what a person names to an experiment: a preset, a spec file, a data file, a folder, or data in memory."""

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
    Experiment,
    PictureModel,
    PicturesData,
    SquaredErrorSpec,
    TableData,
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
class Wish:
    """The experiment that a person means.

    Attributes:
        experiment: All that was said, and defaults for what was not.
        open_fields: Fields of the experiment whose default gives way to what the data needs.
        for_size: Makes the experiment for pictures of a height and width, where that decides its layers.
    """

    experiment: Experiment
    open_fields: frozenset[str] = frozenset()
    for_size: Callable[[int, int], Experiment] | None = None

    def settle(self, dataset: Dataset) -> Experiment:
        """Fit what is open to the data: layers for its pictures, a loss for reals, a batch within the training part."""
        experiment = self.experiment if self.for_size is None else self.for_size(*dataset.input_shape[:2])
        fitted: dict[str, Any] = {}
        if "loss" in self.open_fields and dataset.task == "regression":
            fitted["loss"] = SquaredErrorSpec()
        wanted = experiment.batch_size
        if "batch_size" in self.open_fields and isinstance(wanted, int) and 0 < len(dataset.train) < wanted:
            fitted["batch_size"] = len(dataset.train)
        return experiment.model_copy(update=fitted) if fitted else experiment


def resolve(what: str | os.PathLike[str] | Experiment, changes: Changes | None = None) -> Wish:
    """Find the experiment that a person means.

    Args:
        what: A preset's name, a `.toml` or `.json` file with an experiment, a table, a folder of pictures, or an
            experiment.
        changes: What to change in it.

    Returns:
        The experiment. One that was written down is taken as it is; the default for a table or pictures leaves
        some fields to the data, unless they are asked for.

    Raises:
        SpecError: If there is no such preset, or a change does not fit.
        MissingDataError: If `what` looks like a file that is not there.

    Example:
        >>> resolve("iris").experiment.name
        'iris'
    """
    wanted = changes or Changes()
    return _changed(Wish(what), wanted) if isinstance(what, Experiment) else _find(os.fspath(what), wanted)


def resolve_arrays(arrays: Arrays, changes: Changes | None = None, *, name: str = "arrays") -> Wish:
    """Describe an experiment on examples in memory.

    Args:
        arrays: The examples.
        changes: What to change in the default for a table, or for pictures.
        name: What to call them.

    Returns:
        The experiment.

    Raises:
        SpecError: If a change does not fit.
    """
    wanted, data = changes or Changes(), ArraysData(name=name)
    if arrays.is_pictures:
        return _of_pictures(data, name, wanted)
    return _changed(_by_default(table_experiment(data, name)), wanted)


def _by_default(experiment: Experiment) -> Wish:
    return Wish(experiment, frozenset(LEFT_TO_DATA))


def _of_pictures(data: PicturesData | ArraysData, name: str, changes: Changes) -> Wish:
    """Describe an experiment on pictures, whose size decides the layers once they have been seen."""
    models: dict[str, PictureModel] = {"cnn": "cnn", "mlp": "mlp"}
    if changes.model is not None and changes.model not in models:
        raise SpecError(unknown_name("model", changes.model, models))
    model = models[changes.model or "cnn"]

    def for_size(height: int, width: int) -> Experiment:
        return apply_changes(pictures_experiment(data, name, model=model, size=(height, width)), changes)

    seen_later = replace(changes.without_model(), model=None)
    return replace(_changed(_by_default(pictures_experiment(data, name)), seen_later), for_size=for_size)


def _changed(found: Wish, changes: Changes) -> Wish:
    if changes.model is not None:
        kind = found.experiment.data.kind
        raise SpecError(f"model={changes.model} belongs to a folder of pictures, and does not apply to {kind} data")
    still_open = {name for name in found.open_fields if not changes.names(name)}
    return Wish(apply_changes(found.experiment, changes), frozenset(still_open))


def _find(text: str, changes: Changes) -> Wish:
    if not text.strip():
        raise SpecError("name what to train: a preset as iris, a table, a folder of pictures, or an experiment file")
    path = Path(text).expanduser()
    if text in preset_names():
        return _changed(Wish(preset(text)), changes)
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
        return _changed(Wish(read(path)), changes)
    if is_file:
        return _changed(_by_default(table_experiment(TableData(path=str(path)), _name_from(path))), changes)
    if ending in TABLE_ENDINGS:
        raise MissingDataError(f"{text}: no such file; check the path (the current folder is {Path.cwd()})")
    if os.sep in text or ending:
        raise MissingDataError(f"{text}: no such file or folder, nor is it a preset; see `descentlab data`")
    raise SpecError(unknown_name("preset or file", text, preset_names()))


def _from_folder(path: Path, changes: Changes) -> Wish:
    if (path / "experiment.toml").is_file():
        return _changed(Wish(read(path / "experiment.toml")), changes)
    return _of_pictures(PicturesData(path=str(path)), _name_from(path), changes)


def _name_from(path: Path) -> str:
    plain = unicodedata.normalize("NFKD", path.resolve().stem).encode("ascii", "ignore").decode()
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")
    return cleaned[:60] or "data"
