"""The query of an address read as an experiment of the playground: a link reproduces the page."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from descentlab.core import SpecError, unknown_name
from descentlab.live import Race
from descentlab.spec import Experiment, parse
from descentlab.studio.playing._packing import unpack_points
from descentlab.studio.playing._sets import FEATURES, aim_of_points, default_experiment, fitting_batch
from descentlab.studio.playing._view import HIDEABLE, View

MOST_LAYERS = 20
MOST_WEIGHTS = 100_000
MOST_UNITS = 500
"""Largest number of hidden units: each is a picture in every frame, which is then 2 MB."""
MOST_POINTS = 5_000
FARTHEST = 1e6
"""Largest coordinate of a point: the squares of larger ones would soon overflow in the network's precision."""
MOVING = ("momentum", "nesterov")
"""Optimizers with a momentum; the others ignore the momentum of a link, so that a person can change between them."""


def from_query(query: Mapping[str, str]) -> tuple[Experiment, View]:
    """Read an address.

    Args:
        query: Names and values after the question mark; unknown names are ignored.

    Returns:
        The experiment to train, and the options of showing it.

    Raises:
        SpecError: If a value cannot be read or is out of range.
    """
    if query.get("data") == "table":
        raise SpecError("data=table: the playground opens a table of one's own from 'Own data' alone; give it there")
    base = default_experiment("circle") if "points" in query else default_experiment(query.get("data", "circle"))
    values = base.model_dump(mode="json", exclude_none=True)
    _read_data(values, query)
    _read_model(values, query)
    _read_training(values, query)
    experiment = parse(values, where="the link")
    is_table = experiment.data.kind not in ("playground", "points")
    return experiment, _read_view(query, _read_axes(query) if is_table else None)


def _read_data(values: dict[str, Any], query: Mapping[str, str]) -> None:
    data = values["data"]
    if "points" in query:
        values["data"] = data = {"kind": "points", "points": _check_points(unpack_points(query["points"]))}
        values |= aim_of_points(data["points"])
        values["batch_size"] = fitting_batch(len(data["points"]))
    if "noise" in query and data["kind"] == "playground":
        data["noise"] = _number(query, "noise")
    if "features" in query and data["kind"] in ("playground", "points"):
        words = query["features"].split(",")
        for word in words:
            if word not in FEATURES:
                raise SpecError(unknown_name("feature", word, FEATURES))
        data["features"] = [FEATURES[word] for word in words]
    if "share" in query:
        values["split"] = {"test": round(1.0 - _number(query, "share") / 100.0, 4), "validation": 0.0}
    for name, key in (("seed", "seed"), ("dataseed", "data_seed")):
        if name in query:
            values[key] = _whole(name, query[name])


def _check_points(points: list[Any]) -> list[Any]:
    """Check that there are not too many points, and none too far away, with a message that does not list them all."""
    if len(points) > MOST_POINTS:
        raise SpecError(f"the link has {len(points):,} points; the playground takes {MOST_POINTS:,}")
    for number, (x1, x2, label) in enumerate(points, 1):
        values = (x1, x2) if isinstance(label, str) else (x1, x2, label)
        if not all(abs(value) <= FARTHEST for value in values):
            raise SpecError(f"point {number} of the link has a value beyond {FARTHEST:,.0f}, or one that is no number")
    return points


def _read_model(values: dict[str, Any], query: Mapping[str, str]) -> None:
    old: list[dict[str, Any]] = values["model"]
    output = old[-1]
    hidden = [layer for layer in old[:-1] if "units" in layer]
    if "layers" in query:
        units = [_whole("layers", word) for word in query["layers"].split(",") if word]
        _check_size(units)
        hidden = [{**old[0], "name": f"hidden{place}", "units": count} for place, count in enumerate(units, 1)]
    if "activation" in query and hidden:
        words = query["activation"].split(",")
        hidden = [{**layer, "activation": words[min(place, len(words) - 1)]} for place, layer in enumerate(hidden)]
    if "init" in query:
        hidden = [{**layer, "initializer": query["init"]} for layer in hidden]
        output = {**output, "initializer": query["init"]}
    rate = _number(query, "dropout") if "dropout" in query else 0.0
    between = [{"kind": "dropout", "rate": rate}] if rate else []
    values["model"] = [*(part for layer in hidden for part in (layer, *between)), output]


