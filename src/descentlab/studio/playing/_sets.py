"""The playground's data sets, the features of their points, and the loss that fits each."""

from typing import Any

from descentlab.core import SpecError, unknown_name
from descentlab.spec import Experiment, known_set, known_sets, parse, preset

PLAYGROUND = tuple(known_sets("playground"))
TABLES = tuple(name for name, known in known_sets("bundled").items() if not known.is_pictures)
MOST_CLASSES = 20
FEATURES = {
    "x1": "x1",
    "x2": "x2",
    "x1x1": "x1^2",
    "x2x2": "x2^2",
    "x1x2": "x1*x2",
    "sinx1": "sin(x1)",
    "sinx2": "sin(x2)",
}
"""Names of the features in a link, without signs that an address would have to escape."""


def default_experiment(name: str = "circle") -> Experiment:
    """Return the experiment with which the playground opens a set: 2-4-2-1, tanh, rate 0.03, batches of 10.

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
    return parse(values | usual_aim(name))


Aim = dict[str, dict[str, Any]]
"""The fields `loss` and `head` of an experiment, which go together."""

_CROSS_ENTROPY: Aim = {"loss": {"kind": "cross-entropy"}, "head": {}}


def usual_aim(name: str) -> Aim:
    """Return the loss and the head that fit a set: those of TensorFlow Playground, else cross-entropy for classes."""
    known = known_sets().get(name)
    if known is not None and known.task == "regression":
        return _half_squared_error("auto")
    return _half_squared_error("tanh") if name in PLAYGROUND else _CROSS_ENTROPY


def _half_squared_error(activation: str) -> Aim:
    return {"loss": {"kind": "squared-error", "factor": 0.5}, "head": {"activation": activation}}


def table_with_such_a_target(*, is_regression: bool) -> str:
    """Return the name of a bundled table whose target is a real number, or of one whose target is a class."""
    return next(name for name in TABLES if bool(known_set(name).classes) != is_regression)


def aim_of_points(points: list[Any]) -> Aim:
    """Return the loss and the head that fit a person's points: classes are words, and real targets are numbers.

    Raises:
        SpecError: If they have too many classes.
    """
    labels = {label for _, _, label in points}
    if all(isinstance(label, str) for label in labels):
        if len(labels) > MOST_CLASSES:
            raise SpecError(f"the points have {len(labels)} classes; the playground takes {MOST_CLASSES}")
        return _half_squared_error("tanh") if len(labels) <= 2 else _CROSS_ENTROPY
    return _half_squared_error("auto")


def fitting_batch(count: int) -> int:
    """Return a batch size that fits into half of so few points."""
    return max(1, min(10, count // 4))
