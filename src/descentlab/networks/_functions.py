"""The non-linear functions by name, each with what is to be known of it."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from descentlab.networks._facts import (
    ALL_FACTORS,
    NEVER_SATURATED,
    NO_FACTOR,
    POSITIVE,
    SATURATED_AT,
    SIGN,
    Factors,
    Saturation,
)
from descentlab.spec import ActivationName


@dataclass(frozen=True)
class Function:
    """A function of each value by itself.

    Attributes:
        of: The function of a JAX array.
        python: The function as a NumPy expression of `z`.
        kinks: The points where a first or second derivative jumps, so that no central difference holds across them.
        factors: The factors of its input that the function passes on.
        saturation: The outputs at which the function is flat, or nearly so.
        never_falls: Whether, to the last bit, no larger input has a smaller output, so that the largest of some values
            stays the largest.
    """

    of: Callable[[Array], Array]
    python: str
    kinks: tuple[float, ...]
    factors: Factors
    saturation: Saturation
    never_falls: bool = False


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

FUNCTIONS: dict[ActivationName, Function] = {
    "relu": Function(
        jax.nn.relu, "np.maximum(z, 0.0)",
        kinks=(0.0,), factors=POSITIVE, saturation=Saturation(at_most=0.0, is_dead=True), never_falls=True,
    ),
    "leaky-relu": Function(
        lambda z: jax.nn.leaky_relu(z, 0.01), "np.where(z > 0.0, z, 0.01 * z)",
        kinks=(0.0,), factors=POSITIVE, saturation=NEVER_SATURATED, never_falls=True,
    ),
    "elu": Function(
        jax.nn.elu, "np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0)))",
        kinks=(0.0,), factors=NO_FACTOR, saturation=Saturation(at_most=-SATURATED_AT),
    ),
    "selu": Function(
        jax.nn.selu, f"{SELU_SCALE} * np.where(z > 0.0, z, {SELU_ALPHA} * np.expm1(np.minimum(z, 0.0)))",
        kinks=(0.0,), factors=NO_FACTOR, saturation=Saturation(at_most=-SATURATED_AT * SELU_SCALE * SELU_ALPHA),
    ),
    "gelu": Function(
        lambda z: jax.nn.gelu(z, approximate=False), "0.5 * z * (1.0 + np.vectorize(math.erf)(z / math.sqrt(2.0)))",
        kinks=(), factors=NO_FACTOR, saturation=NEVER_SATURATED,
    ),
    "silu": Function(
        jax.nn.silu, "z / (1.0 + np.exp(-z))",
        kinks=(), factors=NO_FACTOR, saturation=NEVER_SATURATED,
    ),
    "tanh": Function(
        jnp.tanh, "np.tanh(z)",
        kinks=(), factors=SIGN, saturation=Saturation(bounds=(-1.0, 1.0)),
    ),
    "sigmoid": Function(
        jax.nn.sigmoid, "1.0 / (1.0 + np.exp(-z))",
        kinks=(), factors=NO_FACTOR, saturation=Saturation(bounds=(0.0, 1.0)),
    ),
    "exponential": Function(
        jnp.exp, "np.exp(z)",
        kinks=(), factors=NO_FACTOR, saturation=Saturation(at_most=1.0 - SATURATED_AT),
    ),
    "linear": Function(
        lambda z: z, "z",
        kinks=(), factors=ALL_FACTORS, saturation=NEVER_SATURATED, never_falls=True,
    ),
}  # fmt: skip
"""By name. Leaky ReLU has slope 0.01, ELU tends to -1 (Clevert et al., 2016), SELU has the constants with which means 0
and variances 1 are kept (Klambauer et al., 2017), and GELU is the exact one (Hendrycks and Gimpel, 2016)."""


def activate(name: ActivationName, preactivation: Float[Array, "..."]) -> Float[Array, "..."]:
    """Apply a function to each value.

    Args:
        name: The name of the function.
        preactivation: Any shape.

    Returns:
        The same shape.
    """
    return FUNCTIONS[name].of(preactivation)
