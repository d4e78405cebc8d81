"""A step of gradient descent, foretold and taken."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array as JaxArray, lax
from jaxtyping import Float

from descentlab.backpropagation._account import Account
from descentlab.backpropagation._once import run_once
from descentlab.backpropagation._problem import Shifts, Values, shifted_losses
from descentlab.core import SpecError

TINY = 1e-300
"""Below it, a curvature says nothing of how large a step may be."""

TRUST = 0.1
"""Share by which the foretold change may miss the actual one and still be said to hold."""


@dataclass(frozen=True, eq=False)
class Update:
    """What a step θ <- θ - η ∂C/∂θ was foretold to do to the cost, and what it does, as η grows.

    Attributes:
        learning_rates: η, rising.
        predicted: First order: -η |∂C/∂θ|^2.
        second_order: With curvature: -η |g|^2 + η^2/2 gHg, g the gradient and H the Hessian.
        actual: C(θ - η g) - C(θ), from the cost alone.
        cost: C(θ).
        gradient_norm: |g|.
        curvature: gHg / |g|^2: how fast the slope changes along the step.
    """

    learning_rates: Float[np.ndarray, " rates"]
    predicted: Float[np.ndarray, " rates"]
    second_order: Float[np.ndarray, " rates"]
    actual: Float[np.ndarray, " rates"]
    cost: float
    gradient_norm: float
    curvature: float

    @property
    def trusted_to(self) -> float:
        """The largest rate up to which first order foretells every change to a tenth; 0 if it never does."""
        off = np.abs(self.actual - self.predicted) > TRUST * np.abs(self.predicted)
        off |= ~np.isfinite(self.actual)
        first = int(np.argmax(off)) if off.any() else len(off)
        return float(self.learning_rates[first - 1]) if first else 0.0

    @property
    def best(self) -> float:
        """The rate among these after whose step the cost is lowest."""
        return float(self.learning_rates[int(np.nanargmin(self.actual))])

    @property
    def rises_from(self) -> float:
        """The smallest rate from which on the step raises the cost; infinite if none does."""
        lowers = np.flatnonzero(self.actual < 0.0)
        after = int(lowers[-1]) + 1 if len(lowers) else 0
        return float(self.learning_rates[after]) if after < len(self.learning_rates) else float("inf")


def follow_update(account: Account, learning_rates: Float[np.ndarray, " rates"] | None = None) -> Update:
    """Take steps of plain gradient descent of growing size from the same point, and hold each against its forecast.

    Args:
        account: Network, weights, examples and gradient.
        learning_rates: Positive and rising. Default: 41 of them over five powers of ten, around 2 / curvature, where
            second order says that a step stops lowering the cost.

    Returns:
        Foretold and actual changes of the mean cost.

    Raises:
        SpecError: If a rate is not positive, or they do not rise.
    """
    losses = shifted_losses(account.problem)
    squared = account.gradient_norm**2
    slopes = {f"{layer}/{role}": array for layer, own in account.gradients.items() for role, array in own.items()}
    given = None if learning_rates is None else _checked(learning_rates)

    def follow(values: Values, slopes: Shifts, squared: JaxArray) -> tuple[JaxArray, JaxArray, JaxArray]:
        def moved(rate: JaxArray) -> JaxArray:
            return jnp.mean(losses(values, {name: -rate * array for name, array in slopes.items()})[0])

        # Forward over reverse: half the program that reverse over reverse is.
        _, curved = jax.jvp(jax.grad(moved), (0.0,), (1.0,))
        rates = _default_rates(curved / jnp.maximum(squared, TINY)) if given is None else jnp.asarray(given)
        return curved, rates, lax.map(moved, jnp.append(0.0, rates))

    found = run_once(account.problem.network, follow, account.problem.values, slopes, np.float64(squared))
    curved, rates, costs = map(np.asarray, found)
    curvature = float(curved) / squared if squared > 0.0 else 0.0
    return Update(
        learning_rates=rates,
        predicted=-rates * squared,
        second_order=-rates * squared + 0.5 * rates**2 * curved,
        actual=costs[1:] - costs[0],
        cost=float(costs[0]),
        gradient_norm=account.gradient_norm,
        curvature=curvature,
    )


def _default_rates(curvature: JaxArray) -> JaxArray:
    limit = 2.0 / jnp.maximum(curvature, TINY)
    return jnp.where(curvature > TINY, limit, 1.0) * np.geomspace(1e-3, 1e2, 41)


def _checked(rates: Float[np.ndarray, " rates"]) -> Float[np.ndarray, " rates"]:
    found = np.asarray(rates, np.float64)
    if not found.size or not np.all(np.isfinite(found)) or found[0] <= 0.0 or np.any(np.diff(found) <= 0.0):
        raise SpecError(f"learning rates must be positive and rise; these are {', '.join(f'{r:g}' for r in found[:8])}")
    return found
