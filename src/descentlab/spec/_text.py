"""Experiments as text and back: TOML, JSON, dotted overrides, and the schema. Both formats round-trip exactly."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from descentlab.core import MissingDataError, SpecError, unknown_name
from descentlab.spec._experiment import Experiment
from descentlab.spec._layers import AnyLayerSpec


def parse(values: Mapping[str, Any], where: str = "experiment") -> Experiment:
    """Build an experiment from plain values, wording what is wrong in one line.

    Args:
        values: The experiment's fields, nested as in its TOML file.
        where: Named at the head of an error message.

    Returns:
        The experiment.

    Raises:
        SpecError: If a key is unknown or a value out of range.
    """
    try:
        return Experiment.model_validate(dict(values))
    except ValidationError as error:
        raise SpecError(f"{where}: {_first_problem(error)}") from None


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        *parents, key = (str(part) for part in problem["loc"])
        fields = _fields_at(parents)
        if fields:
            return unknown_name(f"key in [{'.'.join(parents)}]" if parents else "key", key, fields)
        return f"unknown key '{place}'; see `descentlab schema` for those that exist"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "value_error":
        return f"{place}: {message}" if place else message
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"{place}: {message}"
    return f"{place}={problem['input']!r}: {message[:1].lower()}{message[1:]}"


def _fields_at(parents: list[str]) -> list[str]:
    """Name the fields of the description found under `parents`, whose last word may be a discriminator's tag."""
    if not parents:
        return list(Experiment.model_fields)
    schemas = Experiment.model_json_schema()["$defs"]
    for schema in schemas.values():
        if schema.get("properties", {}).get("kind", {}).get("const") == parents[-1]:
            return list(schema["properties"])
    for name, schema in schemas.items():
        if name.lower().removesuffix("spec") == parents[-1].replace("_", ""):
            return list(schema.get("properties", {}))
    return []


def to_toml(experiment: Experiment) -> str:
    """Write an experiment as TOML, every field given, so that a later change of defaults cannot change it."""
    import tomli_w

    return tomli_w.dumps(experiment.model_dump(mode="json", exclude_none=True))


def read(path: Path) -> Experiment:
    """Read an experiment from a TOML or JSON file.

    Args:
        path: The file; its ending, `.toml` or `.json`, says which.

    Returns:
        The experiment.

    Raises:
        MissingDataError: If there is no such file.
        SpecError: If it is not valid TOML or JSON, or not a valid experiment.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except FileNotFoundError:
        raise MissingDataError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SpecError(f"{path}: cannot be read as {path.suffix.lstrip('.') or 'TOML'}: {error}") from None
    if not isinstance(values, dict):
        raise SpecError(f"{path}: an experiment is a table of keys and values, not a {type(values).__name__}")
    return parse(values, where=str(path))


def override(experiment: Experiment, settings: Iterable[str]) -> Experiment:
    """Change fields by dotted name, as `model.0.units=16`, `loss=cross-entropy` or `optimizer.learning_rate=0.003`.

    A part that has kinds (`loss`, `optimizer`, `schedule`, a layer) may be set to a kind's name; it then takes
    that kind's own defaults. With a new loss the head's activation is chosen anew, unless it is given too. `model.*`
    stands for all layers that have the field, those within a block included, as in `model.*.initializer=zeros`.

    Args:
        experiment: What to start from; it is left as it is.
        settings: Texts of the form `key=value`. A value is read as TOML where it can be, else as a word.

    Returns:
        The changed experiment.

    Raises:
        SpecError: If a setting has no `=`, names no field, or gives a value out of range.

    Example:
        >>> override(Experiment(), ["epochs=5"]).epochs
        5
    """
    values = experiment.model_dump(mode="json", exclude_none=True)
    texts = list(settings)
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise SpecError(f"--set {text}: expected key=value, as epochs=50 or model.0.units=16")
        for path in _expand(values, key.strip().split("."), text):
            _assign(values, path, _read_value(value.strip(), text), text)
    keys = [text.partition("=")[0].strip() for text in texts]
    has_new_loss = "loss" in keys or _kind(values["loss"]) != experiment.loss.kind
    if has_new_loss and not any(key.split(".")[0] == "head" for key in keys):
        values["head"] = {**values["head"], "activation": "auto", "coding": "auto"}
    return parse(values, where="--set " + " ".join(texts) if texts else "experiment")


def _kind(part: Any) -> Any:
    return part.get("kind") if isinstance(part, dict) else part


def _expand(values: dict[str, Any], path: list[str], text: str) -> list[list[str]]:
    """Return the path itself, or one path for each layer that `model.*` stands for."""
    if "*" not in path:
        return [path]
    if len(path) != 3 or path[:2] != ["model", "*"]:
        raise SpecError(f"--set {text}: `*` stands for all layers, as in model.*.initializer=zeros")
    fields = list(_layer_fields(values["model"], ["model"]))
    paths = [[*place, field] for place, names in fields for field in names if field == path[2]]
    if not paths:
        known = {name for _, names in fields for name in names}
        raise SpecError(f"--set {text}: {unknown_name('field of the layers', path[2], known)}")
    return paths


def _layer_fields(layers: list[Any], before: list[str]) -> Iterator[tuple[list[str], Iterable[str]]]:
    """List the place and the fields of each layer that is written as a table, those within a block included."""
    specs = {spec.model_fields["kind"].default: spec for spec in get_args(get_args(AnyLayerSpec)[0])}
    for place, layer in enumerate(layers):
        if isinstance(layer, dict) and layer.get("kind") in specs:
            here = [*before, str(place)]
            yield here, specs[layer["kind"]].model_fields
            yield from _layer_fields(layer.get("layers", []), [*here, "layers"])


def _read_value(text: str, setting: str) -> Any:
    if text.lower() in ("none", "null"):
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    except (ValueError, RecursionError):  # thousands of digits, or of brackets
        raise SpecError(f"--set {setting}: the number is too long or the lists too deep; give a shorter one") from None


def _assign(values: dict[str, Any], path: list[str], value: Any, text: str) -> None:
    target: Any = values
    for depth, part in enumerate(path[:-1]):
        place = ".".join(path[: depth + 1])
        if isinstance(target, list):
            target = target[_index(target, part, text)]
        elif part in target or part in Experiment.model_fields:
            target = target.setdefault(part, {})
        else:
            raise SpecError(f"--set {text}: {unknown_name('key', place, target)}")
        if not isinstance(target, dict | list):
            raise SpecError(f"--set {text}: `{place}` is a value and has no parts")
    holder: Any = target
    last: Any = _index(target, path[-1], text) if isinstance(target, list) else path[-1]
    old = holder[last] if isinstance(target, list) else holder.get(last)
    if last == "kind" and old != value:
        holder.clear()
    # A part named by its kind alone becomes a table, so that a later setting can change its fields.
    is_kind = isinstance(old, dict) and "kind" in old and isinstance(value, str)
    holder[last] = {"kind": value} if is_kind else value


def _index(values: list[Any], part: str, text: str) -> int:
    named = [i for i, item in enumerate(values) if isinstance(item, dict) and item.get("name") == part]
    if named:
        return named[0]
    try:
        place = int(part)
    except ValueError:
        place = len(values)
    if -len(values) <= place < len(values):
        return place
    raise SpecError(f"--set {text}: there is no item '{part}'; it has items 0 to {len(values) - 1}")


def schema() -> dict[str, Any]:
    """Describe every field of an experiment as a JSON schema."""
    return {"title": "descentlab experiment", **Experiment.model_json_schema()}
