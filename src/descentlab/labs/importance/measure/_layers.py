"""What each layer is worth to a trained network: the cost of taking its output or its weights away."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import generator
from descentlab.labs.importance.measure._answer import Edit, OutputEdit, WeightEdit, answer, mean_outputs, recorder
from descentlab.labs.importance.measure._estimate import Answers, Worth, cost_of, cost_of_each, join_seeds
from descentlab.labs.importance.measure._subject import Place, Sample, Subject, find_places, to_float32
from descentlab.networks import Network

Method = Literal["mean", "shuffle", "half", "initial", "fresh"]
METHODS: tuple[Method, ...] = ("mean", "shuffle", "half", "initial", "fresh")

NUM_HALVES = 10
FRESH_SEEDS = range(1_000, 1_005)
"""Seeds of other draws of the weights; the seed of a run is rarely so high."""
BATCH_STATISTICS_FROM = 500
"""Training examples that batch norm's statistics are measured on where weights before it have changed."""
MOST_CHANNELS = 128
"""Channels of a layer that are taken away singly, at most; where there are more, they are chosen evenly."""


@dataclass(frozen=True, eq=False)
class ChannelWorths:
    """What the channels of one layer are worth, each alone at its mean.

    Attributes:
        layer: The layer.
        channels: Numbers of the measured channels, from 0; all of them unless there are very many.
        num_channels: Number of channels that the layer has.
        worths: Cost of each measured channel.
    """

    layer: str
    channels: Int[np.ndarray, " channels"]
    num_channels: int
    worths: tuple[Worth, ...]

    @property
    def values(self) -> Float[np.ndarray, " channels"]:
        """Cost of each channel, in points of accuracy, or in loss for regression."""
        return np.array([worth.main.value for worth in self.worths])


@dataclass(frozen=True, eq=False)
class MemberWorths:
    """What the layers of a network are worth.

    Attributes:
        accuracy: Accuracy of the network as it is; None for regression.
        loss: Mean loss of the network as it is.
        layers: Cost of each method, by layer; a method that does not apply to a layer is left out.
    """

    accuracy: float | None
    loss: float
    layers: dict[str, dict[Method, Worth]]


def measure_layers(
    subject: Subject, sample: Sample, places: Sequence[Place], *, on_step: Callable[[], None] = lambda: None
) -> MemberWorths:
    """Take each layer away by several methods, and measure the cost.

    `mean`: the output is its mean over training examples, for every input. `shuffle`: the output is that of another
    example. `half`: a random half of the channels are at their mean, for ten draws of halves. `initial`: the weights
    are those before training. `fresh`: the weights are another random draw, for five draws. Where batch norm comes
    behind changed weights, its statistics are measured anew, and the network is compared with itself after the same.

    Args:
        subject: The network.
        sample: Its examples.
        places: The layers.
        on_step: Called after every chunk of examples.

    Returns:
        The costs.

    References:
        Breiman, "Random forests" (2001): permutation importance.
        Zhang, Bengio and Singer, "Are all layers created equal?" (2022): initial and fresh weights.
    """
    means = mean_outputs(subject, sample.reference)
    jobs: list[tuple[str, Method, slice, int]] = []
    edits: list[Edit] = [_unchanged(subject)]
    for place in places:
        for method, changes, start in _methods(subject, sample, place, means):
            # What a change is compared with: the first edit, unless the change brings another start.
            edits += [] if start is None else [start]
            before = 0 if start is None else len(edits) - 1
            jobs.append((place.name, method, slice(len(edits), len(edits) + len(changes)), before))
            edits += changes
    answers = answer(subject, sample, edits, on_step=on_step)
    layers: dict[str, dict[Method, Worth]] = {place.name: {} for place in places}
    for name, method, part, before in jobs:
        layers[name][method] = cost_of(_pick(answers, slice(before, before + 1)), _pick(answers, part))
    start = _pick(answers, slice(0, 1))
    return MemberWorths(
        None if start.right is None else float(start.right.mean()), float(start.losses.mean(dtype=np.float64)), layers
    )


