"""A step of gradient descent: the predicted change of the cost, and the actual one."""

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
"""Share of the predicted change by which the actual one may differ from it while the prediction still holds."""


@dataclass(frozen=True, eq=False)
class Update:
    """The predicted and the actual change of the cost by a step θ <- θ - η ∂C/∂θ, as η grows.

    Attributes:
        learning_rates: The learning rates η, from the smallest to the largest.
        predicted: The change to first order, -η |∂C/∂θ|^2.
        second_order: The change to second order, -η |g|^2 + η^2/2 gHg, g the gradient and H the Hessian.
        actual: The change C(θ - η g) - C(θ) itself.
        cost: The cost C(θ) before the step.
        gradient_norm: The length |g| of the gradient.
        curvature: The curvature gHg / |g|^2 along the step.
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
        """The largest rate up to which every first-order prediction is right to a tenth; 0 if none is."""
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
    """Take steps of plain gradient descent of growing size from the same point, and compare each with its prediction.

    Args:
        account: Network, weights, examples and gradient.
        learning_rates: Positive and rising. Default: 41 of them over five powers of ten, around 2 / curvature, where
            second order says that a step stops lowering the cost.

    Returns:
        The predicted and the actual changes of the mean cost.

    Raises:
        SpecError: If a rate is not positive, or they do not rise.
    """
    losses = shifted_losses(account.problem)
    squared = account.gradient_norm**2
    slopes = {f"{layer}/{role}": array for layer, arrays in account.gradients.items() for role, array in arrays.items()}
    given = None if learning_rates is None else _checked(learning_rates)

    def follow(values: Values, slopes: Shifts, squared: JaxArray) -> tuple[JaxArray, JaxArray, JaxArray]:
        def moved(rate: JaxArray) -> JaxArray:
            return jnp.mean(losses(values, {name: -rate * array for name, array in slopes.items()})[0])

        # Forward over reverse: half the program that reverse over reverse is.
        _, curved = jax.jvp(jax.grad(moved), (0.0,), (1.0,))
        rates = _default_rates(curved / jnp.maximum(squared, TINY)) if given is None else jnp.asarray(given)
        return curved, rates, lax.map(moved, jnp.append(0.0, rates))

    followed = run_once(account.problem.network, follow, account.problem.values, slopes, np.float64(squared))
    curved, rates, costs = map(np.asarray, followed)
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
    checked = np.asarray(rates, np.float64)
    if not checked.size or not np.all(np.isfinite(checked)) or checked[0] <= 0.0 or np.any(np.diff(checked) <= 0.0):
        raise SpecError(
            f"learning rates must be positive and rise; these are {', '.join(f'{r:g}' for r in checked[:8])}"
        )
    return checked
