"""Which laboratories there are: a folder and a line here for each."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

LABORATORIES = (
    "learning_rate",
    "sweep",
    "atlas",
    "curvature",
    "landscape",
    "surface",
    "backprop",
    "backprop_cost",
    "softmax",
    "features",
    "importance",
    "errors",
    "transfer",
)
"""Their names, as the folder and the function are called, in the order in which the help lists them."""


def load_laboratory(name: str) -> Callable[..., Any]:
    """Return the function of a laboratory, which loads what it needs when it is called."""
    return getattr(import_module(f"descentlab.labs.{name}"), name)
