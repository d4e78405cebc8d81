"""The numbers of a training that several rules use."""

import functools

import numpy as np
from jaxtyping import Float

from descentlab.judgement._curves import TrainingCurves
from descentlab.judgement._schedule import rate_share
from descentlab.judgement._trend import Trend, end_length, fit_trend, largest_rise

CHANCE = 0.95
"""A loss above this share of the best constant prediction's is no better than that prediction."""
POOR = 0.5
"""A loss above this share of the best constant prediction's loss is poor."""


class Reading:
    """The numbers of a training, read from its curves."""

    def __init__(self, curves: TrainingCurves) -> None:
        """Read the curves up to their first value that is no number.

        Args:
            curves: Curves with at least three points that are numbers.
        """
        train = curves.train_loss.astype(np.float64)
        self.curves = curves
        self.known = train[: known_length(train)]
        self.num_end = end_length(len(self.known))
        self.end = self.known[-max(1, self.num_end) :]
        self.trend = fit_trend(self.known, max(1, self.num_end))
        self.start = float(self.known[0])
        self.lowest = float(self.known.min())
        self.last = float(self.known[-1])
        self.level = self.trend.level
        self.improves: bool | None = None  # whether it does, once a rule has asked

    @property
    def constant(self) -> float | None:
        """Loss of the best constant prediction; None if it is unknown, or 0 as all targets are the same."""
        constant = self.curves.constant_loss
        return constant if constant is not None and constant > 1e-9 * abs(self.start) else None

    @property
    def reference(self) -> float:
        """Loss that says what is poor: that of the best constant prediction, or of the start where that is unknown."""
        return self.start if self.constant is None else self.constant

    @property
    def relative_level(self) -> float:
        """The loss at the end, as a share of the best constant prediction's; 0 if that is 0."""
        return self.level / self.reference if self.reference > 0.0 else 0.0

    @functools.cached_property
    def fall(self) -> float:
        """How far the loss has fallen: from the constant prediction's, if the start was above it and the end is not."""
        start, constant = self.start, self.constant
        if constant is not None and self.lowest < CHANCE * constant < start:
            start = constant
        return max(0.0, start - self.lowest)

    @functools.cached_property
    def falling(self) -> Trend | None:
        """The shortest end of the curve that surely falls; a longer one only if its fall has not slowed down since."""
        if self.num_end < 2 or self.trend.is_falling:
            return self.trend if self.num_end >= 2 else None
        for length in (len(self.known) // 3, len(self.known) // 2):
            if length <= self.num_end:
                continue
            tried = fit_trend(self.known, length)
            if tried.is_falling and fit_trend(self.known, max(2, length // 2)).slope <= 0.5 * tried.slope:
                return tried
        return None

    @functools.cached_property
    def expected_fall(self) -> float:
        """Fall to be expected over as many epochs again as the end has, at the final rate of the schedule."""
        trend = self.falling or self.trend
        return -trend.slope * max(1, self.num_end - 1) * self.rate_share(trend.num)

    def rate_share(self, num: int) -> float:
        """Return the final rate, as a share of the mean rate over the last points."""
        factors = self.curves.rate_factors
        return 1.0 if factors is None else rate_share(factors[: len(self.known)], num)

    @functools.cached_property
    def swing(self) -> float:
        """Largest rise of the loss from a point of its end to a later one."""
        return largest_rise(self.end)

    @functools.cached_property
    def gradient_share(self) -> float | None:
        """Median gradient at the end, as a share of the largest; 0 if there never was one, None if not recorded."""
        norms = self.curves.gradient_norm
        norms = None if norms is None else norms[1 : len(self.known)].astype(np.float64)
        if norms is None or not len(norms) or not np.isfinite(norms).all():
            return None
        largest = float(norms.max())
        return float(np.median(norms[-max(1, self.num_end) :])) / largest if largest > 0.0 else 0.0

    @property
    def stuck_share(self) -> float | None:
        """Share of stuck units; None if it is not known."""
        share = self.curves.stuck_share
        return None if share is None or not np.isfinite(share) else share

    @functools.cached_property
    def held_out(self) -> Float[np.ndarray, " points"] | None:
        """Held-out loss as far as the training loss is known; None if there is none."""
        held_out = self.curves.held_out_loss
        if held_out is None:
            return None
        known = held_out[: len(self.known)].astype(np.float64)
        return known if len(known) and np.isfinite(known).all() else None

    @property
    def held_out_reference(self) -> float | None:
        """Loss of one answer for all examples of the held-out part."""
        given = self.curves.held_out_constant_loss
        return self.constant if given is None else given

    @property
    def beside_constant(self) -> str:
        """The loss beside that of the best constant prediction, in words."""
        if self.constant is None:
            return f"having begun at {self.start:.4g}"
        side = "worse than" if self.level > 1.01 * self.constant else "where"
        return f"{side} the best constant prediction {'would have' if side == 'where' else 'with'} {self.constant:.4g}"

    @property
    def span(self) -> str:
        """The end of the curve, in words."""
        last = len(self.known) - 1
        num = self.curves.epoch_at(last) - self.curves.epoch_at(max(0, last - max(1, self.num_end - 1)))
        return f"the last {num} epochs" if num > 1 else "the last epoch"


def known_length(train: Float[np.ndarray, " points"]) -> int:
    """Return the number of points before the first that is no number."""
    broken = np.flatnonzero(~np.isfinite(train))
    return int(broken[0]) if broken.size else len(train)
