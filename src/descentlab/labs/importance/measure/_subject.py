"""A trained network, the examples that its layers are measured on, and the place of each layer."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import SpecError, unknown_name
from descentlab.networks import HostArrays, Layer, Network
from descentlab.objectives import Objective


@dataclass(frozen=True, eq=False)
class Subject:
    """A trained network, computed in float32 and without dropout, as in evaluation.

    Attributes:
        network: The layers.
        objective: Meaning and loss of its logits.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        seed: Seed of its initial draw.
    """

    network: Network
    objective: Objective
    params: HostArrays
    statistics: HostArrays
    seed: int

    @functools.cached_property
    def arrays(self) -> tuple[Any, Any]:
        """Weights and statistics as float32."""
        return to_float32((self.params, self.statistics))


@dataclass(frozen=True, eq=False)
class Sample:
    """Examples as the network gets them.

    Attributes:
        reference: Training examples, for means and batch statistics.
        inputs: Examples that are measured.
        targets: Class ids of the measured examples, or standardised reals.
    """

    reference: Float[np.ndarray, "reference ..."]
    inputs: Float[np.ndarray, "examples ..."]
    targets: Shaped[np.ndarray, "examples ..."]


@dataclass(frozen=True)
class Place:
    """The place of a layer in its network.

    Attributes:
        layer: The layer.
        index: Index in the network's row of the layer itself, or of the block that it lies in.
        source: Name of the layer whose output it takes; None for the network's input.
        is_inner: Whether it lies within a residual block.
    """

    layer: Layer
    index: int
    source: str | None
    is_inner: bool = False

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def num_channels(self) -> int:
        """Number of channels, or units, of its output."""
        return self.layer.num_channels


def find_places(network: Network) -> tuple[Place, ...]:
    """Find all layers of a network, those within residual blocks behind the block itself."""
    places: list[Place] = []
    source = None
    for index, layer in enumerate(network.layers):
        places.append(Place(layer, index, source))
        places += _within(layer, index, source)
        source = layer.name
    return tuple(places)


def _within(layer: Layer, index: int, source: str | None) -> Iterator[Place]:
    for inner in layer.inner:
        yield Place(inner, index, source, is_inner=True)
        yield from _within(inner, index, source)
        source = inner.name


def choose_places(network: Network, names: Sequence[str]) -> tuple[Place, ...]:
    """Find layers by name; all of them where none is named.

    Raises:
        SpecError: If there is no layer of such a name; the message lists those that there are.
    """
    places = find_places(network)
    known = [place.name for place in places]
    for name in names:
        if name not in known:
            raise SpecError(unknown_name("layer", name, known))
    return tuple(place for place in places if not names or place.name in names)


def to_float32(arrays: Any) -> Any:
    """Return a tree of arrays in float32."""
    return jax.tree.map(lambda array: jax.device_put(np.asarray(array, np.float32)), arrays)
