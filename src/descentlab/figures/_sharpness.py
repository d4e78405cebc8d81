"""The curvature of a loss: sharpness beside its limit, and the density of its spectrum."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from descentlab.core import ShapeError
from descentlab.figures._frame import BLUE, LINE, SOFT, new_axes
from descentlab.results import class_colour

if TYPE_CHECKING:
    import matplotlib.figure

    import descentlab.sharpness


def plot_sharpness(
    traces: "Sequence[descentlab.sharpness.SharpnessTrace]", *, is_log: bool = True
) -> "matplotlib.figure.Figure":
    """Plot the sharpness of some trainings over their epochs, each beside the limit of its rate, which is dashed.

    Args:
        traces: As `descentlab.curvature(...).traces`.
        is_log: Whether equal distances on the vertical axis are equal ratios.

    Returns:
        A figure.

    Raises:
        ShapeError: If there is nothing to plot.

    Example:
        >>> from descentlab.sharpness import SharpnessTrace
        >>> x = np.array([1.0, 2.0])
        >>> trace = SharpnessTrace(0.5, np.array([0, 9]), 4 * x / x, x, x, x, x, x, x, x, is_divided=False)
        >>> plot_sharpness([trace]).axes[0].get_ylabel()
        'sharpness'
    """
    known = [one for one in traces if len(one.epochs)]
    if not known:
        raise ShapeError("there is no point at which the loss was a number, so nothing to plot")
    figure, axes = new_axes(5.6, 3.6)
    for place, one in enumerate(known):
        colour = class_colour(place + 1)
        axes.plot(one.epochs, one.limits, color=colour, linewidth=0.9, linestyle="--")
        values = np.where(np.isfinite(one.measured), one.measured, np.nan)
        marker = "o" if len(one.epochs) == 1 else ""
        axes.plot(one.epochs, values, color=colour, linewidth=1.6, marker=marker, label=f"rate {one.learning_rate:g}")
    axes.set_yscale("log" if is_log else "linear")
    axes.set_xlabel("epoch")
    axes.set_ylabel("sharpness, divided as the rule divides" if known[0].is_divided else "sharpness")
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.plot([], [], color=SOFT, linewidth=0.9, linestyle="--", label="limit")
    # Beside the axes, since curves and limits may lie anywhere within.
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def plot_spectrum(density: "descentlab.sharpness.Density") -> "matplotlib.figure.Figure":
    """Plot how the eigenvalues of a Hessian are spread, on a logarithmic axis of shares.

    Args:
        density: As `descentlab.curvature(...).spectrum.density`.

    Returns:
        A figure.

    Example:
        >>> from descentlab.sharpness import Density
        >>> at = np.linspace(-1.0, 1.0, 5)
        >>> plot_spectrum(Density(at, np.full(5, 0.5), 0.1, at, at)).axes[0].get_xlabel()
        'eigenvalue'
    """
    figure, axes = new_axes(5.2, 3.3)
    # A millionth of the highest place is as good as none, and would only stretch the axis.
    floor = 1e-6 * float(density.density.max())
    axes.plot(density.at, np.where(density.density > floor, density.density, np.nan), color=BLUE, linewidth=1.4)
    axes.set_yscale("log")
    axes.set_xlabel("eigenvalue")
    axes.set_ylabel("share of the eigenvalues per unit")
    axes.axvline(0.0, color=SOFT, linewidth=0.9, linestyle=":")
    return figure
