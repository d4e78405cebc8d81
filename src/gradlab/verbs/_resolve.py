"""From what a person names to an experiment: a preset, a spec file, a data file, a folder, or data in memory."""

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlab.core import MissingDataError, SpecError, unknown_name
from gradlab.data import Arrays, Dataset
from gradlab.spec import (
    ArraysData,
    Experiment,
    PicturesData,
    SquaredErrorSpec,
    TableData,
    pictures_experiment,
    preset,
    preset_names,
    read,
    table_experiment,
)
from gradlab.verbs._changes import Changes, apply_changes

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".data", ".parquet", ".pq")
SPEC_ENDINGS = (".toml", ".json")
LEFT_TO_DATA = ("loss", "batch_size")


@dataclass(frozen=True)
class Wish:
    """The experiment that a person means.

    Attributes:
        experiment: All that was said, and defaults for what was not.
        open_fields: Fields of the experiment whose default gives way to what the data needs.
    """

    experiment: Experiment
    open_fields: frozenset[str] = frozenset()

    def settle(self, dataset: Dataset) -> Experiment:
        """Fit the open fields to the data: a loss for real targets, a batch no larger than the training part."""
        fitted: dict[str, Any] = {}
        if "loss" in self.open_fields and dataset.task == "regression":
            fitted["loss"] = SquaredErrorSpec()
        wanted = self.experiment.batch_size
        if "batch_size" in self.open_fields and isinstance(wanted, int) and 0 < len(dataset.train) < wanted:
            fitted["batch_size"] = len(dataset.train)
        return self.experiment.model_copy(update=fitted) if fitted else self.experiment


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
    found = Wish(what) if isinstance(what, Experiment) else _find(os.fspath(what))
    return _changed(found, changes or Changes())


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
    default = pictures_experiment if arrays.is_pictures else table_experiment
    return _changed(_by_default(default(ArraysData(name=name), name)), changes or Changes())


def _by_default(experiment: Experiment) -> Wish:
    return Wish(experiment, frozenset(LEFT_TO_DATA))


def _changed(found: Wish, changes: Changes) -> Wish:
    still_open = {name for name in found.open_fields if not changes.names(name)}
    return Wish(apply_changes(found.experiment, changes), frozenset(still_open))


def _find(text: str) -> Wish:
    if not text.strip():
        raise SpecError("name what to train: a preset as iris, a table, a folder of pictures, or an experiment file")
    path = Path(text).expanduser()
    if text in preset_names():
        return Wish(preset(text))
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):  # a name too long for the system, or with a null in it
        raise MissingDataError(f"{text[:80]!r} cannot be a file's name; see `gradlab data` for the presets") from None
    if is_folder:
        return _from_folder(path)
    ending = path.suffix.lower()
    if ending in SPEC_ENDINGS:
        return Wish(read(path))
    if is_file:
        return _by_default(table_experiment(TableData(path=str(path)), _name_from(path)))
    if ending in TABLE_ENDINGS:
        raise MissingDataError(f"{text}: no such file; check the path (the current folder is {Path.cwd()})")
    if os.sep in text or ending:
        raise MissingDataError(f"{text}: no such file or folder, nor is it a preset; see `gradlab data`")
    raise SpecError(unknown_name("preset or file", text, preset_names()))


def _from_folder(path: Path) -> Wish:
    if (path / "experiment.toml").is_file():
        return Wish(read(path / "experiment.toml"))
    return _by_default(pictures_experiment(PicturesData(path=str(path)), _name_from(path)))


def _name_from(path: Path) -> str:
    plain = unicodedata.normalize("NFKD", path.resolve().stem).encode("ascii", "ignore").decode()
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")
    return cleaned[:60] or "data"
