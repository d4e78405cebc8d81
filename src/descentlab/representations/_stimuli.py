"""Synthetic pictures: gratings and bars of known orientation."""

import numpy as np
from jaxtyping import Float


def gratings(
    shape: tuple[int, int, int],
    degrees: Float[np.ndarray, " orientations"],
    *,
    period: float,
    num_phases: int,
) -> Float[np.ndarray, "orientations phases rows columns colours"]:
    """Draw stripes of one period, from black over grey to white.

    Args:
        shape: Height, width and colours of a picture.
        degrees: Direction of the stripes, counter-clockwise from the horizontal.
        period: Pixels from stripe to stripe.
        num_phases: Positions of the stripes, evenly over a period.

    Returns:
        Values from 0 to 1, the same in all colours.
    """
    across = _across(shape, degrees)[:, None]
    phases = 2.0 * np.pi * np.arange(num_phases) / num_phases
    waves = np.cos(2.0 * np.pi * across / period + phases[None, :, None, None])
    return _in_colours(0.5 + 0.5 * waves, shape[2])


def bars(
    shape: tuple[int, int, int],
    degrees: Float[np.ndarray, " orientations"],
    offsets: Float[np.ndarray, " offsets"],
    *,
    width: float,
) -> Float[np.ndarray, "orientations offsets rows columns colours"]:
    """Draw one white bar on black, with edges a pixel soft.

    Args:
        shape: Height, width and colours of a picture.
        degrees: Direction of the bar, counter-clockwise from the horizontal.
        offsets: Distances of the bar from the picture's middle, in pixels.
        width: The width of the bar, in pixels.

    Returns:
        Values from 0 to 1, the same in all colours.
    """
    away = np.abs(_across(shape, degrees)[:, None] - offsets[None, :, None, None])
    return _in_colours(np.clip(width / 2.0 + 0.5 - away, 0.0, 1.0), shape[2])


def _across(
    shape: tuple[int, int, int], degrees: Float[np.ndarray, " orientations"]
) -> Float[np.ndarray, "orientations rows columns"]:
    """Measure how far each pixel lies from the line through the middle."""
    height, width, _ = shape
    up = (height - 1) / 2.0 - np.arange(height)[:, None]
    right = np.arange(width)[None, :] - (width - 1) / 2.0
    angle = np.deg2rad(degrees)[:, None, None]
    return up[None] * np.cos(angle) - right[None] * np.sin(angle)


def _in_colours(values: np.ndarray, colours: int) -> np.ndarray:
    return np.repeat(values[..., None], colours, axis=-1).astype(np.float32)
