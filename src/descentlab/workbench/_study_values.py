"""The variables of a study, read from what a person types."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from descentlab.core import SpecError
from descentlab.spec import Experiment, VariableSpec, parse_range, parse_study, parse_values

LOG_NAMES = ("learning_rate", "eps", "weight_decay", "l1", "l2", "initial_scale", "clip_norm")
"""Names whose values rise by equal factors if a range does not say otherwise."""

Values = str | float | int | Sequence[float | int | str]


def read_variables(
    learning_rate: Values | None, vary: Mapping[str, Values] | Sequence[str]
) -> tuple[VariableSpec, ...]:
    """Read the variables of a sweep.

    Args:
        learning_rate: Learning rates, such as "1e-4:10:24" or a sequence.
        vary: Other variables: values by name, or texts such as "momentum=0:0.9:4".

    Raises:
        SpecError: If nothing is varied, or values cannot be read.
    """
    others = vary if isinstance(vary, Mapping) else _by_name(vary)
    named = {**({} if learning_rate is None else {"learning_rate": learning_rate}), **others}
    if learning_rate is not None and "learning_rate" in others:
        raise SpecError("the learning rate is varied twice: by --learning-rate and by --vary; choose one")
    if not named:
        raise SpecError("name what to vary, as --learning-rate 1e-4:10:24 or --vary momentum=0:0.9:4")
    variables = [{"name": name, "values": _values(name, values)} for name, values in named.items()]
    return parse_study({"variables": variables, "experiment": Experiment()}, where="sweep").variables


def read_axis(text: str | None, axis: str, size: int) -> dict[str, Any]:
    """Read the variable of a map along an axis, such as "learning_rate=0.001:10:32".

    Args:
        text: Typed text, or None.
        axis: Name of the axis.
        size: Number of values in the advice of an error message.

    Returns:
        Name and values of the variable.

    Raises:
        SpecError: If the text is missing or cannot be read.
    """
    if text is None:
        raise SpecError(f"name what is varied along {axis}, as --{axis} learning_rate=0.001:10:{size}")
    name, equals, values = text.partition("=")
    name = name.strip()
    if not equals or not name:
        raise SpecError(f"--{axis} {text}: expected NAME=LOW:HIGH:COUNT, as learning_rate=0.001:10:{size}")
    return {"name": name, "values": parse_range(values, name=name, scale=_scale(name))}


def _by_name(texts: Sequence[str]) -> dict[str, Values]:
    named: dict[str, Values] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip().replace("-", "_") if "." not in name else name.strip()
        if not equals or not name:
            raise SpecError(f"--vary {text}: expected NAME=RANGE, as momentum=0:0.9:4 or activation=relu,tanh")
        if name in named:
            raise SpecError(f"--vary {name} is given twice; name all its values in one")
        named[name] = values
    return named


def _scale(name: str) -> Literal["log", "lin"]:
    return "log" if name.partition(".")[0] in LOG_NAMES else "lin"


def _values(name: str, values: Values) -> tuple[float | int | str, ...]:
    if isinstance(values, str):
        read = parse_range if name.partition(".")[0] == "learning_rate" else parse_values
        return tuple(read(values, name=name, scale=_scale(name)))
    if isinstance(values, float | int):
        return (values,)
    return tuple(value.item() if isinstance(value, np.generic) else value for value in values)
