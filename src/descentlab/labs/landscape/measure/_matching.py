"""The same network with its hidden units in another order, chosen so that it lies near another network."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import generator
from descentlab.networks import Factors, HostArrays, Network

NUM_TRIES = 8
MAX_SWEEPS = 100


@dataclass(frozen=True, eq=False)
class Matching:
    """A network brought near another by reordering its hidden units, which changes nothing of what it computes.

    Attributes:
        params: Its weights in the new order.
        orders: By hidden layer, which of its units comes to each place.
        signs: By hidden layer, -1 for units turned round: where the activation is odd, as tanh, a unit may be turned
            by changing the signs of all that goes in and out of it.
        distances: How far it is from the other network, before and after.
    """

    params: HostArrays
    orders: dict[str, Int[np.ndarray, " _"]]
    signs: dict[str, Float[np.ndarray, " _"]]
    distances: tuple[float, float]

    @property
    def num_moved(self) -> int:
        """How many units come to another place or are turned round."""
        return sum(
            int(((order != np.arange(len(order))) | (self.signs[name] < 0.0)).sum())
            for name, order in self.orders.items()
        )

    @property
    def num_units(self) -> int:
        """How many hidden units there are."""
        return sum(len(order) for order in self.orders.values())


def match_units(network: Network, first: HostArrays, second: HostArrays, *, seed: int = 0) -> Matching | None:
    """Reorder the hidden units of the second network so that its weights come near the first's.

    Maximises the sum of products of the weights that fall on each other, which minimises the distance, one layer at a
    time: each is an assignment problem that is solved exactly. It is begun from the order as it is, and from orders
    found front to back and back to front. With more than one hidden layer there may be a better order still.

    Args:
        network: What both are.
        first: The one that stays.
        second: The one that is reordered.
        seed: Draws in which order the layers are gone through.

    Returns:
        The matching; None if the network is not made of dense layers in a row, or has no hidden one.

    References:
        Ainsworth, Hayase and Srinivasa, "Git re-basin: merging models modulo permutation symmetries" (2022).
    """
    chain = _dense_chain(network)
    if chain is None:
        return None
    names, are_odd = chain
    problem = _Problem(_stack(names, first), _stack(names, second), are_odd)
    hidden = range(len(are_odd))
    starts = [
        problem.unchanged(),
        problem.sweep(problem.unchanged(), hidden, uses_outgoing=False),
        problem.sweep(problem.unchanged(), reversed(hidden), uses_incoming=False),
    ]
    rng = generator(seed, "matching")
    num_tries = 1 if len(are_odd) == 1 else NUM_TRIES
    climbed = [problem.climb(start, rng) for start in starts for _ in range(num_tries)]
    best = min(climbed, key=problem.distance)
    if problem.distance(best) >= problem.distance(problem.unchanged()):
        best = problem.unchanged()
    moved = problem.reordered(best)
    dense = {
        name: {role: array for role, array in (("weight", weight), ("bias", bias)) if role in second[name]}
        for name, weight, bias in zip(names, moved.weights, moved.biases, strict=True)
    }
    return Matching(
        params={**second, **dense},
        orders=dict(zip(names[:-1], best.orders, strict=True)),
        signs=dict(zip(names[:-1], best.signs, strict=True)),
        distances=(problem.distance(problem.unchanged()), problem.distance(best)),
    )


def _dense_chain(network: Network) -> tuple[tuple[str, ...], tuple[bool, ...]] | None:
    """Name the dense layers and say behind which hidden ones the activation is odd; None for any other network."""
    names: list[str] = []
    are_odd: list[bool] = []
    for layer in network.layers:
        if layer.weighted_sum is not None and not layer.weighted_sum.is_slid:
            names.append(layer.name)
            are_odd.append(_passes_sign(layer.weight_factors))
        elif layer.pointwise != "alike":
            # Its units cannot be reordered without it, or it does not state that they can.
            return None
        elif names:
            are_odd[-1] = are_odd[-1] and _passes_sign(layer.input_factors)
    return (tuple(names), tuple(are_odd[:-1])) if len(names) > 1 else None


def _passes_sign(factors: Factors | None) -> bool:
    return factors is not None and "sign" in factors


@dataclass(frozen=True, eq=False)
class _Stack:
    """Weights and biases of dense layers in a row; a layer without biases has zeros."""

    weights: tuple[Float[np.ndarray, "_ _"], ...]
    biases: tuple[Float[np.ndarray, " _"], ...]


def _stack(names: tuple[str, ...], params: HostArrays) -> _Stack:
    weights = tuple(np.asarray(params[name]["weight"], np.float64) for name in names)
    return _Stack(
        weights,
        tuple(
            np.asarray(params[name].get("bias", np.zeros(weight.shape[1])), np.float64)
            for name, weight in zip(names, weights, strict=True)
        ),
    )


@dataclass(frozen=True, eq=False)
class _Order:
    """Which unit of each hidden layer comes to each place, and with which sign."""

    orders: tuple[Int[np.ndarray, " _"], ...]
    signs: tuple[Float[np.ndarray, " _"], ...]

    def with_layer(self, layer: int, order: np.ndarray, signs: np.ndarray) -> "_Order":
        return _Order(
            (*self.orders[:layer], order, *self.orders[layer + 1 :]),
            (*self.signs[:layer], signs, *self.signs[layer + 1 :]),
        )


@dataclass(frozen=True, eq=False)
class _Problem:
    """The search for an order of the second network's units in which it is nearest to the first."""

    first: _Stack
    second: _Stack
    are_odd: tuple[bool, ...]

    def unchanged(self) -> _Order:
        counts = [len(bias) for bias in self.second.biases[:-1]]
        return _Order(tuple(np.arange(count) for count in counts), tuple(np.ones(count) for count in counts))

    def reordered(self, order: _Order) -> _Stack:
        weights, biases = list(self.second.weights), list(self.second.biases)
        for layer, (places, signs) in enumerate(zip(order.orders, order.signs, strict=True)):
            weights[layer] = weights[layer][:, places] * signs
            biases[layer] = biases[layer][places] * signs
            weights[layer + 1] = weights[layer + 1][places] * signs[:, None]
        return _Stack(tuple(weights), tuple(biases))

    def distance(self, order: _Order) -> float:
        moved = self.reordered(order)
        pairs = zip((*self.first.weights, *self.first.biases), (*moved.weights, *moved.biases), strict=True)
        return float(np.sqrt(sum(np.sum((array - matched) ** 2) for array, matched in pairs)))

    def climb(self, start: _Order, rng: np.random.Generator) -> _Order:
        """Go through the layers in a drawn order until nothing comes nearer any more."""
        now, distance = start, self.distance(start)
        for _ in range(MAX_SWEEPS):
            following = self.sweep(now, rng.permutation(len(self.are_odd)).tolist())
            nearer = self.distance(following)
            if nearer >= distance * (1.0 - 1e-12):
                break
            now, distance = following, nearer
        return now

    def sweep(
        self, order: _Order, layers: Iterable[int], *, uses_incoming: bool = True, uses_outgoing: bool = True
    ) -> _Order:
        """Assign the units of each layer anew, the others' order given."""
        from scipy.optimize import linear_sum_assignment

        for layer in layers:
            # The layer itself as it stands, its neighbours as they are ordered now.
            count = len(self.second.biases[layer])
            stack = self.reordered(order.with_layer(layer, np.arange(count), np.ones(count)))
            gain = np.zeros((count, count))
            if uses_incoming:
                gain += self.first.weights[layer].T @ stack.weights[layer]
                gain += np.outer(self.first.biases[layer], stack.biases[layer])
            if uses_outgoing:
                gain += self.first.weights[layer + 1] @ stack.weights[layer + 1].T
            is_odd = self.are_odd[layer]
            rows, places = linear_sum_assignment(np.abs(gain) if is_odd else gain, maximize=True)
            turned = is_odd & (gain[rows, places] < 0.0)
            order = order.with_layer(layer, places, np.where(turned, -1.0, 1.0))
        return order
