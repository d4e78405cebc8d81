"""An experiment of the playground as the query of an address."""

from urllib.parse import quote

from descentlab.spec import Experiment, PlaygroundData, PointsData
from descentlab.studio.playing._packing import pack_points
from descentlab.studio.playing._sets import FEATURES, aim_of_points, fitting_batch, usual_aim
from descentlab.studio.playing._view import View


def to_query(experiment: Experiment, view: View | None = None) -> str:
    """Write an experiment of the playground as a query, without the settings that have their default.

    Args:
        experiment: An experiment as `from_query` returns it.
        view: Options of showing it.

    Returns:
        The query without its question mark, from which `from_query` reads the same experiment.
    """
    words = {**_data_words(experiment), **_model_words(experiment), **_training_words(experiment)}
    shown = view or View()
    if shown.race is not None:
        values = ",".join(_short(value) if isinstance(value, float) else str(value) for value in shown.race.values)
        words["race"] = f"{shown.race.name}:{values}"
    words |= {"test": "1"} if shown.shows_test else {}
    words |= {"discretize": "1"} if shown.is_discrete else {}
    words |= {"across": shown.axes[0], "up": shown.axes[1]} if shown.axes else {}
    words |= {"hide": ",".join(sorted(shown.hidden))} if shown.hidden else {}
    words |= {"weights": shown.weights} if shown.weights else {}
    return "&".join(f"{name}={quote(value, safe=',:.-_')}" for name, value in words.items())


def _data_words(experiment: Experiment) -> dict[str, str]:
    data = experiment.data
    result: dict[str, str] = {}
    if isinstance(data, PointsData):
        result["points"] = pack_points(data.points)
    else:
        result["data"] = getattr(data, "name", data.kind)
    if isinstance(data, PlaygroundData) and data.noise:
        result["noise"] = _short(data.noise)
    if isinstance(data, PlaygroundData | PointsData) and data.features != ("x1", "x2"):
        words = {feature: word for word, feature in FEATURES.items()}
        result["features"] = ",".join(words[feature] for feature in data.features)
    if experiment.split.test != 0.5:
        result["share"] = _short(round(100.0 * (1.0 - experiment.split.test), 2))
    if experiment.seed:
        result["seed"] = str(experiment.seed)
    if experiment.data_seed is not None:
        result["dataseed"] = str(experiment.data_seed)
    return result


def _model_words(experiment: Experiment) -> dict[str, str]:
    *before, output = experiment.model
    hidden = [layer for layer in before if layer.weighs == "all inputs"]
    rates = [layer.dropout_rate for layer in before if layer.dropout_rate is not None]
    words = {"layers": ",".join(str(layer.width) for layer in hidden)}
    activations = [layer.activation_name or "linear" for layer in hidden]
    if activations:
        words["activation"] = activations[0] if len(set(activations)) == 1 else ",".join(activations)
    if output.initializer_name not in (None, "uniform"):
        words["init"] = output.initializer_name
    if rates:
        words["dropout"] = _short(rates[0])
    return words


def _training_words(experiment: Experiment) -> dict[str, str]:
    optimizer = experiment.optimizer
    words = {"rate": _short(optimizer.learning_rate)}
    if optimizer.kind != "sgd":
        words["optimizer"] = optimizer.kind
    if (momentum := getattr(optimizer, "momentum", 0.9)) != 0.9:
        words["momentum"] = _short(momentum)
    words |= {name: _short(value) for name in ("l1", "l2") if (value := getattr(optimizer, name))}
    usual = fitting_batch(len(experiment.data.points)) if isinstance(experiment.data, PointsData) else 10
    if experiment.batch_size != usual:
        words["batch"] = str(experiment.batch_size)
    if experiment.loss.kind != _usual_kind(experiment):
        words["loss"] = experiment.loss.kind
    if experiment.schedule.kind != "constant":
        words |= {"schedule": experiment.schedule.kind, "epochs": str(experiment.epochs)}
    return words


def _usual_kind(experiment: Experiment) -> str:
    data = experiment.data
    if isinstance(data, PointsData):
        return str(aim_of_points([list(point) for point in data.points])["loss"]["kind"])
    return str(usual_aim(getattr(data, "name", ""))["loss"]["kind"])


def _short(value: float) -> str:
    return f"{value:.10g}"
