"""The real examples that a channel answers most, and where in them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.representations._ascent import answer_tap
from descentlab.representations._receptive import Box, receptive_field
from descentlab.representations._weighted import WeightedNetwork


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest answers of a layer's channels.

    Attributes:
        layer: The layer.
        rows: Places of the examples, the strongest first; no example twice for one channel.
        answers: The preactivations there (or activations, of a layer without).
        boxes: The pixels that the unit sees which answered so; None where the layers do not state them.
    """

    layer: str
    rows: Int[np.ndarray, "channels examples"]
    answers: Float[np.ndarray, "channels examples"]
    boxes: tuple[tuple[Box | None, ...], ...]


def find_strongest(
    net: WeightedNetwork, layer: str, inputs: Float[np.ndarray, "examples ..."], *, count: int
) -> Strongest:
    """Find the examples that each channel of a layer answers most, at its best place.

    Args:
        net: A network that takes pictures.
        layer: A layer of its own row.
        inputs: The examples.
        count: The number of examples for each channel.

    Returns:
        The strongest.
    """
    best, where = [], []
    shape: tuple[int, ...] = ()
    for (values,) in net.record(inputs, [answer_tap(net.network, layer)]):
        shape = values.shape[1:-1]
        flat = values.reshape(len(values), -1, values.shape[-1])
        where.append(flat.argmax(axis=1))
        best.append(flat.max(axis=1))
    answers, places = np.concatenate(best), np.concatenate(where)
    rows = np.argsort(-answers, axis=0, kind="stable")[:count].T
    channels = np.arange(len(rows))[:, None]
    field = receptive_field(net.network, layer)

    def box(place: int) -> Box | None:
        row, column = np.unravel_index(place, shape) if len(shape) == 2 else (0, 0)
        return None if field is None else field.box((int(row), int(column)))

    boxes = tuple(tuple(box(int(place)) for place in line) for line in places[rows, channels])
    return Strongest(layer, rows, answers[rows, channels], boxes)
