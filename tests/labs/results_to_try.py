"""A small result of every laboratory, or several where its words differ, for the tests that go through all of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import descentlab as dl
from descentlab.labs.backprop_cost.measure import _measure as sizes
from descentlab.results import Result
from tests.labs.transfer.conftest import few_steps

Make = Callable[[Path], Result[Any]]


def cost_of_a_chain(_: Path) -> Result[Any]:
    """Time as few and as small sizes as a fit needs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BATCHES", "INPUTS", "LAYERS", "WIDTHS"):
            patch.setattr(sizes, name, (2, 3, 4, 5))
        patch.setattr(sizes, "ROUNDS", 3)
        return dl.backprop_cost("chain", budget=0.3)


LINEAR: dict[str, Any] = {"batch_size": "full", "model": [{"kind": "dense"}], "optimizer": "sgd"}
"""A linear network with squared error: its loss is a quadratic."""
PLANE: dict[str, Any] = {"x": "learning_rate.hidden=1:10000:4", "y": "learning_rate.output=10:1000:3"}
SLOW: dict[str, Any] = {"x": "learning_rate=0.01:0.1:3", "y": "initial_scale=0.5:1:2"}

BLOCK = [
    {"kind": "residual", "name": "block", "layers": [{"kind": "dense", "units": 2, "activation": "tanh"}]},
    {"kind": "dense", "name": "output"},
]
"""Layers with a path past one of them."""


CONVOLUTION = [
    {"kind": "conv2d", "name": "conv1", "filters": 2, "activation": "relu"},
    {"kind": "max-pool2d", "name": "pool1"},
    {"kind": "flatten", "name": "flat"},
    {"kind": "dense", "name": "output"},
]
"""Few layers, with one between the first and the last that have weights."""


def _features(folder: Path) -> Result[Any]:
    """Compare a dense network of digits with one whose layers have other names."""
    names = {"model.0.name": "first", "model.1.name": "last"}
    other = dl.train("digits", epochs=1, set=names, out=folder / "other", report=False)
    return dl.features("digits", examples=600, set={"epochs": 1}, other=other, report=False)


def _transfer(folder: Path, *, seeds: int) -> Result[Any]:
    run = dl.train("digits", epochs=5, out=folder / "digits", report=False)
    with few_steps():
        return dl.transfer(run, "digits", examples=[1, 3], seeds=seeds, test_examples=50, report=False)


def _errors_of_classes(folder: Path) -> Result[Any]:
    run = dl.train("digits", epochs=2, out=folder / "digits", report=False)
    return dl.errors(run, examples=60, shown=3, report=False)


def _errors_of_numbers(folder: Path) -> Result[Any]:
    run = dl.train("plane", epochs=5, out=folder / "plane", report=False)
    return dl.errors(run, report=False)


def _errors_of_few(folder: Path) -> Result[Any]:
    """Keep eleven examples: too few to flip labels, or to show anything."""
    run = dl.train("iris", epochs=60, out=folder / "iris", set={"split": {"test": 0.07}}, report=False)
    return dl.errors(run, report=False)


def _errors_of_none(folder: Path) -> Result[Any]:
    """Predict all correctly."""
    run = dl.train("gauss", epochs=5, out=folder / "gauss", report=False)
    return dl.errors(run, report=False)


RESULTS: Mapping[str, Sequence[Make]] = {
    "errors": (_errors_of_classes, _errors_of_few, _errors_of_none, _errors_of_numbers),
    "sweep": (
        lambda folder: dl.sweep(
            "circle", learning_rate="0.01:10:3", seeds=6, epochs=20, out=folder / "rates", report=False
        ),
        lambda folder: dl.sweep(
            "circle", vary=["activation=relu,tanh"], seeds=1, epochs=2, out=folder / "words", report=False
        ),
        lambda folder: dl.sweep(
            "plane", learning_rate=[30.0, 100.0], seeds=2, epochs=3, set=LINEAR, out=folder / "diverged", report=False
        ),
    ),
    "learning_rate": (
        lambda folder: dl.learning_rate("gauss", epochs=3, seeds=6, out=folder / "gauss", report=False),
        lambda folder: dl.learning_rate("plane", epochs=5, seeds=1, set=LINEAR, out=folder / "quadratic", report=False),
    ),
    "atlas": (
        lambda folder: dl.atlas("fractal", epochs=30, out=folder / "map", report=False, **PLANE),
        lambda folder: dl.atlas("circle", epochs=3, out=folder / "loss", outcome="loss", report=False, **SLOW),
    ),
    "curvature": (
        lambda _: dl.curvature("circle", learning_rates="0.03,0.3", trace=2, set={"epochs": 4}, report=False),
        lambda _: dl.curvature("xor", trace=1, escape=True, seeds=6, set={"epochs": 2}, report=False),
    ),
    "landscape": (
        lambda _: dl.landscape("iris", set={"epochs": 3}, points=5, lines=2, report=False),
        lambda _: dl.landscape("circle", set={"epochs": 2}, other_member=1, points=5, lines=1, report=False),
    ),
    "features": (
        lambda _: dl.features("digits-cnn", examples=600, set={"epochs": 1, "model": CONVOLUTION}, report=False),
        _features,
    ),
    "surface": (
        lambda _: dl.surface("double-well", starts=200, steps=100, report=False),
        lambda _: dl.surface("abs(x)", optimizer="adam", starts=60, steps=60, report=False),
        lambda _: dl.surface("-x^2", starts=40, steps=20, report=False),
        lambda _: dl.surface(),
    ),
    "transfer": (lambda folder: _transfer(folder, seeds=6), lambda folder: _transfer(folder, seeds=1)),
    "importance": (
        lambda _: dl.importance("iris", set={"epochs": 30}, layers=["hidden"], examples=20, report=False),
        lambda _: dl.importance(
            "plane", retrain=True, seeds=2, variants=["linear"], set={"epochs": 3, "model": BLOCK}, report=False
        ),
    ),
    "backprop": (
        lambda _: dl.backprop("iris", batch=(0, 5), example=3, top=5),
        lambda _: dl.backprop("chain", input=[0.5], truth="1"),
    ),
    "backprop_cost": (cost_of_a_chain,),
    "softmax": (
        lambda _: dl.softmax([2.0, 1.0, 0.1]),
        lambda _: dl.softmax([1000, 999, -np.inf], temperature=2.0, classes=("cat", "dog", "bird"), truth="dog"),
    ),
}
"""Functions that make results, by laboratory; each is given an empty folder."""
