"""Arrays as pictures: grey, in two colours for signs, and the channels of a layer side by side."""

import numpy as np
from jaxtyping import Float, UInt8

from descentlab.results import png_uri

ACROSS = 8
"""Number of channels in a row."""
MOST_CHANNELS = 64
FINE = 24
"""Side length to which small pictures are enlarged, in pixels: the lines between them would be as wide otherwise."""
UNITS_ACROSS = 32
GAP = 128
"""Grey of the lines between channels."""
MIDDLE, AGAINST, FOR = np.array([[232, 234, 235], [217, 115, 13], [8, 119, 189]], np.float64)
"""Colours of 0, of negative and of positive values, as on the studio's other pages."""


def grey_uri(values: Float[np.ndarray, "rows columns"]) -> str:
    """Draw values from 0 (black) to 1 (white)."""
    return png_uri(_to_bytes(values, 0.0, 1.0))


def signed_uri(values: Float[np.ndarray, "rows columns"], largest: float) -> str:
    """Draw positive values in blue and negative ones in orange, with the full colour at `largest`."""
    shares = np.clip(values / largest if largest > 0.0 else np.zeros_like(values), -1.0, 1.0)[..., None]
    colours = MIDDLE + np.abs(shares) * (np.where(shares > 0.0, FOR, AGAINST) - MIDDLE)
    return png_uri(np.rint(colours).astype(np.uint8))


def layer_uri(values: Float[np.ndarray, "..."]) -> str:
    """Draw the activations of a layer, from black for the smallest value to white for the largest.

    Args:
        values: Activations of shape `(rows, columns, channels)`, of which the first `MOST_CHANNELS` channels are drawn,
            or of shape `(units,)`.

    Returns:
        A data URI.
    """
    low, high = float(values.min()), float(values.max())
    grey = _to_bytes(values, low, high)
    return png_uri(_side_by_side(grey[..., :MOST_CHANNELS]) if values.ndim == 3 else _in_rows(grey))


def _to_bytes(values: Float[np.ndarray, "..."], low: float, high: float) -> UInt8[np.ndarray, "..."]:
    span = high - low
    shares = (values - low) / span if span > 0.0 else np.zeros_like(values)
    return np.rint(255.0 * np.clip(shares, 0.0, 1.0)).astype(np.uint8)


def _side_by_side(grey: UInt8[np.ndarray, "_ _ channels"]) -> UInt8[np.ndarray, "height width"]:
    times = max(1, FINE // max(grey.shape[:2]))
    grey = grey.repeat(times, axis=0).repeat(times, axis=1)
    rows, columns, channels = grey.shape
    across = min(ACROSS, channels)
    down = -(-channels // across)
    board = np.full((down * (rows + 1) - 1, across * (columns + 1) - 1), GAP, np.uint8)
    for channel in range(channels):
        top, left = (channel // across) * (rows + 1), (channel % across) * (columns + 1)
        board[top : top + rows, left : left + columns] = grey[..., channel]
    return board


def _in_rows(grey: UInt8[np.ndarray, " units"]) -> UInt8[np.ndarray, "height width"]:
    across = min(UNITS_ACROSS, len(grey))
    board = np.full(-(-len(grey) // across) * across, GAP, np.uint8)
    board[: len(grey)] = grey
    return board.reshape(-1, across)
