"""Curves over the epochs."""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from descentlab.figures._frame import BLUE, LINE, ORANGE, SOFT, new_axes

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

Curve = Float[np.ndarray, "members epochs"]


def plot_history(
    epochs: Int[np.ndarray, " epochs"],
    curves: Mapping[str, Curve],
    *,
    name: str = "loss",
    is_log: bool = False,
    chosen_epoch: int | None = None,
) -> "matplotlib.figure.Figure":
    """Plot curves over the epochs, of a population the mean and the band from the 10th to the 90th percentile.

    Args:
        epochs: At the end of which epochs the values were taken.
        curves: By name, as `{"training": ..., "validation": ...}`, a row a member; what is not finite is left out.
        name: What is drawn, with its unit.
        is_log: Whether equal distances on the vertical axis are equal ratios.
        chosen_epoch: Marks the epoch whose weights were kept.

    Returns:
        A figure; save it with `figure.savefig(path)`.

    Example:
        >>> figure = plot_history(np.arange(3), {"training": np.array([[1.0, 0.5, 0.4]])})
        >>> figure.axes[0].get_xlabel()
        'epoch'
    """
    figure, axes = new_axes(5.2, 3.3)
    for colour, (label, curve) in zip((BLUE, ORANGE, SOFT), curves.items(), strict=False):
        _draw(axes, epochs, curve, label, colour)
    axes.set_xlabel("epoch")
    axes.set_ylabel(name)
    axes.set_yscale("log" if is_log else "linear")
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    if chosen_epoch is not None:
        axes.axvline(chosen_epoch, color=SOFT, linewidth=0.9, linestyle=":", label="weights kept")
    axes.legend(frameon=False, fontsize=9)
    return figure


def _draw(
    axes: "matplotlib.axes.Axes", epochs: Int[np.ndarray, " epochs"], curve: Curve, label: str, colour: str
) -> None:
    finite = np.where(np.isfinite(curve), curve, np.nan)
    with warnings.catch_warnings():
        # An epoch at which no member is finite has no mean, and is left out of the line.
        warnings.simplefilter("ignore", RuntimeWarning)
        mean, low, high = np.nanmean(finite, axis=0), *np.nanquantile(finite, [0.1, 0.9], axis=0)
    axes.plot(epochs, mean, color=colour, linewidth=1.6, label=label, marker="o" if len(epochs) == 1 else "")
    if len(curve) > 1:
        axes.fill_between(epochs, low, high, color=colour, alpha=0.18, linewidth=0)
