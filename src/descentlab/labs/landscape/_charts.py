"""What the charts of a landscape's page have in common."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from descentlab.core import PART_WORDS
from descentlab.labs.landscape._measured import ByPart, Curve
from descentlab.results import Chart, Part, Series

STEP = "step (1 = the length of the weights)"
WIDE = 20.0


def known_only(values: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Leave a gap where a number is not finite."""
    return np.where(np.isfinite(values), values, np.nan).astype(np.float64)


def is_wide(values: Sequence[Float[np.ndarray, "..."]], ratio: float = WIDE) -> bool:
    """Say whether a logarithmic axis shows more: all above 0, and the largest so many times the smallest."""
    every = np.concatenate([known_only(array).ravel() for array in values])
    every = every[np.isfinite(every)]
    return bool(len(every) and every.min() > 0.0 and every.max() > ratio * every.min())


def values_of(curve: Curve, what: str) -> ByPart:
    """Return a curve's "loss" or "accuracy"."""
    return curve.loss if what == "loss" else curve.accuracy


def way_charts(curves: Sequence[tuple[str, Curve]], x_label: str, *, has_chord: bool) -> list[Part]:
    """Draw loss and accuracy along a way from one network to another."""
    charts: list[Part] = []
    for what in ("loss", "accuracy"):
        for title, curve in curves:
            series = []
            for tone, (part, values) in enumerate(values_of(curve, what).items()):
                series.append(Series(PART_WORDS[part], curve.at, known_only(values), tone=tone))
                if has_chord and what == "loss":
                    chord = (1.0 - curve.at) * values[0] + curve.at * values[-1]
                    name = f"{PART_WORDS[part]}: between its ends"
                    series.append(Series(name, curve.at, known_only(chord), style="dashed", tone=tone))
            if series:
                charts.append(
                    Chart(
                        f"{what.capitalize()} {title}",
                        x_label,
                        what,
                        tuple(series),
                        y_log=what == "loss" and not has_chord and is_wide([line.y for line in series]),
                    )
                )
    return charts
