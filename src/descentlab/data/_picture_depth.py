"""Depth of pixels: which numbers are black and white in files with more than 8 bits, or with real numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import UInt8
from pydantic import Field

from descentlab.data._model import Model
from descentlab.data._names import counted

DEPTHS = (8, 10, 12, 14, 16)
FULL = 16
ROUNDING = 1e-4
"""By how much a real number may exceed 1 in pictures from 0 to 1: rounding, or a filter that overshoots."""


class PixelDepth(Model):
    """How pixels of more than 8 bits become 8 bits: `floor((pixel - low) * 256 / span)`.

    Attributes:
        low: Number that is black.
        span: Distance from black to just above white: 4096 for 12 bits, 1 for real numbers from 0 to 1.
    """

    low: float = 0.0
    span: float = Field(default=2.0**FULL, gt=0.0)

    def to_bytes(self, pixels: np.ndarray) -> UInt8[np.ndarray, "..."]:
        """Return pixels with 8 bits each; those below black and above white are clipped."""
        scaled = np.nan_to_num((pixels.astype(np.float64) - self.low) * (256.0 / self.span), nan=0.0)
        return np.floor(scaled).clip(0, 255).astype(np.uint8)


@dataclass(frozen=True)
class PixelRange:
    """Smallest and largest pixel of a picture of more than 8 bits.

    Attributes:
        low: Smallest pixel.
        high: Largest pixel.
        is_real: Whether pixels are real numbers.
    """

    low: float
    high: float
    is_real: bool


def is_deep(image: Any) -> bool:
    """Determine whether an image of Pillow has gray pixels of more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def range_of(image: Any) -> PixelRange | None:
    """Return the range of an image's pixels; None if it has no more than 8 bits, or no finite pixel."""
    if not is_deep(image):
        return None
    pixels = np.asarray(image)
    finite = pixels[np.isfinite(pixels)]
    return PixelRange(float(finite.min()), float(finite.max()), image.mode == "F") if finite.size else None


def choose_depth(ranges: Sequence[PixelRange], bits: int | None = None) -> tuple[PixelDepth | None, str]:
    """Choose one depth for all pictures of more than 8 bits.

    Whole numbers have the smallest of 8, 10, 12, 14 and 16 bits that holds all of them; real numbers go from 0 to 1,
    to 255 or to 65,535 where they fit; any other numbers go from the smallest to the largest.

    Args:
        ranges: Range of each such picture.
        bits: Depth that a person gives, or None.

    Returns:
        The depth, and a note; None and nothing if there are no such pictures, or they use all of 16 bits.
    """
    if not ranges:
        return None, ""
    low, high = min(each.low for each in ranges), max(each.high for each in ranges)
    are_real = any(each.is_real for each in ranges)
    what = counted(len(ranges), "picture") + (" of real numbers" if are_real else " of more than 8 bits")
    if bits is not None and not are_real:
        return PixelDepth(span=2.0**bits), ""
    if are_real and low >= 0.0 and high <= 1.0 + ROUNDING:
        return PixelDepth(span=1.0), f"Read {what} from 0 (black) to 1 (white)."
    if low < 0.0 or high >= 2.0**FULL or (are_real and not any(0.5 * 2**bits <= high < 2**bits for bits in (8, 16))):
        return PixelDepth(low=low, span=max(high - low, 1e-9)), f"Read {what} from {low:g} (black) to {high:g} (white)."
    depth = next(depth for depth in DEPTHS if high < 2.0**depth)
    if depth == FULL and not are_real:
        return None, ""
    white = 2**depth - 1
    remedy = "" if are_real else f"; `--set data.depth={FULL}` reads all {FULL} bits"
    why = f"from 0 (black) to {white:,} (white), since no pixel exceeds {high:,.6g}"
    return PixelDepth(span=2.0**depth), f"Read {what} as {depth} bits deep, {why}{remedy}."
