"""Whether a network over-fits or under-fits."""

import numpy as np

from descentlab.judgement._outcomes import Fit
from descentlab.judgement._reading import POOR, Reading
from descentlab.judgement._trend import fit_trend

RISE = 0.10
"""A held-out loss that ends by more than this share above its lowest, while the training loss fell, over-fits,"""
RISE_PART = 0.02
"""if that is also more than this share of its whole fall,"""
RISE_DEVIATIONS = 4.0
"""and more than so many standard deviations of its noise, since the lowest of many noisy values lies low by chance."""


def lowest_at(reading: Reading) -> int:
    """Return the position of the lowest held-out loss, or training loss if there is no held-out part."""
    return int(np.argmin(reading.known if reading.held_out is None else reading.held_out))


def judge_fit(reading: Reading) -> tuple[Fit, str]:
    """Judge the fit by the two losses.

    Returns:
        The fit, and the numbers that it rests on as a clause.
    """
    held_out = reading.held_out
    if held_out is None:
        return "unknown", ""
    place, trend = int(np.argmin(held_out)), fit_trend(held_out, max(1, reading.num_end))
    lowest = float(held_out[place])
    rise = trend.level - lowest
    least = max(RISE * lowest, RISE_PART * (held_out[0] - lowest), RISE_DEVIATIONS * trend.deviation)
    is_poor = reading.reference > 0.0 and reading.level > POOR * reading.reference
    if not reading.curves.has_stopped_early and rise > least and reading.last < reading.known[place]:
        return "over-fitting", (
            f"the held-out loss was lowest near epoch {place} and ended {rise / max(lowest, 1e-300):.0%} above it, "
            "while the training loss fell on"
        )
    constant = reading.held_out_reference
    if not is_poor and constant is not None and lowest >= constant > 0.0:
        return "over-fitting", (
            f"the training loss is {reading.level:.3g}, and the held-out loss {trend.level:.3g} is no better than one "
            "constant answer's"
        )
    if is_poor:
        return (
            "under-fitting",
            f"the training loss itself stays high, at {reading.level:.3g}, {reading.beside_constant}",
        )
    return "good", f"the training loss is {reading.level:.3g} and the held-out loss {trend.level:.3g}"
