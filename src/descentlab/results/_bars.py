"""Bars to both sides of a middle line, and small pictures of numbers of either sign."""

from dataclasses import dataclass

import numpy as np

from descentlab.results._network_colours import signed, strength
from descentlab.results._numbers import number
from descentlab.results._part_content import Bars, Fields
from descentlab.results._png import png_uri


@dataclass(frozen=True)
class Bar:
    """One row: words, number, and bar. Places are percent of the width from the left; 0 lies in the middle."""

    words: tuple[str, ...]
    value: str
    direction: str
    left: float
    width: float


@dataclass(frozen=True)
class Field:
    name: str
    uri: str
    largest: str


def bars_view(bars: Bars) -> tuple[Bar, ...]:
    """Lay out the rows with their bars; the longest bar reaches the edge."""
    lengths = 50.0 * strength(bars.values)
    return tuple(
        Bar(
            words,
            number(float(value), digits=4),
            "up" if length > 0.0 else "down",
            round(50.0 + min(float(length), 0.0), 2),
            round(abs(float(length)), 2),
        )
        for words, value, length in zip(bars.rows, bars.values, lengths, strict=True)
    )


def fields_view(fields: Fields) -> tuple[Field, ...]:
    """Colour small pictures; in each the largest number has the strongest colour."""
    return tuple(
        Field(name, png_uri(signed(strength(values))), number(float(np.abs(values).max(initial=0.0))))
        for name, values in zip(fields.names, fields.values, strict=True)
    )
