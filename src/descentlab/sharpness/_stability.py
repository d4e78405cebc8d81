"""The sharpness above which an optimizer is unstable, and the preconditioner of adaptive optimizers."""

import math

import numpy as np
from jaxtyping import Float

from descentlab.core import SpecError
from descentlab.sharpness._lanczos import Product
from descentlab.spec import (
    AdamSpec,
    AdamWSpec,
    AnyOptimizerSpec,
    MomentumSpec,
    NesterovSpec,
    RmspropSpec,
)

LIMIT_FORMULAS = {
    "sgd": "2 / rate",
    "momentum": "2 (1 + momentum) / rate",
    "nesterov": "2 (1 + momentum) / ((1 + 2 momentum) rate)",
    "rmsprop": "2 / rate",
    "adam": "2 (1 + b1) / ((1 - b1) rate)",
    "adamw": "2 (1 + b1) / ((1 - b1) rate)",
}
"""Formulas of `stability_limit`, by the kind of the optimizer."""


def stability_limit(optimizer: AnyOptimizerSpec, learning_rate: float) -> float:
    """Return the sharpness above which an optimizer with this learning rate is unstable on a quadratic.

    With sharpness s and rate r: gradient descent is stable for r s < 2; with momentum b for r s < 2 (1 + b); with
    Nesterov's for r s < 2 (1 + b) / (1 + 2 b). Adam and RMSProp divide each weight's step by the root of its mean
    square gradient; for them the sharpness is taken after dividing the Hessian by these roots, and Adam's limit is
    2 (1 + b1) / ((1 - b1) r), which at b1 = 0.9 is 38 / r.

    Args:
        optimizer: The optimizer with its numbers.
        learning_rate: Learning rate; at 0 there is no limit.

    Returns:
        The limit, in nats per squared parameter unit; infinite at rate 0.

    Raises:
        SpecError: If the optimizer goes up the loss.

    Example:
        >>> from descentlab.spec import SgdSpec
        >>> stability_limit(SgdSpec(), 0.1)
        20.0
        >>> round(stability_limit(AdamSpec(), 1.0), 6)
        38.0

    References:
        Cohen et al., "Gradient descent on neural networks typically occurs at the edge of stability" (2021).
        Cohen et al., "Adaptive gradient methods at the edge of stability" (2022).
    """
    check_descends(optimizer)
    if learning_rate == 0.0:
        return math.inf
    match optimizer:
        case MomentumSpec():
            return 2.0 * (1.0 + optimizer.momentum) / learning_rate
        case NesterovSpec():
            return 2.0 * (1.0 + optimizer.momentum) / ((1.0 + 2.0 * optimizer.momentum) * learning_rate)
        case AdamSpec() | AdamWSpec():
            return 2.0 * (1.0 + optimizer.b1) / ((1.0 - optimizer.b1) * learning_rate)
        case _:
            return 2.0 / learning_rate


def check_descends(optimizer: AnyOptimizerSpec) -> None:
    """Raise a `SpecError` unless the optimizer goes down the loss, since only then a learning rate has a limit."""
    if optimizer.maximize:
        raise SpecError(
            "optimizer.maximize=true goes up the loss, where no learning rate is stable; leave it out, as by "
            "`--set optimizer.maximize=false`"
        )


def is_preconditioned(optimizer: AnyOptimizerSpec) -> bool:
    """Return whether an optimizer divides each weight's step by a different number."""
    return isinstance(optimizer, AdamSpec | AdamWSpec | RmspropSpec)


def preconditioner(
    optimizer: AnyOptimizerSpec, second_moment: Float[np.ndarray, " params"], *, step: int
) -> Float[np.ndarray, " params"]:
    """Return the number by which an optimizer divides the step of each weight.

    Adam, after t steps, moves by rate * m / p with its running mean m of the gradients and
    p = (1 - b1^t) (sqrt(v / (1 - b2^t)) + eps); RMSProp by rate * g / p with p = sqrt(v + eps).

    Args:
        optimizer: Adam, AdamW or RMSProp.
        second_moment: Running mean v of the squared gradients.
        step: Number of steps made, at least 1.

    Returns:
        The divisors p, all above 0.

    References:
        Cohen et al., "Adaptive gradient methods at the edge of stability" (2022), section 3.
    """
    values = second_moment.astype(np.float64)
    if isinstance(optimizer, AdamSpec | AdamWSpec):
        root = np.sqrt(values / (1.0 - optimizer.b2**step))
        return (1.0 - optimizer.b1**step) * (root + optimizer.eps)
    eps = optimizer.eps if isinstance(optimizer, RmspropSpec) else 0.0
    return np.sqrt(values + eps)


def divided_product(product: Product, divisor: Float[np.ndarray, " params"]) -> Product:
    """Return the product with P^(-1/2) H P^(-1/2), which is symmetric and has the eigenvalues of P^-1 H.

    Args:
        product: Multiplies by H.
        divisor: The diagonal P, all above 0.

    Returns:
        The product.
    """
    root = np.sqrt(divisor)
    return lambda vector: product(vector / root.astype(vector.dtype)) / root.astype(vector.dtype)
