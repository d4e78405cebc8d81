"""How single neurons should change to lower the cost, by one example and on average."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from descentlab.backpropagation import Account, LayerDetail, NeuronNudges, neuron_nudges


@dataclass(frozen=True, eq=False)
class Nudges:
    """How one neuron's weights, its bias and the activations behind it should change.

    Attributes:
        example: For the example that is looked at.
        mean: Averaged over the batch; None for a single example.
    """

    example: NeuronNudges
    mean: NeuronNudges | None

    @property
    def name(self) -> str:
        """Name of the neuron, as `hidden[3]`."""
        return f"{self.example.layer}[{','.join(map(str, self.example.place))}]"

    @property
    def order(self) -> Int[np.ndarray, " inputs"]:
        """Places of the neuron's inputs, the one whose weight should change most first."""
        return np.argsort(-np.abs(self.example.weight_nudges), kind="stable")


def measure_nudges(account: Account, details: Iterable[LayerDetail], row: int) -> tuple[Nudges, ...]:
    """Return the nudges of the neuron that each detail takes apart, for layers whose neurons have weights."""
    several = account.num_examples > 1
    return tuple(
        Nudges(
            neuron_nudges(account, detail.layer.name, detail.place, row),
            neuron_nudges(account, detail.layer.name, detail.place, None) if several else None,
        )
        for detail in details
        if detail.layer.weighted_sum is not None
    )
