"""The same network written with other weights: one layer's multiplied by a number, the next one's divided by it."""

from dataclasses import dataclass

from descentlab.networks import (
    Activation,
    AvgPool2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    HostArrays,
    MaxPool2D,
    Network,
)

HOMOGENEOUS = ("relu", "leaky-relu", "linear")
"""Activations that pass a positive factor on: f(ca) = c f(a)."""


@dataclass(frozen=True, eq=False)
class Rescaled:
    """A network that computes what another does.

    Attributes:
        params: Its weights.
        multiplied: The layer whose weights and biases were multiplied.
        divided: The layer whose weights were divided.
        factor: By which number.
    """

    params: HostArrays
    multiplied: str
    divided: str
    factor: float


def rescale(network: Network, params: HostArrays, factor: float) -> Rescaled | None:
    """Multiply the first layer that allows it by a positive number, and divide the next one's weights by it.

    Args:
        network: The layers.
        params: Their weights.
        factor: By which number.

    Returns:
        The network with the same outputs; None where no two layers in a row have only functions between them that
        pass a factor on.

    References:
        Dinh, Pascanu, Bengio and Bengio, "Sharp minima can generalize for deep nets" (2017).
    """
    pair = _find_pair(network)
    if pair is None:
        return None
    first, second = pair
    multiplied = {role: array * factor for role, array in params[first].items()}
    divided = {**params[second], "weight": params[second]["weight"] / factor}
    return Rescaled({**params, first: multiplied, second: divided}, first, second, factor)


def _find_pair(network: Network) -> tuple[str, str] | None:
    first: str | None = None
    for layer in network.layers:
        if isinstance(layer, Dense | Conv2D):
            if first is not None:
                return first, layer.name
            first = layer.name if layer.spec.activation in HOMOGENEOUS else None
        elif isinstance(layer, Activation):
            first = first if layer.spec.function in HOMOGENEOUS else None
        elif not isinstance(layer, MaxPool2D | AvgPool2D | GlobalAvgPool2D | Flatten | Dropout):
            first = None
    return None
