"""The size of the gradient, layer by layer, in the backward pass."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._account import Account


@dataclass(frozen=True, eq=False)
class Depth:
    """The size of the gradient through the depth of a network.

    Attributes:
        names: Layers with learned arrays, from the input on.
        gradient_norms: |∂C/∂W| of each, the Euclidean length over all its learned numbers, of the averaged gradient.
        deltas: Length of ∂C/∂z of each, over its neurons; of several examples the root of the mean square. A length
            does not fall when the same derivative is spread over more neurons, as it is below a pooling.
        slopes: Mean of |σ'(z)| of each: what a delta loses in its layer's non-linear function.
    """

    names: tuple[str, ...]
    gradient_norms: Float[np.ndarray, " layers"]
    deltas: Float[np.ndarray, " layers"]
    slopes: Float[np.ndarray, " layers"]

    @property
    def factor_per_layer(self) -> float:
        """By what ∂C/∂z is multiplied from one layer to the one below it, as a geometric mean: below 1 it vanishes.

        NaN for a single layer, or where a layer's deltas are all 0.
        """
        if len(self.deltas) < 2 or not np.all(self.deltas > 0.0):
            return math.nan
        return float((self.deltas[0] / self.deltas[-1]) ** (1.0 / (len(self.deltas) - 1)))


def through_depth(account: Account) -> Depth:
    """Measure the gradient of each layer that learns.

    The accounts of networks that differ in one thing, as their non-linear function or their initial weights, show side
    by side why one learns in its first layers and the other does not.

    Args:
        account: The account.

    Returns:
        Sizes, from the input on.

    References:
        Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen" (1991), on vanishing gradients.
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
        He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), for the cure with ReLU.
    """
    learning = [layer for layer in account.layers if layer.gradients]
    return Depth(
        names=tuple(layer.name for layer in learning),
        gradient_norms=np.array(
            [math.sqrt(sum(float((g**2).sum()) for g in layer.gradients.values())) for layer in learning]
        ),
        deltas=np.array([math.sqrt(float((layer.delta**2).sum()) / account.num_examples) for layer in learning]),
        slopes=np.array([float(np.abs(layer.slope).mean()) for layer in learning]),
    )
