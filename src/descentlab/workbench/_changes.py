"""Changes that a person makes to a preset or a default experiment."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from descentlab.core import SpecError
from descentlab.spec import (
    AnyLayerSpec,
    ArraysData,
    DataSpec,
    DenseSpec,
    Experiment,
    PicturesData,
    TableData,
    override,
    parse,
)

Settings = Mapping[str, Any] | Sequence[str]
"""Overrides by dotted names: `{"model.0.units": 16}`, or texts such as `model.0.units=16`."""


@dataclass(frozen=True)
class Changes:
    """Changes to a preset or a default experiment; None leaves a value unchanged.

    Attributes:
        data: Fields of the data's description, such as `{"target": "species"}`.
        fields: Fields of the experiment, such as `{"epochs": 50}`.
        learning_rate: Learning rate of the optimizer.
        hidden: Numbers of units of the hidden dense layers, which replace those of the model.
        settings: Texts such as `model.0.units=16`; they are applied last.
        model: Kind of default network for pictures, "cnn" or "mlp".
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    learning_rate: float | None = None
    hidden: tuple[int, ...] | None = None
    settings: tuple[str, ...] = ()
    model: str | None = None

    def names(self, name: str) -> bool:
        """Return whether a field of the experiment, or a part of it, is changed."""
        parts = [key.partition(".")[0] for key in self.setting_names()]
        return self.fields.get(name) is not None or name in parts

    def without_model(self) -> "Changes":
        """Return the changes that are possible before the experiment's layers are known."""
        kept = [
            text
            for text, name in zip(self.settings, self.setting_names(), strict=True)
            if name.partition(".")[0] != "model"
        ]
        return replace(self, settings=tuple(kept), hidden=None)

    def setting_names(self) -> list[str]:
        """Return the dotted names of the settings."""
        return [text.partition("=")[0].strip() for text in self.settings]


def apply_changes(experiment: Experiment, changes: Changes) -> Experiment:
    """Return an experiment with some changes.

    Args:
        experiment: The experiment to start from; it is not modified.
        changes: Changes to make.

    Returns:
        The changed experiment.

    Raises:
        SpecError: If a change does not fit the kind of data, or a value is out of range.
    """
    _check_given_once(changes)
    before = experiment.model_dump(mode="json", exclude_none=True)
    values = {**before, **_given(changes.fields)}
    wanted = _given(changes.data)
    for name in wanted:
        _check_applies(name, experiment.data)
    if wanted.get("weights") is not None and wanted.get("weights") == wanted.get("target"):
        raise SpecError(
            f"the column '{wanted['target']}' is both the target and the weights; name another for one of them"
        )
    if wanted.get("target") in wanted.get("drop", ()):
        raise SpecError(f"the column '{wanted['target']}' is both the target and dropped; leave it out of one of them")
    values["data"] = {**before["data"], **wanted}
    if changes.hidden is not None:
        values["model"] = _with_hidden(experiment.model, changes.hidden)
    changed = _parsed(experiment, values)
    changed = override(changed, changes.settings) if changes.settings else changed
    if changes.learning_rate is None:
        return changed
    # The rate comes last, since `optimizer=sgd` among the settings sets a default rate too.
    values = changed.model_dump(mode="json", exclude_none=True)
    return _parsed(changed, {**values, "optimizer": {**values["optimizer"], "learning_rate": changes.learning_rate}})


def _parsed(before: Experiment, values: Mapping[str, Any]) -> Experiment:
    """Build the experiment of some values, or return it unchanged if they are the same."""
    return parse(values) if values != before.model_dump(mode="json", exclude_none=True) else before


def _check_given_once(changes: Changes) -> None:
    data = {f"data.{name}" for name in _given(changes.data)}
    rate = {"optimizer.learning_rate"} if changes.learning_rate is not None else set()
    for key in changes.setting_names():
        if key in data | rate | _given(changes.fields).keys():
            raise SpecError(f"{key} is given twice, by --set and by an option of its own; leave one of them out")


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


_KINDS: Mapping[str, type[DataSpec]] = {
    "a table": TableData,
    "a folder of pictures": PicturesData,
    "arrays": ArraysData,
}


def _check_applies(name: str, data: DataSpec) -> None:
    if name in type(data).model_fields:
        return
    kinds = [words for words, kind in _KINDS.items() if name in kind.model_fields]
    option = {"test_path": "test_file", "height": "size", "width": "size"}.get(name, name)
    raise SpecError(f"{option} is for {' or '.join(kinds)}, and does not apply to {data.kind} data; leave it out")


def _with_hidden(model: Sequence[AnyLayerSpec], hidden: tuple[int, ...]) -> list[dict[str, Any]]:
    """Replace the hidden dense layers by others with the same options; layers of other kinds stay in front of them."""
    dense = [layer for layer in model[:-1] if layer.weighs == "all inputs"]
    pattern = dense[0] if dense else DenseSpec(activation="relu", initializer="he-normal")
    front = [layer for layer in model[:-1] if layer.weighs != "all inputs"]
    new = [
        pattern.model_copy(update={"name": f"hidden{place + 1}", "units": units}) for place, units in enumerate(hidden)
    ]
    return [layer.model_dump(mode="json", exclude_none=True) for layer in (*front, *new, model[-1])]


def settings_as_texts(settings: Settings) -> tuple[str, ...]:
    """Write settings as texts of the form `key=value`.

    Args:
        settings: A mapping of dotted names to plain values, or such texts already.

    Returns:
        One text for each setting.

    Raises:
        SpecError: If a TOML file cannot hold a value.

    Example:
        >>> settings_as_texts({"model.0.units": 16, "loss": "cross-entropy"})
        ('model.0.units=16', 'loss="cross-entropy"')
    """
    if not isinstance(settings, Mapping):
        return tuple(settings)
    return tuple(f"{key}={_toml(value, str(key))}" for key, value in settings.items())


def _toml(value: Any, key: str) -> str:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None:
        return "none"
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, bool | int | float | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {_toml(v, key)}" for k, v in value.items()) + "}"
    if isinstance(value, Iterable):
        return "[" + ", ".join(_toml(item, key) for item in value) + "]"
    raise SpecError(
        f"{key}={value!r} is of type {type(value).__name__}; give a number, a text, true or false, or a list or "
        "mapping of such"
    )
