"""An experiment of the playground as the query of an address, and back: a link reproduces the page."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import numpy as np

from gradlab.core import SpecError, unknown_name
from gradlab.live import Race
from gradlab.spec import DenseSpec, DropoutSpec, Experiment, PlaygroundData, PointsData, parse, preset
from gradlab.studio.playing._packing import pack_points, unpack_points

HIDEABLE = (
    "data", "noise", "share", "batch", "regenerate", "features", "layers", "activation", "rate", "optimizer", "loss",
    "regularization", "schedule", "init", "epochs", "dropout", "play", "step", "reset", "test", "discretize", "race",
    "speed", "stop", "time", "account", "gauge", "save", "own", "scores", "axes",
)  # fmt: skip
"""Controls that a link may hide, as `hide=noise,rate`."""


@dataclass(frozen=True)
class View:
    """What a link says beside the experiment.

    Attributes:
        race: What differs between networks that train side by side.
        shows_test: Whether test points are drawn.
        is_discrete: Whether the map has two colours only.
        hidden: Controls that are not shown.
        weights: Weights to put in, as `pack_weights` wrote them; empty: none.
        axes: The two features of a table that span the plane; None: as gradlab chooses them.
    """

    race: Race | None = None
    shows_test: bool = False
    is_discrete: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)
    weights: str = ""
    axes: tuple[str, str] | None = None


PLAYGROUND = ("circle", "xor", "gauss", "spiral", "plane", "multi-gauss")
TABLES = ("iris", "wine", "breast-cancer", "diabetes")
REGRESSIONS = ("plane", "multi-gauss", "diabetes")
MOST_LAYERS = 20
MOST_WEIGHTS = 100_000
MOST_UNITS = 500
"""Every hidden unit is a picture in every frame: these are 2 MB."""
MOST_CLASSES = 20
MOST_POINTS = 5_000
FARTHEST = 1e6
"""No point lies farther from the middle: its square would not be a number in the network's precision for long."""
MOVING = ("momentum", "nesterov")
"""Optimizers that have a momentum; a link's goes by the others, so that one can change over to them."""
FEATURES = {
    "x1": "x1",
    "x2": "x2",
    "x1x1": "x1^2",
    "x2x2": "x2^2",
    "x1x2": "x1*x2",
    "sinx1": "sin(x1)",
    "sinx2": "sin(x2)",
}
"""How a link writes the features: without signs that an address would have to escape."""


def default_experiment(name: str = "circle") -> Experiment:
    """Return the experiment that the playground opens with on a set: 2-4-2-1, tanh, rate 0.03, batches of 10.

    Args:
        name: A playground set, or a bundled table.

    Raises:
        SpecError: If there is no such set.
    """
    if name not in (*PLAYGROUND, *TABLES):
        raise SpecError(unknown_name("data set", name, (*PLAYGROUND, *TABLES)))
    base = preset("circle")
    data: dict[str, Any] = {"kind": "playground" if name in PLAYGROUND else "bundled", "name": name}
    values = base.model_dump(mode="json", exclude_none=True) | {"name": name, "data": data, "epochs": 1_000}
    return parse(values | {"loss": usual_loss(name)})


def usual_loss(name: str) -> dict[str, Any]:
    """Return the loss that fits a set: the page's own for its sets, cross-entropy for more than two classes."""
    if name in REGRESSIONS:
        return {"kind": "squared-error", "output": "linear", "factor": 0.5}
    if name in PLAYGROUND:
        return {"kind": "squared-error", "output": "tanh", "factor": 0.5}
    return {"kind": "cross-entropy"}


def from_query(query: Mapping[str, str]) -> tuple[Experiment, View]:
    """Read an address.

    Args:
        query: Names and values behind the question mark; names that are not known are left alone.

    Returns:
        What to train, and how to show it.

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
        values["loss"] = _loss_of_points(data["points"])
        values["batch_size"] = _fitting_batch(len(data["points"]))
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
    """Refuse points that are too many or too far away, in a line that does not list them all."""
    if len(points) > MOST_POINTS:
        raise SpecError(f"the link has {len(points):,} points; the playground takes {MOST_POINTS:,}")
    for number, (x1, x2, label) in enumerate(points, 1):
        values = (x1, x2) if isinstance(label, str) else (x1, x2, label)
        if not all(abs(value) <= FARTHEST for value in values):
            raise SpecError(f"point {number} of the link has a value beyond {FARTHEST:,.0f}, or one that is no number")
    return points


def _fitting_batch(count: int) -> int:
    """Return a batch that fits into half of so few points."""
    return max(1, min(10, count // 4))


def _loss_of_points(points: list[Any]) -> dict[str, Any]:
    labels = {label for _, _, label in points}
    if all(isinstance(label, str) for label in labels):
        if len(labels) > MOST_CLASSES:
            raise SpecError(f"the points have {len(labels)} classes; the playground takes {MOST_CLASSES}")
        return usual_loss("circle") if len(labels) <= 2 else {"kind": "cross-entropy"}
    return usual_loss("plane")


def _read_model(values: dict[str, Any], query: Mapping[str, str]) -> None:
    old: list[dict[str, Any]] = values["model"]
    output = old[-1]
    hidden = [layer for layer in old[:-1] if layer["kind"] == "dense"]
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
    """Refuse a network that one page could starve the others with."""
    weights = sum(below * above for below, above in itertools.pairwise([*units, 1]))
    if len(units) > MOST_LAYERS or sum(units) > MOST_UNITS or weights > MOST_WEIGHTS:
        raise SpecError(
            f"{len(units)} hidden layers, {sum(units):,} units and {weights:,} weights between them are too much for "
            f"the playground, which takes {MOST_LAYERS}, {MOST_UNITS} and {MOST_WEIGHTS:,}; `gradlab train` takes any"
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
        values["loss"] = {"kind": query["loss"]}
    if "schedule" in query:
        values["schedule"] = {"kind": query["schedule"]}
    if "epochs" in query:
        values["epochs"] = _whole("epochs", query["epochs"])


def _read_axes(query: Mapping[str, str]) -> tuple[str, str] | None:
    """Read which features span the plane; whether the table has them shows when it is there."""
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
    """Read what differs in a race.

    Args:
        name: `learning_rate`, `seed`, `activation` or `optimizer`.
        words: Its values with commas between them.

    Raises:
        SpecError: If the name is none of these, or a value no number where one is needed.
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


