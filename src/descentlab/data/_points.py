"""The points of TensorFlow Playground's six sets by their published definitions."""

import numpy as np
from jaxtyping import Float

from descentlab.core import generator
from descentlab.spec import PlaygroundData, known_set

Coordinates = Float[np.ndarray, " points"]
Points = tuple[Coordinates, Coordinates, Coordinates]
"""x1, x2 and the label: a real number, or -1 and 1 for orange and blue."""


def draw_points(spec: PlaygroundData, seed: int) -> Points:
    """Draw the points of a set and their labels.

    The positions depend on seed, name and number only, so that sets with different noise differ in the noise only.

    Args:
        spec: Name of the set, number of points, and noise in per cent.
        seed: Seed that draws the points.

    Returns:
        x1, x2 and the label.

    References:
        TensorFlow Playground, `src/dataset.ts` (2016).
    """
    count = spec.num_examples or known_set(spec.name).num_examples
    rng, noise_rng = (generator(seed, "playground", spec.name, what) for what in ("points", "noise"))
    return DRAWS[spec.name](count, spec.noise / 100.0, rng, noise_rng)


def _circle(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    radius, inside = 5.0, (count + 1) // 2
    is_inside = np.arange(count) < inside
    lower, upper = np.where(is_inside, 0.0, 0.7 * radius), np.where(is_inside, 0.5 * radius, radius)
    distance, angle = rng.uniform(lower, upper), rng.uniform(0.0, 2.0 * np.pi, count)
    x1, x2 = distance * np.sin(angle), distance * np.cos(angle)
    shift1, shift2 = noise_rng.uniform(-radius, radius, (2, count)) * noise
    return x1, x2, np.where(np.hypot(x1 + shift1, x2 + shift2) < 0.5 * radius, 1.0, -1.0)


def _xor(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    padding = 0.3
    x1, x2 = (x + np.where(x > 0, padding, -padding) for x in rng.uniform(-5.0, 5.0, (2, count)))
    shift1, shift2 = noise_rng.uniform(-5.0, 5.0, (2, count)) * noise
    return x1, x2, np.where((x1 + shift1) * (x2 + shift2) >= 0, 1.0, -1.0)


def _gauss(count: int, noise: float, rng: np.random.Generator, _noise_rng: np.random.Generator) -> Points:
    variance = 0.5 + 7.0 * noise  # from 0.5 to 4 as the page's slider goes from 0 to 50%
    label = np.where(np.arange(count) < (count + 1) // 2, 1.0, -1.0)
    x1, x2 = 2.0 * label + np.sqrt(variance) * rng.standard_normal((2, count))
    return x1, x2, label


def _spiral(count: int, noise: float, _rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    arm = (count + 1) // 2
    label = np.where(np.arange(count) < arm, 1.0, -1.0)
    along = np.where(label > 0, np.arange(count), np.arange(count) - arm) / (count / 2)
    radius, angle = 5.0 * along, 1.75 * along * 2.0 * np.pi + np.where(label > 0, 0.0, np.pi)
    shift1, shift2 = noise_rng.uniform(-1.0, 1.0, (2, count)) * noise
    return radius * np.sin(angle) + shift1, radius * np.cos(angle) + shift2, label


def _plane(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    x1, x2 = rng.uniform(-6.0, 6.0, (2, count))
    shift1, shift2 = noise_rng.uniform(-6.0, 6.0, (2, count)) * noise
    return x1, x2, (x1 + shift1 + x2 + shift2) / 10.0


def _multi_gauss(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    x1, x2 = rng.uniform(-6.0, 6.0, (2, count))
    shift1, shift2 = noise_rng.uniform(-6.0, 6.0, (2, count)) * noise
    bumps = np.array([(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)])
    distances = np.hypot(
        *((x + shift)[:, None] - bumps[None, :, axis] for axis, (x, shift) in enumerate(((x1, shift1), (x2, shift2))))
    )
    heights = bumps[None, :, 2] * np.clip(1.0 - distances / 2.0, 0.0, 1.0)
    return x1, x2, np.take_along_axis(heights, np.abs(heights).argmax(axis=1)[:, None], axis=1)[:, 0]


DRAWS = {
    "circle": _circle,
    "xor": _xor,
    "gauss": _gauss,
    "spiral": _spiral,
    "plane": _plane,
    "multi-gauss": _multi_gauss,
}
