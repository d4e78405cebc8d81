"""From what a person names to an experiment: a preset, a spec file, a data file, a folder, or data in memory."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlab.core import MissingDataError, SpecError, unknown_name
from gradlab.spec import (
    ArraysData,
    DataSpec,
    Experiment,
    PicturesData,
    TableData,
    override,
    parse,
    pictures_experiment,
    preset,
    preset_names,
    read,
    table_experiment,
)

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".data", ".parquet", ".pq")
SPEC_ENDINGS = (".toml", ".json")


@dataclass(frozen=True)
class Changes:
    """What a person wants other than the preset or the default has it.

    Attributes:
        settings: Dotted overrides, `key=value`; they are applied last.
        data: Fields of the data's own description, as `{"target": "species"}`; None values are left out.
        hidden: Units of the hidden dense layers, which replace those of the model.
        fields: Fields of the experiment, as `{"epochs": 50}`; None values are left out.
        learning_rate: The optimizer's rate.
    """

    settings: tuple[str, ...] = ()
    data: tuple[tuple[str, Any], ...] = ()
    hidden: tuple[int, ...] | None = None
    fields: tuple[tuple[str, Any], ...] = ()
    learning_rate: float | None = None

    @property
    def is_any(self) -> bool:
        """Whether anything is to be changed."""
        given = [*_given(self.data), *_given(self.fields), *self.settings]
        return bool(given) or self.hidden is not None or self.learning_rate is not None


def resolve(what: str | os.PathLike[str] | Experiment, changes: Changes | None = None) -> Experiment:
    """Find the experiment that a person means.

    Args:
        what: A preset's name, a `.toml` or `.json` file with an experiment, a table, a folder of pictures, or an
            experiment.
        changes: What to change in it.

    Returns:
        The experiment.

    Raises:
        SpecError: If there is no such preset, or a change does not fit.
        MissingDataError: If `what` looks like a file that is not there.

    Example:
        >>> resolve("iris").name
        'iris'
    """
    wanted = changes or Changes()
    experiment = what if isinstance(what, Experiment) else _find(os.fspath(what))
    return apply_changes(experiment, wanted)


def apply_changes(experiment: Experiment, changes: Changes) -> Experiment:
    """Change an experiment as a person asked."""
    values = experiment.model_dump(mode="json", exclude_none=True)
    for name, value in _given(changes.data):
        if name not in type(experiment.data).model_fields:
            raise SpecError(
                f"--{name.replace('_', '-')} does not apply to {experiment.data.kind} data, only to "
                f"{_kinds_with(name)}"
            )
        values["data"][name] = value
    for name, value in _given(changes.fields):
        values[name] = value
    if changes.learning_rate is not None:
        values["optimizer"]["learning_rate"] = changes.learning_rate
    if changes.hidden is not None:
        values["model"] = _with_hidden(values["model"], changes.hidden)
    changed = parse(values) if values != experiment.model_dump(mode="json", exclude_none=True) else experiment
    return override(changed, changes.settings) if changes.settings else changed


def _given(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in pairs if value is not None and value != ()]


def _kinds_with(name: str) -> str:
    kinds: list[type[DataSpec]] = [TableData, PicturesData]
    return " and ".join(str(kind.model_fields["kind"].default) for kind in kinds if name in kind.model_fields)


def _with_hidden(model: list[dict[str, Any]], hidden: tuple[int, ...]) -> list[dict[str, Any]]:
    """Replace the hidden dense layers by others of the same manner; layers of other kinds stay in front of them."""
    dense = [layer for layer in model[:-1] if layer["kind"] == "dense"]
    pattern = dense[0] if dense else {"kind": "dense", "activation": "relu", "initializer": "he-normal"}
    front = [layer for layer in model[:-1] if layer["kind"] != "dense"]
    new = [{**pattern, "name": f"hidden{place + 1}", "units": units} for place, units in enumerate(hidden)]
    return [*front, *new, model[-1]]


def _find(text: str) -> Experiment:
    path = Path(text).expanduser()
    if text in preset_names() and not path.suffix:
        return preset(text)
    ending = path.suffix.lower()
    if path.is_dir():
        return _from_folder(path)
    if ending in SPEC_ENDINGS:
        return read(path)
    if path.is_file() or ending in TABLE_ENDINGS:
        if not path.is_file():
            raise MissingDataError(f"{text}: no such file; check the path (the current folder is {Path.cwd()})")
        return table_experiment(TableData(path=text), _name_from(path))
    if os.sep in text or ending:
        raise MissingDataError(f"{text}: no such file or folder, nor is it a preset; see `gradlab data`")
    raise SpecError(unknown_name("preset or file", text, preset_names()))


def _from_folder(path: Path) -> Experiment:
    if (path / "experiment.toml").is_file():
        return read(path / "experiment.toml")
    return pictures_experiment(PicturesData(path=str(path)), _name_from(path))


def _name_from(path: Path) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", path.resolve().stem).strip("-._")
    return cleaned[:60] or "data"


def from_arrays(task: str, is_pictures: bool, name: str) -> Experiment:
    """Describe an experiment on data in memory."""
    data = ArraysData.model_validate({"name": name, "task": task})
    return (pictures_experiment if is_pictures else table_experiment)(data, name)
