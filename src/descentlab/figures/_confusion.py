"""The confusion matrix."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

from descentlab.core import ShapeError
from descentlab.figures._frame import INK, new_axes

if TYPE_CHECKING:
    import matplotlib.figure

MAX_WRITTEN = 20
"""With more classes than this the cells are too small for numbers."""


def plot_confusion(counts: Int[np.ndarray, "classes classes"], classes: tuple[str, ...]) -> "matplotlib.figure.Figure":
    """Plot how often each class was taken for each, tinted by the share of the true class.

    Args:
        counts: Rows are the true classes, columns the predicted ones.
        classes: Names by class id.

    Returns:
        A figure.

    Raises:
        ShapeError: If there are not as many names as classes.

    Example:
        >>> plot_confusion(np.array([[9, 1], [2, 8]]), ("cat", "dog")).axes[0].get_ylabel()
        'true'
    """
    num = len(counts)
    if num != len(classes):
        raise ShapeError(f"a matrix of {num} classes needs {num} names; it was given {len(classes)}")
    side = min(2.0 + 0.42 * num, 9.0)
    figure, axes = new_axes(side, side)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.6)
    axes.set_xticks(range(num), classes, rotation="horizontal" if max(map(len, classes)) < 4 else "vertical")
    axes.set_yticks(range(num), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for spine in axes.spines.values():
        spine.set_visible(False)
    if num <= MAX_WRITTEN:
        for true, predicted in np.argwhere(counts > 0):
            axes.text(predicted, true, f"{counts[true, predicted]:,}", ha="center", va="center", color=INK, size=8.5)
    return figure
