"""A small result of every laboratory, or several where its words differ, for the tests that go through all of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import descentlab as dl
from descentlab.results import Result

Make = Callable[[Path], Result[Any]]

RESULTS: Mapping[str, Sequence[Make]] = {
    "curvature": (
        lambda _: dl.curvature("circle", learning_rates="0.03,0.3", trace=2, set={"epochs": 4}, report=False),
        lambda _: dl.curvature("xor", trace=1, escape=True, seeds=6, set={"epochs": 2}, report=False),
    ),
    "softmax": (
        lambda _: dl.softmax([2.0, 1.0, 0.1]),
        lambda _: dl.softmax([1000, 999, -np.inf], temperature=2.0, classes=("cat", "dog", "bird"), truth="dog"),
    ),
}
"""Functions that make results, by laboratory; each is given an empty folder."""
