"""The barrier between two networks: how far the loss on the straight line between them rises above its ends."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.labs.landscape.measure._line import ROUNDING

Z = 1.959963984540054


@dataclass(frozen=True)
class Barrier:
    """How far the loss between two networks is above the straight line between their own losses.

    Attributes:
        height: Largest excess over that line, ends included: 0 where the loss is nowhere above it.
        at: Where it is highest, 0 being the first network and 1 the second; None where the height is 0.
        loss: The loss there; of the higher end where there is no barrier.
        ends: The losses of the two networks.
        ci95: The height's 95% interval over the examples, at the place where it is highest; None where it is 0, or of
            one example.
        num_examples: Examples behind it.
        is_real: Whether that interval lies above 0, and the height above rounding.
    """

    height: float
    at: float | None
    loss: float
    ends: tuple[float, float]
    ci95: tuple[float, float] | None
    num_examples: int
    is_real: bool


def find_barrier(
    at: Float[np.ndarray, " points"], losses: Float[np.ndarray, "points examples"], *, precision: str = "float32"
) -> Barrier:
    """Measure the barrier from each example's loss along the line.

    With L(t) the mean loss at (1 - t) A + t B the barrier is max over t of L(t) - (1 - t) L(0) - t L(1). It is 0 for a
    convex loss. The interval is that of the mean over examples of each one's own excess. The place is taken as given,
    which flatters the height a little where the top is flat.

    Args:
        at: Places t, from 0 to 1.
        losses: Each example's loss at each place.
        precision: In which it was computed.

    Returns:
        The barrier; its height is infinite where the loss is no number on the way.

    References:
        Frankle, Dziugaite, Roy and Carbin, "Linear mode connectivity and the lottery ticket hypothesis" (2020).
        Entezari, Sedghi, Saukh and Neyshabur, "The role of permutation invariance in linear mode connectivity of neural
        networks" (2022).
    """
    wide = losses.astype(np.float64)
    mean = wide.mean(axis=1)
    ends = (float(mean[0]), float(mean[-1]))
    excess = mean - (1.0 - at) * ends[0] - at * ends[1]
    num = wide.shape[1]
    if not np.isfinite(excess).all():
        worst = int(np.argmax(~np.isfinite(excess)))
        return Barrier(math.inf, float(at[worst]), math.inf, ends, None, num, is_real=bool(np.isfinite(ends).all()))
    top = int(np.argmax(excess))
    if top in (0, len(at) - 1) or excess[top] <= 0.0:
        return Barrier(0.0, None, max(ends), ends, None, num, is_real=False)
    height = float(excess[top])
    interval = None
    if num > 1:
        each = wide[top] - (1.0 - at[top]) * wide[0] - at[top] * wide[-1]
        half = Z * float(each.std(ddof=1)) / math.sqrt(num)
        interval = (height - half, height + half)
    is_real = interval is not None and interval[0] > 0.0 and height > ROUNDING[precision] * float(mean.max())
    return Barrier(height, float(at[top]), float(mean[top]), ends, interval, num, is_real)
