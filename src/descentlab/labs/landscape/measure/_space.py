"""The weights of a network as one vector, and back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError
from descentlab.networks import HostArrays, Network


@dataclass(frozen=True)
class Entry:
    """Where one array of weights stands in the vector."""

    layer: str
    role: str
    shape: tuple[int, ...]
    start: int

    @property
    def stop(self) -> int:
        """The place behind its last number."""
        return self.start + math.prod(self.shape)

    @property
    def has_filters(self) -> bool:
        """Whether it multiplies what comes in, a filter for each of its outputs: the last axis counts them.

        All else (biases, scales and shifts) has one number an output.
        """
        return self.role == "weight" and len(self.shape) > 1


@dataclass(frozen=True)
class WeightSpace:
    """The space in which a network is a point.

    Attributes:
        entries: The arrays, in the order of the vector.
    """

    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """How many numbers a network has."""
        return self.entries[-1].stop if self.entries else 0

    def flatten(self, params: Mapping[str, Mapping[str, Any]]) -> Float[np.ndarray, " params"]:
        """Lay a network's arrays out as one vector, in float64.

        Raises:
            ShapeError: If they are not those of this space.
        """
        shapes = {(layer, role): np.shape(array) for layer, roles in params.items() for role, array in roles.items()}
        if shapes != {(entry.layer, entry.role): entry.shape for entry in self.entries}:
            raise ShapeError("the weights are those of a network with other layers")
        parts = [np.asarray(params[entry.layer][entry.role], np.float64).ravel() for entry in self.entries]
        return np.concatenate([np.zeros(0), *parts])

    def unflatten(self, vector: Any) -> dict[str, dict[str, Any]]:
        """Give a vector of NumPy or JAX its form of arrays by layer and role."""
        params: dict[str, dict[str, Any]] = {}
        for entry in self.entries:
            array = vector[entry.start : entry.stop].reshape(entry.shape)
            params.setdefault(entry.layer, {})[entry.role] = array
        return params


def weight_space(network: Network) -> WeightSpace:
    """Lay out the space of a network's weights."""
    return space_of(network.draw(0))


def space_of(params: HostArrays) -> WeightSpace:
    """Lay out the space in which some arrays are a point."""
    entries: list[Entry] = []
    start = 0
    for layer in sorted(params):
        for role in sorted(params[layer]):
            entries.append(Entry(layer, role, params[layer][role].shape, start))
            start = entries[-1].stop
    return WeightSpace(tuple(entries))
