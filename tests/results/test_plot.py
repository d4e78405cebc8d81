"""Figures of Matplotlib: what stands in them is what was declared."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from PIL import Image

from descentlab.core import SpecError
from descentlab.results import Boundary2D, BoundaryRow, Confusion, History, class_colour, plot_parts, plot_training

CATS = Confusion(("cat", "dog"), np.array([[1200, 3], [0, 8]]), "test")


def test_a_history_shows_its_curves() -> None:
    history = History(
        np.array([1, 2, 3]), np.array([[1.0, 0.5, np.nan]]), np.array([[1.1, 0.7, 0.6]]), loss_name="loss (nats)",
        chosen_epoch=2,
    )  # fmt: skip
    figure = plot_training(history, None, None, "iris-001")
    (axes,) = figure.get_axes()
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), [1.0, 0.5, np.nan])
    assert [field.get_suptitle() for field in figure.subfigs] == ["loss (nats)"]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["weights kept", "training", "validation"]


def test_of_a_population_mean_and_band_are_shown() -> None:
    curve = np.random.default_rng(0).uniform(size=(20, 4))
    axes = plot_training(History(np.arange(4), curve), None, None, "x").get_axes()[0]
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), curve.mean(axis=0))
    edges = np.asarray(axes.collections[0].get_paths()[0].vertices)
    assert edges[:, 1].min() == np.quantile(curve, 0.1, axis=0).min()


def test_a_confusion_matrix_shows_its_counts() -> None:
    figure = plot_training(History(np.arange(0), np.zeros((1, 0))), CATS, None, "x")
    (axes,) = figure.get_axes()
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "1,200"),
        ((1, 0), "3"),
        ((1, 1), "8"),
    }
    assert [label.get_text() for label in axes.get_xticklabels()] == ["cat", "dog"]
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array())[0], [1200 / 1203, 3 / 1203])


def test_one_of_several_is_asked_for_by_its_title() -> None:
    history = History(np.arange(3), np.ones((1, 3)), loss_name="loss")
    assert len(plot_training(history, CATS, None, "x").get_axes()) == 2
    assert len(plot_training(history, CATS, "loss", "x").get_axes()) == 1
    with pytest.raises(SpecError, match="loss"):
        plot_training(history, CATS, "los", "x")
    with pytest.raises(SpecError, match="iris-001 has no chart or picture to draw"):
        plot_training(History(np.arange(0), np.zeros((1, 0))), None, None, "iris-001")


def _plane(winners: np.ndarray | None = None, classes: tuple[str, ...] = ("orange", "blue")) -> Figure:
    grid = np.linspace(-1.0, 1.0, 11)
    points = np.array([[-0.5, 0.2], [0.5, -0.2], [0.1, 0.9]])
    targets = np.array([0, 1, 1]) if classes else np.array([-1.0, 0.0, 1.0])
    boundary = Boundary2D(
        grid, grid, np.array([1]), np.tile(grid, (1, 11, 1)), None if winners is None else winners[None],
        train_points=points, train_targets=targets, test_points=points[:2] + 0.05, test_targets=targets[:2],
        axis_names=("x1", "x2"), classes=classes,
    )  # fmt: skip
    return plot_parts([BoundaryRow("Plane", ("here",), (boundary,))], None, "x")


def test_a_plane_tells_training_points_from_test_points() -> None:
    (axes,) = _plane().get_axes()
    clouds = [each for each in axes.collections if isinstance(each, PathCollection)]
    train, test = (each for each in clouds if np.size(each.get_offsets()))
    np.testing.assert_allclose(np.asarray(train.get_offsets())[2], [0.1, 0.9])
    np.testing.assert_allclose(np.asarray(train.get_facecolor())[:, :3], [_rgb(0), _rgb(1), _rgb(1)])
    np.testing.assert_allclose(np.asarray(test.get_facecolor())[0, :3], [1.0, 1.0, 1.0])
    np.testing.assert_allclose(np.asarray(test.get_edgecolor())[:, :3], [_rgb(0), _rgb(1)])
    legend = axes.get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} == {"orange", "blue", "training point", "test point"}


def test_a_plane_of_many_classes_or_of_a_real_target_is_drawn_too(tmp_path: Path) -> None:
    winners = np.tile(np.arange(11) % 3, (11, 1))
    for name, figure in (("classes", _plane(winners, ("a", "b", "c"))), ("real", _plane(None, ()))):
        figure.savefig(tmp_path / f"{name}.png")
        picture = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50


def test_figures_leave_no_trace_in_pyplot() -> None:
    code = """
import sys
import numpy as np
from descentlab.results import History, plot_training
assert "matplotlib" not in sys.modules
plot_training(History(np.arange(2), np.ones((1, 2))), None, None, "x")
print("matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def _rgb(number: int) -> list[float]:
    colour = class_colour(number)
    return [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