def to_query(experiment: Experiment, view: View | None = None) -> str:
    """Write an experiment of the playground as a query; what is as it opens is left out.

    Args:
        experiment: As `from_query` makes them.
        view: How it is shown.

    Returns:
        The query, without its question mark; `from_query` gives the same experiment back.
    """
    found = {**_data_words(experiment), **_model_words(experiment), **_training_words(experiment)}
    shown = view or View()
    if shown.race is not None:
        values = ",".join(_short(value) if isinstance(value, float) else str(value) for value in shown.race.values)
        found["race"] = f"{shown.race.name}:{values}"
    found |= {"test": "1"} if shown.shows_test else {}
    found |= {"discretize": "1"} if shown.is_discrete else {}
    found |= {"across": shown.axes[0], "up": shown.axes[1]} if shown.axes else {}
    found |= {"hide": ",".join(sorted(shown.hidden))} if shown.hidden else {}
    found |= {"weights": shown.weights} if shown.weights else {}
    return "&".join(f"{name}={quote(value, safe=',:.-_')}" for name, value in found.items())


def _data_words(experiment: Experiment) -> dict[str, str]:
    data = experiment.data
    found: dict[str, str] = {}
    if isinstance(data, PointsData):
        found["points"] = pack_points(data.points)
    else:
        found["data"] = getattr(data, "name", data.kind)
    if isinstance(data, PlaygroundData) and data.noise:
        found["noise"] = _short(data.noise)
    if isinstance(data, PlaygroundData | PointsData) and data.features != ("x1", "x2"):
        words = {feature: word for word, feature in FEATURES.items()}
        found["features"] = ",".join(words[feature] for feature in data.features)
    if experiment.split.test != 0.5:
        found["share"] = _short(round(100.0 * (1.0 - experiment.split.test), 2))
    if experiment.seed:
        found["seed"] = str(experiment.seed)
    if experiment.data_seed is not None:
        found["dataseed"] = str(experiment.data_seed)
    return found


def _model_words(experiment: Experiment) -> dict[str, str]:
    *before, output = experiment.model
    hidden = [layer for layer in before if isinstance(layer, DenseSpec)]
    drops = [layer.rate for layer in before if isinstance(layer, DropoutSpec)]
    found = {"layers": ",".join(str(layer.units) for layer in hidden)}
    activations = [layer.activation for layer in hidden]
    if activations:
        found["activation"] = activations[0] if len(set(activations)) == 1 else ",".join(activations)
    if isinstance(output, DenseSpec) and output.initializer != "uniform":
        found["init"] = output.initializer
    if drops:
        found["dropout"] = _short(drops[0])
    return found


def _training_words(experiment: Experiment) -> dict[str, str]:
    optimizer = experiment.optimizer
    found = {"rate": _short(optimizer.learning_rate)}
    if optimizer.kind != "sgd":
        found["optimizer"] = optimizer.kind
    if (momentum := getattr(optimizer, "momentum", 0.9)) != 0.9:
        found["momentum"] = _short(momentum)
    found |= {name: _short(value) for name in ("l1", "l2") if (value := getattr(optimizer, name))}
    usual = _fitting_batch(len(experiment.data.points)) if isinstance(experiment.data, PointsData) else 10
    if experiment.batch_size != usual:
        found["batch"] = str(experiment.batch_size)
    if experiment.loss.kind != _usual_kind(experiment):
        found["loss"] = experiment.loss.kind
    if experiment.schedule.kind != "constant":
        found |= {"schedule": experiment.schedule.kind, "epochs": str(experiment.epochs)}
    return found


def _usual_kind(experiment: Experiment) -> str:
    data = experiment.data
    if isinstance(data, PointsData):
        return str(_loss_of_points([list(point) for point in data.points])["kind"])
    return str(usual_loss(getattr(data, "name", ""))["kind"])


def _short(value: float) -> str:
    return f"{value:.10g}"
