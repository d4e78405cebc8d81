"""The same network written with other weights: one layer's multiplied by a number, the next one's divided by it."""

from dataclasses import dataclass

from descentlab.networks import Factors, HostArrays, Network, not_stated


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
        The network with the same outputs; None where no two layers in a row have only layers between them that state
        that they pass a positive factor on.

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


def not_rescalable(network: Network) -> str:
    """Write why rescaling a network is not checkable; empty if it is."""
    unknown = [layer for layer in network.layers if layer.weighted_sum is None and layer.input_factors is None]
    if not unknown or _find_pair(network) is not None:
        return ""
    which = not_stated(unknown, "which factors it passes on")
    return f"Whether the same network can be written with other weights is {which}."


def _find_pair(network: Network) -> tuple[str, str] | None:
    first: str | None = None
    for layer in network.layers:
        if layer.weighted_sum is not None:
            if first is not None:
                return first, layer.name
            first = layer.name if _passes_positive(layer.weight_factors) else None
        elif not _passes_positive(layer.input_factors):
            first = None
    return None


def _passes_positive(factors: Factors | None) -> bool:
    return factors is not None and "positive" in factors