def _check_size(units: list[int]) -> None:
    """Check that a network is not so large that it would slow all other pages."""
    weights = sum(below * above for below, above in itertools.pairwise([*units, 1]))
    if len(units) > MOST_LAYERS or sum(units) > MOST_UNITS or weights > MOST_WEIGHTS:
        raise SpecError(
            f"{len(units)} hidden layers, {sum(units):,} units and {weights:,} weights between them are too much "
            f"for the playground, which takes {MOST_LAYERS}, {MOST_UNITS} and {MOST_WEIGHTS:,}; "
            "`descentlab train` takes any"
        )


def _read_training(values: dict[str, Any], query: Mapping[str, str]) -> None:
    if "optimizer" in query:
        values["optimizer"] = {"kind": query["optimizer"], "learning_rate": values["optimizer"]["learning_rate"]}
    has_momentum = values["optimizer"]["kind"] in MOVING
    for name, key in (("rate", "learning_rate"), ("l1", "l1"), ("l2", "l2"), ("momentum", "momentum")):
        if name in query and (name != "momentum" or has_momentum):
            values["optimizer"][key] = _number(query, name)
    if "batch" in query:
        values["batch_size"] = "full" if query["batch"] == "full" else _whole("batch", query["batch"])
    if "loss" in query and query["loss"] != values["loss"]["kind"]:
        values |= {"loss": {"kind": query["loss"]}, "head": {}}
    if "schedule" in query:
        values["schedule"] = {"kind": query["schedule"]}
    if "epochs" in query:
        values["epochs"] = _whole("epochs", query["epochs"])


def _read_axes(query: Mapping[str, str]) -> tuple[str, str] | None:
    """Read the features that span the plane; whether the table has them is checked when it is loaded."""
    if "across" not in query and "up" not in query:
        return None
    across, up = query.get("across", ""), query.get("up", "")
    if not across or not up or across == up:
        raise SpecError(f"across={across}&up={up}: two features are needed, as across=alcohol&up=hue")
    return across, up


def _read_view(query: Mapping[str, str], axes: tuple[str, str] | None) -> View:
    race = None
    if query.get("race"):
        name, _, words = query["race"].partition(":")
        race = make_race(name, words)
    hidden = frozenset(word for word in query.get("hide", "").split(",") if word)
    for word in hidden:
        if word not in HIDEABLE:
            raise SpecError(unknown_name("control", word, HIDEABLE))
    weights = query.get("weights", "")
    return View(race, query.get("test") == "1", query.get("discretize") == "1", hidden, weights, axes)


def make_race(name: str, words: str) -> Race:
    """Read the setting in which the networks of a race differ.

    Args:
        name: `learning_rate`, `seed`, `activation` or `optimizer`.
        words: Values of the setting, separated by commas.

    Raises:
        SpecError: If the name is none of these, or a value is not a number but should be.
    """
    names = ("learning_rate", "seed", "activation", "optimizer")
    given = [word.strip() for word in words.split(",") if word.strip()]
    if name not in names:
        raise SpecError(unknown_name("difference of a race", name, names))
    if not given:
        raise SpecError("a race needs values, as 0.01, 0.1, 1")
    if name == "learning_rate":
        return Race("learning_rate", tuple(_as_number("race", word) for word in given))
    if name == "seed":
        return Race("seed", tuple(_whole("race", word) for word in given))
    return Race("activation" if name == "activation" else "optimizer", tuple(given))


def _number(query: Mapping[str, str], name: str) -> float:
    return _as_number(name, query[name])


def _as_number(name: str, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise SpecError(f"{name}={word}: a number is needed") from None
    if not np.isfinite(value):
        raise SpecError(f"{name}={word}: a finite number is needed")
    return value


def _whole(name: str, word: str) -> int:
    value = _as_number(name, word)
    if value != int(value):
        raise SpecError(f"{name}={word}: a whole number is needed")
    return int(value)
