"""The activations of every layer as rows of few numbers, so that layers of any size can be read alike."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gradlab.representations._weighted import PIXELS, WeightedNetwork

SIZE = 256
NUM_FOR_AXES = 1_000
"""Examples from which the principal axes are found."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The principal axes of a layer's activations.

    Attributes:
        mean: Of the activations.
        directions: The axes of most variance; None where the layer is small enough to be taken as it is.
        kept: Share of the variance along them.
        width: How many numbers the layer gives for an example.
    """

    mean: Float[np.ndarray, " units"]
    directions: Float[np.ndarray, "units axes"] | None
    kept: float
    width: int

    def apply(self, activations: Float[np.ndarray, "examples units"]) -> Float[np.ndarray, "examples axes"]:
        """Return where examples lie along the axes."""
        return activations if self.directions is None else (activations - self.mean) @ self.directions


@dataclass(frozen=True, eq=False)
class Reduced:
    """A layer's activations on all examples.

    Attributes:
        rows: A row an example.
        kept: Share of the variance that they hold.
        width: How many numbers the layer gives for an example.
    """

    rows: Float[np.ndarray, "examples axes"]
    kept: float
    width: int


def find_axes(activations: Float[np.ndarray, "examples units"], size: int = SIZE) -> Axes:
    """Find the directions in which activations differ most.

    Args:
        activations: Of some examples; more of them than `size`, if there are more units.
        size: Most directions.

    Returns:
        The principal axes, or none where there are no more units than that.
    """
    num, width = activations.shape
    mean = activations.mean(axis=0)
    if width <= size:
        return Axes(mean, None, 1.0, width)
    centred = activations - mean
    # Of the examples' products, a small matrix, rather than of the units': the axes are combinations of examples.
    values, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    values = np.maximum(values[::-1], 0.0)
    most = min(size, num, int((values > 1e-9 * max(values[0], 1e-30)).sum()))
    scaled = vectors[:, ::-1][:, :most] / np.sqrt(values[:most])
    kept = float(values[:most].sum() / values.sum()) if most else 1.0
    return Axes(mean, centred.T @ scaled.astype(np.float32), kept, width)


def reduce_layers(
    net: WeightedNetwork,
    layers: Sequence[str],
    inputs: Float[np.ndarray, "examples ..."],
    *,
    num_fit: int,
    size: int = SIZE,
    on_chunk: Callable[[int], None] = lambda _: None,
) -> dict[str, Reduced]:
    """Pass examples through a network, and keep each layer's principal components.

    Args:
        net: The network.
        layers: Names of layers in its own row; the pixels are added in front.
        inputs: The examples.
        num_fit: The first so many may be used to find the axes.
        size: Numbers that are kept of each layer.
        on_chunk: Called after each chunk with how many examples are done.

    Returns:
        By layer.
    """
    names = (PIXELS, *layers)
    first = inputs[: min(num_fit, max(NUM_FOR_AXES, size))]
    axes = {name: find_axes(rows, size) for name, rows in _gather(net, layers, first)}
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    done = 0
    for chunk in _chunks(net, layers, inputs):
        for name, rows in zip(names, chunk, strict=True):
            parts[name].append(axes[name].apply(rows))
        done += len(chunk[0])
        on_chunk(done)
    return {name: Reduced(np.concatenate(parts[name]), axes[name].kept, axes[name].width) for name in names}


def _gather(
    net: WeightedNetwork, layers: Sequence[str], inputs: Float[np.ndarray, "examples ..."]
) -> Iterator[tuple[str, np.ndarray]]:
    chunks = list(_chunks(net, layers, inputs))
    for place, name in enumerate((PIXELS, *layers)):
        yield name, np.concatenate([chunk[place] for chunk in chunks])


def _chunks(
    net: WeightedNetwork, layers: Sequence[str], inputs: Float[np.ndarray, "examples ..."]
) -> Iterator[tuple[np.ndarray, ...]]:
    start = 0
    for chunk in net.record(inputs, [f"{name}/activation" for name in layers]):
        num = len(chunk[0])
        yield tuple(part.reshape(num, -1) for part in (inputs[start : start + num], *chunk))
        start += num
