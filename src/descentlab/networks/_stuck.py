"""Hidden units that give (almost) the same output for every example: dead or saturated ones."""

from typing import Any

from descentlab.networks._facts import Saturation

STUCK_SHARE = 0.99
"""A unit is stuck if it is saturated, or zero, for at least this share of the examples."""


def stuck_units(activations: Any, saturation: Saturation, counted: Any = None) -> Any:
    """Find the units whose output hardly depends on the example.

    A unit is dead when no gradient passes it for (almost) all examples, such as a relu at zero. It is saturated when
    (almost) all its outputs are within 1% of a bound, such as those of tanh: hardly any gradient passes it.

    Args:
        activations: Outputs of shape `(examples, ..., units)`: a NumPy or a JAX array.
        saturation: Outputs at which the layer's function is flat.
        counted: Whether each example counts; None if all do.

    Returns:
        True or False for each unit, as an array of the same kind; all False for functions that neither die nor
        saturate.

    Example:
        >>> import numpy as np
        >>> from descentlab.networks import FUNCTIONS
        >>> stuck_units(np.array([[0.0, 0.0], [0.0, 2.0]]), FUNCTIONS["relu"].saturation).tolist()
        [True, False]

    References:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
        Lu, Shin, Su and Karniadakis, "Dying ReLU and initialization: theory and numerical examples" (2020).
    """
    axes = tuple(range(activations.ndim - 1))
    flat = saturation.holds(activations)
    if counted is None:
        return flat.mean(axis=axes) >= STUCK_SHARE
    weight = counted.reshape(-1, *[1] * (activations.ndim - 1))
    per_example = activations[0, ..., 0].size
    return (flat & weight).sum(axis=axes) >= STUCK_SHARE * per_example * counted.sum()
