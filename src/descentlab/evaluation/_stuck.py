"""Hidden units that have stopped answering: dead or saturated, whatever example comes in."""

from typing import Any

SATURATED_AT = 0.99
"""A bounded unit beyond this share of its range is saturated: its slope is 2% of the largest, or less."""
STUCK_SHARE = 0.99
"""A unit is stuck if it is saturated, or silent, for at least this share of the examples."""


def stuck_units(activations: Any, function: str) -> Any:
    """Say which units hardly answer to the examples any more.

    A relu unit is dead when it is zero for (almost) all examples: no gradient passes it. A tanh or sigmoid unit is
    saturated when (almost) all its outputs are within 1% of a bound: what passes is next to nothing.

    Args:
        activations: Outputs of shape `(examples, ..., units)`: a NumPy or a JAX array.
        function: The activation's name.

    Returns:
        True or False a unit, as an array of the same kind; all False for functions that neither die nor saturate.

    Example:
        >>> import numpy as np
        >>> stuck_units(np.array([[0.0, 0.0], [0.0, 2.0]]), "relu").tolist()
        [True, False]

    References:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
        Lu, Shin, Su and Karniadakis, "Dying ReLU and initialization: theory and numerical examples" (2020).
    """
    axes = tuple(range(activations.ndim - 1))
    if function == "relu":
        return (activations <= 0.0).mean(axis=axes) >= STUCK_SHARE
    if function == "tanh":
        return (abs(activations) > SATURATED_AT).mean(axis=axes) >= STUCK_SHARE
    if function == "sigmoid":
        return (abs(2.0 * activations - 1.0) > SATURATED_AT).mean(axis=axes) >= STUCK_SHARE
    return activations.mean(axis=axes) > float("inf")  # False, as an array of the same kind
