"""Which laboratories there are: a folder and a line here for each."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

LABORATORIES = (
    "sweep",
    "learning_rate",
    "atlas",
    "curvature",
    "landscape",
    "features",
    "transfer",
    "importance",
    "backprop",
    "backprop_cost",
    "softmax",
)
"""Their names, as the folder and the function are called, in the order in which the help lists them."""


def load_laboratory(name: str) -> Callable[..., Any]:
    """Return the function of a laboratory, which loads what it needs when it is called."""
    return getattr(import_module(f"descentlab.labs.{name}"), name)
