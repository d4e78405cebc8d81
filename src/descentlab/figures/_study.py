"""A study: its losses against what was varied, and the map of an outcome over two hyperparameters."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab.core import ShapeError
from descentlab.figures._frame import BLUE, LINE, ORANGE, SOFT, new_axes
from descentlab.results import CLASS_COLOURS, score_colours

if TYPE_CHECKING:
    import matplotlib.figure

    import descentlab.studies


def plot_sweep(study: "descentlab.studies.Study") -> "matplotlib.figure.Figure":
    """Plot the final loss against the one number that was varied: median and middle 80% over the seeds.

    The stable region is shaded, the best value marked. Where more than half of the seeds diverged there is a gap.

    Args:
        study: As `descentlab.sweep(...).study`.

    Returns:
        A figure.

    Raises:
        ShapeError: If more than one thing was varied, or words.
    """
    from descentlab.studies import band_over_seeds, only_numbers, stable_region

    values = only_numbers(study)
    if values is None:
        raise ShapeError("the study varied more than one number: name the one to plot by sweeping it alone")
    figure, axes = new_axes(5.2, 3.3)
    order = np.argsort(values)
    for part, colour in zip(dict.fromkeys(("train", study.held_out)), (BLUE, ORANGE), strict=False):
        low, middle, high = band_over_seeds(study.final_loss(part)[order])
        axes.plot(values[order], middle, color=colour, linewidth=1.6, marker="o", markersize=3, label=f"{part} loss")
        axes.fill_between(values[order], low, high, color=colour, alpha=0.18, linewidth=0)
    region = stable_region(study)
    if region is not None:
        axes.axvspan(*region, color=LINE, alpha=0.5, linewidth=0, zorder=0, label="stable")
    if study.best is not None:
        axes.axvline(values[study.best.place], color=SOFT, linewidth=0.9, linestyle=":", label="best")
    if values.min() > 0.0 and values.max() > 20.0 * values.min():
        axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(next(iter(study.variables)).replace("_", " "))
    axes.set_ylabel("loss after the last epoch")
    axes.legend(frameon=False, fontsize=9)
    return figure


def plot_atlas(
    atlas: "descentlab.studies.Atlas", *, outcome: "descentlab.studies.Outcome" = "converges"
) -> "matplotlib.figure.Figure":
    """Plot the map of an outcome over two hyperparameters.

    Args:
        atlas: As `descentlab.atlas(...).atlas`.
        outcome: "converges" (blue, the faster the darker; orange where it diverges), "loss", "epochs" or "verdict".

    Returns:
        A figure.
    """
    from descentlab.studies import is_log, outcome_values

    values, names = outcome_values(atlas, outcome)
    figure, axes = new_axes(4.6, 4.0)
    if outcome == "converges":
        # Scores are orange below 0 and blue above.
        axes.pcolormesh(atlas.x, atlas.y, score_colours(-values), rasterized=True)
    elif names:
        from matplotlib.colors import ListedColormap

        colours = ListedColormap(CLASS_COLOURS[: len(names)])
        drawn = axes.pcolormesh(atlas.x, atlas.y, values, cmap=colours, vmin=-0.5, vmax=len(names) - 0.5)
        figure.colorbar(drawn, ticks=range(len(names))).ax.set_yticklabels(names)
    else:
        from matplotlib.colors import LogNorm

        drawn = axes.pcolormesh(atlas.x, atlas.y, values, norm=LogNorm() if outcome == "loss" else None)
        figure.colorbar(drawn, label=outcome)
    for name, along, set_scale, set_label in (
        (atlas.names[0], atlas.x, axes.set_xscale, axes.set_xlabel),
        (atlas.names[1], atlas.y, axes.set_yscale, axes.set_ylabel),
    ):
        set_scale("log" if is_log(along) else "linear")
        set_label(name.replace("_", " "))
    return figure
