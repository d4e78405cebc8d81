"""The training step that is measured, as functions of plain arrays."""

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
"""A function that returns the mean loss of parameters on inputs and targets."""


@dataclass(frozen=True, eq=False)
class Case:
    """The training step of a network, to be counted and timed.

    Attributes:
        network: Network with its layers.
        objective: Loss function with its output layer.
        optimizer: Update rule.
        params: Learned arrays by layer and role.
        statistics: Running statistics of batch normalisation.
        inputs: Some examples, scaled as the network expects them; larger batches repeat them.
        targets: Class ids, or standardised real numbers.
        batch_size: Number of examples in a step.
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
    targets: Shaped[np.ndarray, "examples ..."]
    batch_size: int
    precision: str

    def __post_init__(self) -> None:
        if not len(self.inputs):
            raise ShapeError("there is no training example to time a step with")
        for name in ("params", "statistics"):
            cast = jax.tree.map(lambda array: np.asarray(array, self.precision), getattr(self, name))
            object.__setattr__(self, name, cast)

    def batch(self, num_examples: int) -> tuple[Array, Array]:
        """Return inputs and targets of a batch. Examples are repeated where there are too few.

        Args:
            num_examples: Number of examples in the batch.
        """
        rows = np.arange(num_examples) % len(self.inputs)
        return jax.device_put(self.inputs[rows].astype(self.precision)), jax.device_put(self.targets[rows])

    def loss_fn(self, params: Any, inputs: Array, targets: Array) -> Float[Array, ""]:
        """Compute the mean loss as a training step does, with dropout and with the batch's statistics."""
        key = jax.random.key(0) if self.network.draws_in_training else None
        logits, _ = self.network.forward(params, self.statistics, inputs, Context(is_training=True, key=key))
        return jnp.mean(self.objective.losses(logits, targets))

    def update(self, params: Any, opt_state: Any, grads: Any, hyper: Any) -> tuple[Any, Any]:
        """Update the parameters by the optimizer's rule, and return them with the new state of the optimizer."""
        return optimizers.update(self.optimizer, grads, opt_state, params, hyper, jnp.ones((), self.precision))

    def start_update(self) -> tuple[Any, Any, Any, Any]:
        """Return arguments for `update`: parameters, first state of the optimizer, gradient of zeros, settings."""
        numbers = optimizers.numeric_fields(self.optimizer)
        hyper = {name: np.asarray(value, self.precision) for name, value in numbers.items()}
        zeros = jax.tree.map(np.zeros_like, self.params)
        return self.params, optimizers.start(self.optimizer, self.params), zeros, hyper


def gradient_of(loss_fn: LossFn) -> Callable[[Any, Array, Array], tuple[Float[Array, ""], Any]]:
    """Return a function that computes the loss and its gradient, by one forward pass and one backward pass."""
    return jax.value_and_grad(loss_fn)
