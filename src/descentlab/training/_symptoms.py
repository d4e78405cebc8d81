"""What can be wrong with a network in training, layer by layer: at which steps it is recorded, and the records."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int

from descentlab.networks import Network

LATE_RECORDS = 10
"""Records after the first ones, which follow each other by powers of two."""
MOST_EXAMPLES = 128
FEWEST_EXAMPLES = 32
MOST_PRODUCTS = 2**26
"""Multiply-adds of the sample's forward pass, unless that leaves fewer than 32 examples."""

BY_LAYER = (
    "gradient_norm",
    "zero_gradients",
    "update_ratio",
    "activation_mean",
    "activation_deviation",
    "zero_activations",
    "stuck",
)


@dataclass(frozen=True)
class SymptomPlan:
    """At which steps symptoms are recorded, and on how many examples.

    Attributes:
        at: Numbers of updates before which the network is looked at; None for `usual_steps`.
        num_examples: Number of training examples; None for 128, fewer where a network needs many multiply-adds.
    """

    at: tuple[int, ...] | None = None
    num_examples: int | None = None

    def steps(self, num_epochs: int, steps_per_epoch: int) -> tuple[int, ...]:
        """Return the steps of a training at which symptoms are recorded."""
        if self.at is None:
            return usual_steps(num_epochs, steps_per_epoch)
        return tuple(sorted({step for step in self.at if 0 <= step < num_epochs * steps_per_epoch}))


def usual_steps(num_epochs: int, steps_per_epoch: int) -> tuple[int, ...]:
    """Choose about 20 steps, close together where most changes: by powers of two, then ends of epochs.

    Args:
        num_epochs: Number of epochs of the training.
        steps_per_epoch: Number of updates in an epoch.

    Returns:
        Numbers of updates, from 0; the last one is the training's last update.

    Example:
        >>> usual_steps(30, 100)
        (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700, 2999)
    """
    total = num_epochs * steps_per_epoch
    if not total:
        return ()
    apart = -(-num_epochs // LATE_RECORDS) * steps_per_epoch
    powers = [2**power for power in range(64) if 2**power < min(apart, total)]
    return tuple(sorted({0, *powers, *range(apart, total, apart), total - 1}))


def sample_size(network: Network) -> int:
    """Choose the number of examples that symptoms are recorded on."""
    products = sum(layer.multiply_adds for layer in network.layers)
    return max(FEWEST_EXAMPLES, min(MOST_EXAMPLES, MOST_PRODUCTS // max(1, products)))


@dataclass(frozen=True, eq=False)
class Symptoms:
    """Symptoms at some steps of a training. Members are the last axis; those of one member have no such axis.

    A record of step k shows the network after k updates, on a fixed sample of the training part, and what update k + 1
    did. NaN: the layer learns nothing, its units cannot be stuck, or it does not state when they are.

    Attributes:
        layers: Names of the layers in the order in which they are passed.
        steps: Number of updates before each record.
        loss: Mean loss that training minimises, on the sample, by record.
        gradient_norm: Euclidean length of the gradient by all that the layer learns.
        zero_gradients: Share of that gradient's entries that are exactly 0.
        update_ratio: log10 of the mean size of the update's entries, relative to the mean size of what the layer has
            learned; -inf if nothing moved.
        activation_mean: Mean of the layer's outputs over examples and units.
        activation_deviation: Standard deviation of the layer's outputs over examples and units.
        zero_activations: Share of the outputs that are exactly 0.
        stuck: Share of the layer's units that are dead or saturated (see `networks.stuck_units`).
    """

    layers: tuple[str, ...]
    steps: Int[np.ndarray, " records"]
    loss: Float[np.ndarray, "records *members"]
    gradient_norm: Float[np.ndarray, "records layers *members"]
    zero_gradients: Float[np.ndarray, "records layers *members"]
    update_ratio: Float[np.ndarray, "records layers *members"]
    activation_mean: Float[np.ndarray, "records layers *members"]
    activation_deviation: Float[np.ndarray, "records layers *members"]
    zero_activations: Float[np.ndarray, "records layers *members"]
    stuck: Float[np.ndarray, "records layers *members"]

    def of(self, member: int, *, before: int) -> "Symptoms":
        """Return those of one member, as far as it has trained: of the records before a step."""
        count = int(np.searchsorted(self.steps, before))
        values = {name: array[:count, ..., member].copy() for name, array in self.arrays().items() if name != "steps"}
        return Symptoms(self.layers, self.steps[:count], **values)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "layers"}
