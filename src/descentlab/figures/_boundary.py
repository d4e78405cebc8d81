"""The plane of two features, coloured by what the network tells there."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.figures._frame import INK, new_axes
from descentlab.results import class_colour, hex_of, lighten, score_colours, winner_colours

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure


def plot_boundary(
    x: Float[np.ndarray, " nx"],
    y: Float[np.ndarray, " ny"],
    values: Float[np.ndarray, "ny nx"],
    *,
    winners: Int[np.ndarray, "ny nx"] | None = None,
    train_points: Float[np.ndarray, "train 2"],
    train_targets: Shaped[np.ndarray, " train"],
    test_points: Float[np.ndarray, "test 2"],
    test_targets: Shaped[np.ndarray, " test"],
    axis_names: tuple[str, str],
    classes: tuple[str, ...] = (),
) -> "matplotlib.figure.Figure":
    """Plot what the network predicts over a plane, under the points it learned from and those it did not see.

    Args:
        x: Grid along the first feature, rising.
        y: Grid along the second feature, rising.
        values: With two classes or a real target a score from -1, orange, to 1, blue; else the winner's probability.
        winners: With more than two classes the winner's id.
        train_points: Training examples; drawn filled.
        train_targets: Class ids; of a real target its value on the scale of `values`.
        test_points: Test examples; drawn as rings.
        test_targets: See `train_targets`.
        axis_names: Of the first and the second feature.
        classes: Names by class id; empty for a real target.

    Returns:
        A figure.

    Example:
        >>> grid, none = np.linspace(-1.0, 1.0, 5), np.zeros((0, 2))
        >>> points, ids = np.array([[-0.5, 0.0], [0.5, 0.0]]), np.array([0, 1])
        >>> figure = plot_boundary(
        ...     grid, grid, np.tile(grid, (5, 1)), train_points=points, train_targets=ids, test_points=none,
        ...     test_targets=ids[:0], axis_names=("x1", "x2"), classes=("orange", "blue"),
        ... )  # fmt: skip
        >>> figure.axes[0].get_xlabel()
        'x1'
    """
    figure, axes = new_axes(4.6, 4.4)
    colours = score_colours(values) if winners is None else winner_colours(winners, values)
    half_x, half_y = (x[-1] - x[0]) / max(len(x) - 1, 1) / 2, (y[-1] - y[0]) / max(len(y) - 1, 1) / 2
    extent = (x[0] - half_x, x[-1] + half_x, y[0] - half_y, y[-1] + half_y)
    axes.imshow(lighten(colours), extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    if winners is None and values.min() < 0.0 < values.max():
        axes.contour(x, y, values, levels=[0.0], colors=INK, linewidths=0.9)
    train, test = (_colours(targets, is_class=bool(classes)) for targets in (train_targets, test_targets))
    axes.scatter(*train_points.T, s=16, c=train, edgecolors="white", linewidths=0.6)
    axes.scatter(*test_points.T, s=14, c="white", edgecolors=test, linewidths=1.1)
    axes.set(xlabel=axis_names[0], ylabel=axis_names[1], xlim=extent[:2], ylim=extent[2:])
    for k, name in enumerate(classes):
        axes.scatter([], [], s=20, color=class_colour(k), label=name)
    axes.scatter([], [], s=16, c="#5a626c", label="training point")
    axes.scatter([], [], s=14, c="white", edgecolors="#5a626c", linewidths=1.1, label="test point")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8.5)
    return figure


def _colours(targets: Shaped[np.ndarray, " points"], *, is_class: bool) -> list[str]:
    if is_class:
        return [class_colour(int(target)) for target in targets]
    return [hex_of(colour) for colour in score_colours(targets.astype(np.float64))]
