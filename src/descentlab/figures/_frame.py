"""How every figure looks: calm axes, one size of text, room for what is drawn."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

INK, SOFT, LINE = "#1c2025", "#5a626c", "#deded8"
BLUE, ORANGE = "#0877bd", "#b35800"


def new_axes(width: float, height: float) -> "tuple[matplotlib.figure.Figure, matplotlib.axes.Axes]":
    """Begin a figure of a size in inches, outside pyplot's global list, so that nothing has to be closed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", dpi=150)
    axes = figure.add_subplot()
    axes.tick_params(colors=SOFT, labelsize=9)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(SOFT)
    axes.xaxis.label.set(color=INK, size=9.5)
    axes.yaxis.label.set(color=INK, size=9.5)
    return figure, axes
