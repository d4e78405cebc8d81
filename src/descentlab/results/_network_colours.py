"""The colours of a drawn network: grey for activations, and blue and orange for numbers of either sign."""

import numpy as np
from jaxtyping import Float, UInt8

STAGE = np.array([21.0, 24.0, 27.0])
"""The dark background on which a network is drawn in every theme, so that a bright neuron is an active one."""
DARK, BRIGHT = np.array([38.0, 43.0, 49.0]), np.array([255.0, 255.0, 255.0])
UP, DOWN = np.array([93.0, 180.0, 238.0]), np.array([242.0, 160.0, 72.0])

Colours = UInt8[np.ndarray, "... 3"]


def brightness(activations: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Return the brightness of each activation, from 0 to 1.

    Activations that all lie between 0 and 1 are taken as they are. Others are scaled: the smallest (or 0, if none is
    negative) becomes 0, and the largest becomes 1.

    Example:
        >>> brightness(np.array([0.0, 0.25])).tolist(), brightness(np.array([-1.0, 3.0])).tolist()
        ([0.0, 0.25], [0.0, 1.0])
    """
    known = np.nan_to_num(activations.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = min(0.0, float(known.min(initial=0.0))), float(known.max(initial=0.0))
    if low == 0.0 and high <= 1.0:
        return known
    return (known - low) / (high - low) if high > low else known * 0.0


def strength(values: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Divide numbers of either sign by the largest of their sizes, so that they lie between -1 and 1."""
    known = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    largest = float(np.abs(known).max(initial=0.0))
    return known / largest if largest > 0.0 else known


def grey(bright: Float[np.ndarray, "..."]) -> Colours:
    """Colour brightness from 0 to 1 in grey, from dark to bright."""
    return _mix(DARK, BRIGHT, bright)


def signed(strengths: Float[np.ndarray, "..."]) -> Colours:
    """Colour numbers from -1 to 1: positive ones blue, negative ones orange, and 0 as the dark background."""
    ends = np.where(strengths[..., None] < 0.0, DOWN, UP)
    # Without the root, only the few strongest could be seen against the dark.
    return _mix(DARK, ends, np.sqrt(np.abs(strengths)))


def hex_colour(colour: Colours) -> str:
    """Write one colour as `#rrggbb`."""
    return "#" + "".join(f"{int(part):02x}" for part in colour)


def _mix(start: Float[np.ndarray, "..."], end: Float[np.ndarray, "..."], share: Float[np.ndarray, "..."]) -> Colours:
    return (start + np.clip(share, 0.0, 1.0)[..., None] * (end - start)).round().astype(np.uint8)