def measure_channels(
    subject: Subject, sample: Sample, places: Sequence[Place], *, on_step: Callable[[], None] = lambda: None
) -> tuple[ChannelWorths, ...]:
    """Set each channel of each layer to its mean over training examples, alone, and measure the cost.

    Flattening and dropout change no number, so their channels are those of the layer before and are left out. The
    outputs of the last layer are left out too, since each stands for a class.

    Args:
        subject: The network.
        sample: Its examples.
        places: The layers.
        on_step: Called after every chunk of examples of a layer.

    Returns:
        The cost of each channel.
    """
    means = mean_outputs(subject, sample.reference)
    measured = []
    for place in channelled(subject.network, places):
        chosen = chosen_channels(place)
        masks = np.arange(place.num_channels)[None] == chosen[:, None]
        edits: list[Edit] = [OutputEdit(place, mask, means[place.name]) for mask in masks]
        answers = answer(subject, sample, [_unchanged(subject), *edits], on_step=on_step)
        worths = cost_of_each(_pick(answers, slice(0, 1)), _pick(answers, slice(1, None)))
        measured.append(ChannelWorths(place.name, chosen, place.num_channels, worths))
    return tuple(measured)


def channelled(network: Network, places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the layers whose channels are taken away singly."""
    last = network.layers[-1].name
    return tuple(place for place in places if place.layer.acts_in_evaluation and place.name != last)


def chosen_channels(place: Place) -> Int[np.ndarray, " channels"]:
    """Choose the channels that are taken away singly."""
    num = place.num_channels
    return np.arange(num) if num <= MOST_CHANNELS else np.linspace(0, num - 1, MOST_CHANNELS).round().astype(np.int64)


def join_members(members: Sequence[MemberWorths]) -> dict[str, dict[Method, Worth]]:
    """Join what layers are worth to networks of several seeds."""
    first = members[0].layers
    return {
        name: {method: join_seeds([member.layers[name][method] for member in members]) for method in methods}
        for name, methods in first.items()
    }


Changes = tuple[Method, list[Edit], Edit | None]
"""A method, its changes, and the start that they are compared with where it is another than the network as it is."""


def _methods(subject: Subject, sample: Sample, place: Place, means: dict[str, np.ndarray]) -> list[Changes]:
    mean, num = means[place.name], place.num_channels
    everything = np.ones(num, bool)
    methods: list[Changes] = [
        ("mean", [OutputEdit(place, everything, mean)], None),
        ("shuffle", [OutputEdit(place, everything, None)], None),
    ]
    is_last = place.name == subject.network.layers[-1].name
    if num > 1 and not is_last:
        methods.append(("half", [OutputEdit(place, mask, mean) for mask in _halves(subject.seed, place)], None))
    names = list(place.layer.draw(subject.seed))
    if names:
        methods += _weight_methods(subject, sample, place)
    return methods


def _halves(seed: int, place: Place) -> list[Bool[np.ndarray, " channels"]]:
    num = place.num_channels
    rng = generator(seed, "importance", "half", place.name)
    return [rng.permutation(num) < num // 2 for _ in range(NUM_HALVES)]


def _weight_methods(subject: Subject, sample: Sample, place: Place) -> list[Changes]:
    params, statistics = subject.arrays

    def redrawn(seed: int) -> Any:
        return {**params, **to_float32(place.layer.draw(seed))}

    rest = Network(subject.network.layers[place.index :])
    if not rest.start_statistics():
        initial, *fresh = [WeightEdit(place, redrawn(seed), statistics) for seed in (subject.seed, *FRESH_SEEDS)]
        return [("initial", [initial], None), ("fresh", list(fresh), None)]
    given = _inputs_of(subject, sample.reference[:BATCH_STATISTICS_FROM], place)
    measure = _statistics(rest)

    def edit(weights: Any) -> WeightEdit:
        return WeightEdit(place, weights, {**statistics, **measure(weights, given)})

    start = edit(params)
    return [
        ("initial", [edit(redrawn(subject.seed))], start),
        ("fresh", [edit(redrawn(seed)) for seed in FRESH_SEEDS], start),
    ]


@functools.lru_cache(maxsize=64)
def _statistics(network: Network) -> Callable[..., Any]:
    return jax.jit(network.batch_statistics)


def _inputs_of(subject: Subject, inputs: Float[np.ndarray, "examples ..."], place: Place) -> Any:
    """Return the inputs of a layer's block for some examples."""
    if not place.index:
        return jax.device_put(inputs)
    return recorder(subject.network)(*subject.arrays, inputs)[subject.network.layers[place.index - 1].name]


def _unchanged(subject: Subject) -> OutputEdit:
    """Return the change that changes nothing."""
    last = next(place for place in reversed(find_places(subject.network)) if not place.is_inner)
    return OutputEdit(last, np.zeros(last.num_channels, bool), np.zeros(last.layer.output_shape, np.float32))


def _pick(answers: Answers, part: slice) -> Answers:
    return Answers(answers.losses[part], None if answers.right is None else answers.right[part])
