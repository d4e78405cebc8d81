"""The training loss of a network as a function of one flat vector of its parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree
from jaxtyping import Shaped

from gradlab.data import Dataset
from gradlab.networks import Context, Network
from gradlab.objectives import Objective

MAX_EXAMPLES = 2_048


@dataclass(frozen=True)
class NetworkLoss:
    """The mean loss of a network over some training examples.

    Dropout is off and batch norm uses its running statistics, as in evaluation.

    Attributes:
        network: The layers.
        objective: The loss.
        inputs: Examples as the network sees them.
        targets: Class ids or reals.
        l2: Penalty l2 / 2 * sum w^2 that training added; an l1 penalty has no curvature and is left out.
    """

    network: Network
    objective: Objective
    inputs: Shaped[np.ndarray, "examples ..."]
    targets: Shaped[np.ndarray, " examples"]
    l2: float = 0.0

    def at(self, params: Any, statistics: Any, dtype: str) -> tuple[Callable[[Array], Array], Array]:
        """Return the loss as a function of a flat vector, and the vector that stands for `params`."""
        cast = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), params)
        flat, unravel = ravel_pytree(cast)
        kept = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), statistics)
        inputs, targets = jnp.asarray(self.inputs, dtype), jnp.asarray(self.targets)
        if self.objective.num_classes == 0:
            targets = targets.astype(dtype)

        def loss_fn(vector: Array) -> Array:
            own = unravel(vector)
            logits, _ = self.network.forward(own, kept, inputs, Context())
            loss = jnp.mean(self.objective.losses(logits, targets))
            if self.l2 > 0.0:
                weights = [roles["weight"] for roles in own.values() if "weight" in roles]
                loss = loss + self.l2 / 2.0 * sum(jnp.sum(weight**2) for weight in weights)
            return loss

        return loss_fn, flat


def network_loss(
    network: Network, objective: Objective, dataset: Dataset, *, num_examples: int = MAX_EXAMPLES, l2: float = 0.0
) -> NetworkLoss:
    """Take the first `num_examples` training examples, which are in no order."""
    rows = dataset.train[:num_examples]
    return NetworkLoss(network, objective, dataset.real_inputs(rows), dataset.targets[rows], l2)
