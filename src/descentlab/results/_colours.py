"""The colours of scores, as in TensorFlow Playground, and the colours of classes."""

import numpy as np
from jaxtyping import Float, Int, UInt8

CLASS_COLOURS = (
    "#f59322", "#0877bd", "#0b5d3b", "#a4579f", "#c8453b", "#1f9d9d", "#8a6d3b", "#d66ba0", "#6b7a8f", "#a3a22b",
)  # fmt: skip
"""The first two are the orange and the blue of TensorFlow Playground. A reader who cannot see red or green can still
distinguish the first three."""

NEUTRAL = "#e8eaeb"
STRENGTH = 0.63
"""Strength of a field's colour, so that points stand out from it: 160 of 255, as in TensorFlow Playground."""


def class_colour(number: int) -> str:
    """Return the colour of a class as `#rrggbb`; colours repeat after ten classes."""
    return CLASS_COLOURS[number % len(CLASS_COLOURS)]


def score_colours(scores: Float[np.ndarray, "..."]) -> UInt8[np.ndarray, "... 3"]:
    """Colour scores: -1 is orange, 0 is grey, 1 is blue, and a score that is not a number is grey too.

    Args:
        scores: Scores; those beyond -1 and 1 are cut off there.

    Returns:
        Red, green and blue of each score, from 0 to 255.
    """
    scores = np.clip(np.nan_to_num(scores.astype(np.float64), nan=0.0), -1.0, 1.0)[..., None]
    end = np.where(scores < 0.0, _rgb(CLASS_COLOURS[0]), _rgb(CLASS_COLOURS[1]))
    return _bytes(_rgb(NEUTRAL) + np.abs(scores) * (end - _rgb(NEUTRAL)))


def winner_colours(winners: Int[np.ndarray, "..."], confidence: Float[np.ndarray, "..."]) -> UInt8[np.ndarray, "... 3"]:
    """Colour each place by its predicted class; the more confident the prediction, the stronger the colour.

    Args:
        winners: Ids of the predicted classes.
        confidence: Probabilities of the predicted classes.

    Returns:
        Red, green and blue of each place, from 0 to 255.
    """
    palette = np.stack([_rgb(colour) for colour in CLASS_COLOURS])
    strength = np.clip(np.nan_to_num(confidence.astype(np.float64), nan=0.0), 0.0, 1.0)[..., None]
    return _bytes(_rgb(NEUTRAL) + strength * (palette[winners % len(palette)] - _rgb(NEUTRAL)))


def hex_of(colour: UInt8[np.ndarray, " 3"]) -> str:
    """Write a colour as `#rrggbb`."""
    return "#" + "".join(f"{int(part):02x}" for part in colour)


def lighten(colours: UInt8[np.ndarray, "... 3"]) -> UInt8[np.ndarray, "... 3"]:
    """Mix colours with white, for a field below points of the same colours."""
    return _bytes(255.0 + STRENGTH * (colours.astype(np.float64) - 255.0))


def _rgb(colour: str) -> Float[np.ndarray, " 3"]:
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], np.float64)


def _bytes(colours: Float[np.ndarray, "... 3"]) -> UInt8[np.ndarray, "... 3"]:
    return np.round(colours).astype(np.uint8)
