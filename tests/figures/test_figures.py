"""Figures for notebooks: what stands in them is what was given."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from PIL import Image

from descentlab.core import ShapeError
from descentlab.figures import plot_boundary, plot_confusion, plot_history
from descentlab.results import class_colour


def test_a_history_shows_its_curves() -> None:
    losses = {"training": np.array([[1.0, 0.5, np.nan]]), "validation": np.array([[1.1, 0.7, 0.6]])}
    axes = plot_history(np.array([1, 2, 3]), losses, name="loss (nats)", is_log=True, chosen_epoch=2).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1.0, 0.5, np.nan])
    assert axes.get_ylabel() == "loss (nats)"
    assert axes.get_yscale() == "log"
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation", "weights kept"]


def test_of_a_population_mean_and_band_are_shown() -> None:
    curve = np.random.default_rng(0).uniform(size=(20, 4))
    curve[0, 2] = np.inf
    axes = plot_history(np.arange(4), {"training": curve}).axes[0]
    means = [curve[:, 0].mean(), curve[:, 1].mean(), curve[1:, 2].mean(), curve[:, 3].mean()]
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), means)
    edges = np.asarray(axes.collections[0].get_paths()[0].vertices)
    assert edges[:, 1].min() == min(np.quantile(curve[int(k == 2) :, k], 0.1) for k in range(4))


def test_an_epoch_without_a_finite_member_leaves_a_gap() -> None:
    axes = plot_history(np.arange(2), {"training": np.array([[1.0, np.inf], [2.0, np.nan]])}).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1.5, np.nan])


def test_a_confusion_matrix_shows_its_counts() -> None:
    axes = plot_confusion(np.array([[1200, 3], [0, 8]]), ("cat", "dog")).axes[0]
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "1,200"),
        ((1, 0), "3"),
        ((1, 1), "8"),
    }
    assert [label.get_text() for label in axes.get_xticklabels()] == ["cat", "dog"]
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array())[0], [1200 / 1203, 3 / 1203])


def test_a_matrix_needs_a_name_for_each_class() -> None:
    with pytest.raises(ShapeError, match="2 classes needs 2 names; it was given 1"):
        plot_confusion(np.eye(2, dtype=np.int64), ("cat",))


def _plane(winners: np.ndarray | None = None, classes: tuple[str, ...] = ("orange", "blue")) -> Figure:
    grid = np.linspace(-1.0, 1.0, 11)
    points = np.array([[-0.5, 0.2], [0.5, -0.2], [0.1, 0.9]])
    targets = np.array([0, 1, 1]) if classes else np.array([-1.0, 0.0, 1.0])
    return plot_boundary(
        grid,
        grid,
        np.tile(grid, (11, 1)),
        winners=winners,
        train_points=points,
        train_targets=targets,
        test_points=points[:2] + 0.05,
        test_targets=targets[:2],
        axis_names=("x1", "x2"),
        classes=classes,
    )


def test_a_plane_tells_training_points_from_test_points() -> None:
    figure = _plane()
    clouds = [each for each in figure.axes[0].collections if isinstance(each, PathCollection)]
    train, test = (each for each in clouds if np.size(each.get_offsets()))
    np.testing.assert_allclose(np.asarray(train.get_offsets())[2], [0.1, 0.9])
    np.testing.assert_allclose(np.asarray(train.get_facecolor())[:, :3], [_rgb(0), _rgb(1), _rgb(1)])
    np.testing.assert_allclose(np.asarray(test.get_facecolor())[0, :3], [1.0, 1.0, 1.0])
    np.testing.assert_allclose(np.asarray(test.get_edgecolor())[:, :3], [_rgb(0), _rgb(1)])
    shown = {text.get_text() for text in figure.legends[0].get_texts()}
    assert shown == {"orange", "blue", "training point", "test point"}


def test_a_plane_of_many_classes_or_of_a_real_target_is_drawn_too(tmp_path: Path) -> None:
    winners = np.tile(np.arange(11) % 3, (11, 1))
    for name, figure in (("classes", _plane(winners)), ("real", _plane(None, ()))):
        figure.savefig(tmp_path / f"{name}.png")
        picture = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50


def test_figures_leave_no_trace_in_pyplot() -> None:
    code = """
import sys
import numpy as np
from descentlab.figures import plot_history
assert "matplotlib" not in sys.modules
plot_history(np.arange(2), {"training": np.ones((1, 2))})
print("matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def _rgb(number: int) -> list[float]:
    colour = class_colour(number)
    return [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
