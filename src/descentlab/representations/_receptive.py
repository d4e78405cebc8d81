"""Which pixels the units of a network see."""

from collections.abc import Iterator

from descentlab.networks import Box as Box, Layer, Network, ReceptiveField as ReceptiveField


def receptive_field(network: Network, name: str) -> ReceptiveField | None:
    """Compute what the units of a layer see.

    Args:
        network: It takes pictures.
        name: A layer of the network's own row.

    Returns:
        The field; of dense layers, and of what averages over all places, the whole picture. None where the layer, or
        one below it, does not state what its units see.
    """
    for layer, field in _fields(network):
        if layer.name == name:
            return field
    raise KeyError(name)


def layers_of_unknown_field(network: Network) -> tuple[Layer, ...]:
    """Return the layer of a network's own row, if there is one, that does not state what its units see.

    Of the layers above it nothing is known then, so that there is one at most.
    """
    return tuple(layer for layer, field in _fields(network) if field is None)[:1]


def _fields(network: Network) -> Iterator[tuple[Layer, ReceptiveField | None]]:
    height, width, _ = network.input_shape
    field: ReceptiveField | None = ReceptiveField((0, 0), (1, 1), (1, 1), (height, width))
    for layer in network.layers:
        field = None if field is None else layer.receptive_field(field)
        yield layer, field
