"""What is measured: the step of a network, as functions of plain arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Shaped

from descentlab import optimizers
from descentlab.core import ShapeError
from descentlab.networks import Context, Network
from descentlab.objectives import Objective
from descentlab.spec import AnyOptimizerSpec

LossFn = Callable[[Any, Array, Array], Float[Array, ""]]
"""The mean loss of parameters on inputs and targets."""


@dataclass(frozen=True, eq=False)
class Case:
    """A network in training, whose step is to be counted and timed.

    Attributes:
        network: The layers.
        objective: What the logits cost.
        optimizer: The update rule.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        inputs: Some examples as the network sees them; they are repeated where more are wanted.
        targets: Class ids, or standardised reals.
        batch_size: Examples in a step.
        precision: "float32" or "float64".

    Raises:
        ShapeError: If there is no example.
    """

    network: Network
    objective: Objective
    optimizer: AnyOptimizerSpec
    params: Any
    statistics: Any
    inputs: Shaped[np.ndarray, "examples ..."]
    targets: Shaped[np.ndarray, " examples"]
    batch_size: int
    precision: str

    def __post_init__(self) -> None:
        if not len(self.inputs):
            raise ShapeError("there is no training example to time a step with")
        for name in ("params", "statistics"):
            cast = jax.tree.map(lambda array: np.asarray(array, self.precision), getattr(self, name))
            object.__setattr__(self, name, cast)

    def batch(self, num_examples: int) -> tuple[Array, Array]:
        """Take so many examples, the same ones again where there are not enough: arithmetic takes as long with them."""
        rows = np.arange(num_examples) % len(self.inputs)
        return jnp.asarray(self.inputs[rows], self.precision), jnp.asarray(self.targets[rows])

    def loss_fn(self, params: Any, inputs: Array, targets: Array) -> Float[Array, ""]:
        """Compute the mean loss as a step of training does: dropout drops, and batch norm looks at the batch."""
        key = jax.random.key(0) if self.network.draws_in_training else None
        logits, _ = self.network.forward(params, self.statistics, inputs, Context(is_training=True, key=key))
        return jnp.mean(self.objective.losses(logits, targets))

    def update(self, params: Any, opt_state: Any, grads: Any, hyper: Any) -> tuple[Any, Any]:
        """Make the optimizer's update."""
        return optimizers.update(self.optimizer, grads, opt_state, params, hyper, jnp.ones((), self.precision))

    def start_update(self) -> tuple[Any, Any, Any, Any]:
        """Return arguments for `update`: the parameters, the rule's memory at its start, and a gradient of zeros."""
        numbers = optimizers.numeric_fields(self.optimizer)
        hyper = {name: jnp.asarray(value, self.precision) for name, value in numbers.items()}
        params = jax.tree.map(jnp.asarray, self.params)
        return params, optimizers.start(self.optimizer, self.params), jax.tree.map(jnp.zeros_like, params), hyper


def gradient_of(loss_fn: LossFn) -> Callable[[Any, Array, Array], tuple[Float[Array, ""], Any]]:
    """Return the loss with its gradient by the parameters, which is one way forward and one back."""
    return jax.value_and_grad(loss_fn)
