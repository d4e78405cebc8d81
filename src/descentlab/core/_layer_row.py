"""A layer as a table of a network shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerRow:
    """A line of a network's table.

    Attributes:
        name: The layer's name.
        kind: The layer's kind, as in a spec.
        role: A sentence about what the layer does.
        output_shape: The shape of one example's outputs.
        num_params: The number of learned numbers.
        multiply_adds: The multiply-adds of the forward pass for one example.
    """

    name: str
    kind: str
    role: str
    output_shape: tuple[int, ...]
    num_params: int
    multiply_adds: int
