"""The rate at which descent leaves a place however close it came, by the rule that updates the weights."""

from dataclasses import dataclass
from typing import Literal

from gradlab.sharpness._lanczos import Extremes
from gradlab.spec import (
    AdamSpec,
    AdamWSpec,
    AnyOptimizerSpec,
    MomentumSpec,
    NesterovSpec,
    RmspropSpec,
)

StopKind = Literal["minimum", "saddle", "plateau", "not stationary"]


def stability_limit(optimizer: AnyOptimizerSpec, learning_rate: float) -> float:
    """Return the sharpness above which a rule with this rate is unstable on a quadratic.

    With sharpness s and rate r: gradient descent is stable for r s < 2; with momentum b for r s < 2 (1 + b); with
    Nesterov's for r s < 2 (1 + b) / (1 + 2 b). Adam and RMSProp divide each weight's step by the root of its mean
    square gradient; what counts is the sharpness after dividing the Hessian by these roots, and Adam's limit is
    2 (1 + b1) / ((1 - b1) r), which at b1 = 0.9 is 38 / r.

    Args:
        optimizer: The rule with its numbers.
        learning_rate: The rate.

    Returns:
        The limit, in the unit of a second derivative of the loss.

    Example:
        >>> from gradlab.spec import SgdSpec
        >>> stability_limit(SgdSpec(), 0.1)
        20.0
        >>> round(stability_limit(AdamSpec(), 1.0), 6)
        38.0

    References:
        Cohen et al., "Gradient descent on neural networks typically occurs at the edge of stability" (2021).
        Cohen et al., "Adaptive gradient methods at the edge of stability" (2022).
    """
    match optimizer:
        case MomentumSpec():
            return 2.0 * (1.0 + optimizer.momentum) / learning_rate
        case NesterovSpec():
            return 2.0 * (1.0 + optimizer.momentum) / ((1.0 + 2.0 * optimizer.momentum) * learning_rate)
        case AdamSpec() | AdamWSpec():
            return 2.0 * (1.0 + optimizer.b1) / ((1.0 - optimizer.b1) * learning_rate)
        case _:
            return 2.0 / learning_rate


def is_preconditioned(optimizer: AnyOptimizerSpec) -> bool:
    """Say whether a rule divides each weight's step by a number of its own."""
    return isinstance(optimizer, AdamSpec | AdamWSpec | RmspropSpec)


GAIN = 1e-3
"""A place is stationary if the best single step down the gradient would gain less than this share of the loss."""
BENT_DOWN = 1e-2
"""A place is a saddle if the spectrum reaches below 0 by more than this share of its largest eigenvalue."""
FLAT = 1e-2
"""A place is a plateau if it is this much flatter than where training began, in every direction."""


@dataclass(frozen=True)
class Stop:
    """What kind of place training ended at.

    Attributes:
        kind: Its kind.
        gain: Share of the loss that the best single step down the gradient would gain: |g|^2 / (2 s L).
        sentence: The same in words, with its numbers.
    """

    kind: StopKind
    gain: float
    sentence: str


def judge_stop(extremes: Extremes, *, gradient_norm: float, loss: float, first_sharpness: float | None = None) -> Stop:
    """Say what kind of place training ended at, from its gradient and the ends of its spectrum.

    Args:
        extremes: The largest and smallest eigenvalue of the Hessian, with their errors.
        gradient_norm: Length of the gradient.
        loss: The loss there.
        first_sharpness: The largest eigenvalue where training began.

    Returns:
        The kind of place. Few stops of real networks are minima: most are not stationary, or bent down in a few of very
        many directions.
    """
    sharpness = max(extremes.largest, 1e-300)
    gain = gradient_norm**2 / (2.0 * sharpness * max(abs(loss), 1e-300))
    told = (
        f"The gradient is {gradient_norm:.3g} long; the Hessian's eigenvalues reach from {extremes.smallest:.3g} "
        f"(± {extremes.smallest_error:.2g}) to {extremes.largest:.3g} (± {extremes.largest_error:.2g})."
    )
    if first_sharpness and max(abs(extremes.smallest), extremes.largest) < FLAT * first_sharpness and gain < 1.0:
        words = f"It is a plateau: everywhere flatter than a hundredth of where it began ({first_sharpness:.3g})."
        return Stop("plateau", gain, f"{told} {words}")
    if gain > GAIN:
        words = (
            f"It is not stationary: the best single step down the gradient would gain {gain:.2%} of the loss, so "
            "training was ended before it had come to rest."
        )
        return Stop("not stationary", gain, f"{told} {words}")
    if extremes.smallest + extremes.smallest_error < -BENT_DOWN * sharpness:
        words = "It is a saddle: the gradient is all but gone, and the loss bends down in some direction."
        return Stop("saddle", gain, f"{told} {words}")
    words = "As far as these numbers tell it is a minimum: no gradient is left, and no direction bends down noticeably."
    return Stop("minimum", gain, f"{told} {words}")
