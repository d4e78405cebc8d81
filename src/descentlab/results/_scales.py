"""Axes: they map values to places on the paper, and have round numbers beside them."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from descentlab.results._numbers import power_of_ten


@dataclass(frozen=True)
class Tick:
    """A number beside an axis.

    Attributes:
        at: Place on the axis, in the units of the figure.
        text: Number in words.
    """

    at: float
    text: str


@dataclass(frozen=True)
class Scale:
    """A map from values to places along one axis.

    Attributes:
        low: Value at `start`.
        high: Value at `end`.
        start: Place of the low end, in the units of the figure.
        end: Place of the high end; smaller than `start` on an axis that points up.
        kind: Whether equal distances mean equal differences ("linear") or equal ratios ("log").
    """

    low: float
    high: float
    start: float
    end: float
    kind: Literal["linear", "log"] = "linear"

    def place(self, values: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Map values to places; a value without a place becomes NaN."""
        low, high = self.low, self.high
        wide = np.asarray(values, np.float64)
        if self.kind == "log":
            wide = np.log10(wide, out=np.full(wide.shape, np.nan), where=wide > 0.0)
            low, high = math.log10(low), math.log10(high)
        places = self.start + (wide - low) / (high - low) * (self.end - self.start)
        return np.where(np.isfinite(places), places, np.nan)

    def at(self, value: float) -> float:
        """Map one value to its place."""
        return float(self.place(np.array([value], np.float64))[0])

    def ticks(self, wanted: int = 5) -> tuple[Tick, ...]:
        """Choose round numbers.

        Args:
            wanted: About how many numbers to choose.
        """
        if self.kind == "log":
            return tuple(Tick(self.at(value), text) for value, text in _log_ticks(self.low, self.high))
        step = _nice_step((self.high - self.low) / max(wanted, 1))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(Tick(self.at(k * step), _tick_text(k * step, step)) for k in range(first, last + 1))


def linear_scale(
    values: Float[np.ndarray, "..."], *, start: float, end: float, wanted: int = 5, holds: tuple[float, ...] = ()
) -> Scale:
    """Make a linear scale that contains all finite values, and ends at round numbers if there are some near.

    Args:
        values: Values to draw.
        start: Place of the low end.
        end: Place of the high end.
        wanted: About how many ticks the axis gets.
        holds: Further values that the axis must contain, such as zero.

    Returns:
        The scale; it goes from 0 to 1 if there is no finite value.
    """
    finite = np.asarray(values, np.float64)
    finite = np.append(finite[np.isfinite(finite)], holds)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        margin = 0.5 * abs(low) or 1.0
        low, high = low - margin, high + margin
    step = _nice_step((high - low) / wanted)
    margin = 0.0 if low in holds else 0.04 * (high - low)
    below, above = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    # A round end is only taken if it is near; a far one would leave much of the paper empty.
    near = 0.15 * (high - low)
    return Scale(
        below if low - below <= near else low - margin, above if above - high <= near else high + margin, start, end
    )


def log_scale(values: Float[np.ndarray, "..."], *, start: float, end: float) -> Scale | None:
    """Make a logarithmic scale that contains all positive finite values; None if there is none."""
    wide = np.asarray(values, np.float64)
    positive = wide[np.isfinite(wide) & (wide > 0.0)]
    if not positive.size:
        return None
    low, high = float(positive.min()), float(positive.max())
    if high / low < 1.5:
        middle = math.sqrt(low * high)
        low, high = middle / 1.5, middle * 1.5
    return Scale(low / 1.08, high * 1.08, start, end, "log")


def tight_scale(values: Float[np.ndarray, " values"], *, start: float, end: float) -> Scale:
    """Make a linear scale that begins and ends with the values; it begins at 0 if the first value is near 0."""
    known = values[np.isfinite(values)]
    first, last = float(known.min()), float(known.max())
    if first == last:
        first, last = first - 1.0, last + 1.0
    return Scale(0.0 if 0.0 < first <= 0.05 * last else first, last, start, end)


def thin(num: int, most: int) -> Int[np.ndarray, " kept"]:
    """Choose some evenly spaced places of a row, with the first and the last among them.

    Args:
        num: Length of the row.
        most: Largest number of places to choose.

    Returns:
        Places, counted from 0, in rising order.
    """
    return np.arange(num) if num <= most else np.unique(np.linspace(0, num - 1, most).round().astype(np.int64))


def _nice_step(rough: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))


def _tick_text(value: float, step: float) -> str:
    if abs(value) < step * 1e-6:
        return "0"
    if max(abs(value), step) >= 1e6 or step < 1e-4:
        mantissa, exponent = f"{value:.3e}".split("e")
        text = f"{float(mantissa):g}×{power_of_ten(int(exponent))}"
    else:
        text = f"{value:,.{max(-math.floor(math.log10(step) + 1e-9), 0)}f}"
    return text.replace("-", "−")


def _log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    span = math.log10(high / low)
    finest = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
    factors = (1.0,) if span > 3.2 else (1.0, 3.0) if span > 2.0 else (1.0, 2.0, 5.0) if span > 0.7 else finest
    every = max(1, round(span / 6)) if factors == (1.0,) else 1
    pairs = [(factor * 10.0**decade, decade) for decade in decades if decade % every == 0 for factor in factors]
    return [(value, _log_text(value, decade)) for value, decade in pairs if low <= value <= high]


def _log_text(value: float, decade: int) -> str:
    mantissa = round(value / 10.0**decade, 1)
    if -3 <= decade <= 4:
        return f"{value:,.{max(-decade + (not mantissa.is_integer()), 0)}f}"
    return power_of_ten(decade) if mantissa == 1.0 else f"{mantissa:g}×{power_of_ten(decade)}"
