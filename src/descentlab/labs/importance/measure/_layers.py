"""What each layer is worth to a trained network: its output and its weights taken away in several ways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
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
"""Seeds of other draws of the weights; a run's own are rarely so high."""
BATCH_STATISTICS_FROM = 500
"""Training examples that batch norm's statistics are measured on where weights before it have changed."""
MOST_CHANNELS = 128
"""Of a layer with more channels so many are taken away one by one, evenly chosen."""


@dataclass(frozen=True, eq=False)
class ChannelWorths:
    """What the channels of one layer are worth, each alone at its mean.

    Attributes:
        layer: The layer.
        channels: Which channels, from 0; all of them unless there are very many.
        num_channels: How many the layer has.
        worths: What each costs.
    """

    layer: str
    channels: Int[np.ndarray, " channels"]
    num_channels: int
    worths: tuple[Worth, ...]

    @property
    def values(self) -> Float[np.ndarray, " channels"]:
        """What each costs, in points of accuracy, or in loss where there is none."""
        return np.array([one.main.value for one in self.worths])

    @property
    def num_costing(self) -> int:
        """How many cost accuracy that can be told from chance; 0 where there is none."""
        return sum(one.accuracy_lost is not None and one.accuracy_lost.low > 0.0 for one in self.worths)

    @property
    def num_raising(self) -> int:
        """How many raise the loss by what can be told from chance: a finer measure than accuracy."""
        return sum(one.loss_gained.low > 0.0 for one in self.worths)


@dataclass(frozen=True, eq=False)
class MemberWorths:
    """What the layers of one network are worth.

    Attributes:
        accuracy: Of the network as it is; None for regression.
        loss: Likewise.
        layers: By layer, what each method costs; methods that a layer has no use for are left out.
    """

    accuracy: float | None
    loss: float
    layers: dict[str, dict[Method, Worth]]


def measure_layers(
    subject: Subject, sample: Sample, places: Sequence[Place], *, on_step: Callable[[], None] = lambda: None
) -> MemberWorths:
    """Take each layer away in several ways, and see what that costs.

    `mean`: its output is its mean over training examples, whatever comes in. `shuffle`: it gives what it gives for
    another example. `half`: a random half of its channels are at their mean; ten halves. `initial`: its weights are
    those before training. `fresh`: they are another draw of those; five draws. Where batch norm comes behind changed
    weights, its statistics are measured anew, and the network is compared with itself after the same.

    Args:
        subject: The network.
        sample: Its examples.
        places: The layers.
        on_step: Called after every chunk of examples.

    Returns:
        What each costs.

    References:
        Breiman, "Random forests" (2001): permutation importance.
        Zhang, Bengio and Singer, "Are all layers created equal?" (2022): initial and fresh weights.
    """
    means = mean_outputs(subject, sample.reference)
    jobs: list[tuple[str, Method, slice, int]] = []
    edits: list[Edit] = [_unchanged(subject)]
    for place in places:
        for method, own, start in _ways(subject, sample, place, means):
            # What a change is compared with: the first edit, unless the change brings a start of its own.
            edits += [] if start is None else [start]
            before = 0 if start is None else len(edits) - 1
            jobs.append((place.name, method, slice(len(edits), len(edits) + len(own)), before))
            edits += own
    found = answer(subject, sample, edits, on_step=on_step)
    layers: dict[str, dict[Method, Worth]] = {place.name: {} for place in places}
    for name, method, part, before in jobs:
        layers[name][method] = cost_of(_pick(found, slice(before, before + 1)), _pick(found, part))
    start = _pick(found, slice(0, 1))
    return MemberWorths(
        None if start.right is None else float(start.right.mean()), float(start.losses.mean(dtype=np.float64)), layers
    )


def measure_channels(
    subject: Subject, sample: Sample, places: Sequence[Place], *, on_step: Callable[[], None] = lambda: None
) -> tuple[ChannelWorths, ...]:
    """Set each channel of each layer to its mean over training examples, one at a time, and see what that costs.

    Flattening and dropout change no number, so their channels are those of the layer before and are left out; so are
    the outputs of the last layer, of which each stands for a class.

    Args:
        subject: The network.
        sample: Its examples.
        places: The layers.
        on_step: Called after every chunk of examples of a layer.

    Returns:
        What each channel costs.
    """
    means = mean_outputs(subject, sample.reference)
    found = []
    for place in channelled(subject.network, places):
        chosen = chosen_channels(place)
        masks = np.arange(place.num_channels)[None] == chosen[:, None]
        edits: list[Edit] = [OutputEdit(place, mask, means[place.name]) for mask in masks]
        answers = answer(subject, sample, [_unchanged(subject), *edits], on_step=on_step)
        worths = cost_of_each(_pick(answers, slice(0, 1)), _pick(answers, slice(1, None)))
        found.append(ChannelWorths(place.name, chosen, place.num_channels, worths))
    return tuple(found)


def channelled(network: Network, places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the layers whose channels are taken away one by one."""
    last = network.layers[-1].name
    return tuple(place for place in places if place.layer.acts_in_evaluation and place.name != last)


def chosen_channels(place: Place) -> Int[np.ndarray, " channels"]:
    """Choose the channels that are taken away one by one."""
    num = place.num_channels
    return np.arange(num) if num <= MOST_CHANNELS else np.linspace(0, num - 1, MOST_CHANNELS).round().astype(np.int64)


def join_members(members: Sequence[MemberWorths]) -> dict[str, dict[Method, Worth]]:
    """Join what layers are worth to networks of several seeds."""
    first = members[0].layers
    return {
        name: {method: join_seeds([one.layers[name][method] for one in members]) for method in own}
        for name, own in first.items()
    }


Way = tuple[Method, list[Edit], Edit | None]


def _ways(subject: Subject, sample: Sample, place: Place, means: dict[str, np.ndarray]) -> list[Way]:
    mean, num = means[place.name], place.num_channels
    everything = np.ones(num, bool)
    ways: list[Way] = [
        ("mean", [OutputEdit(place, everything, mean)], None),
        ("shuffle", [OutputEdit(place, everything, None)], None),
    ]
    is_last = place.name == subject.network.layers[-1].name
    if num > 1 and not is_last:
        ways.append(("half", [OutputEdit(place, mask, mean) for mask in _halves(subject.seed, place)], None))
    names = list(place.layer.draw(subject.seed))
    if names:
        ways += _weight_ways(subject, sample, place)
    return ways


def _halves(seed: int, place: Place) -> list[Bool[np.ndarray, " channels"]]:
    num = place.num_channels
    rng = generator(seed, "importance", "half", place.name)
    return [rng.permutation(num) < num // 2 for _ in range(NUM_HALVES)]


def _weight_ways(subject: Subject, sample: Sample, place: Place) -> list[Way]:
    params, statistics = subject.arrays

    def redrawn(seed: int) -> Any:
        return {**params, **to_float32(place.layer.draw(seed))}

    rest = Network(subject.network.layers[place.index :])
    if not rest.start_statistics():
        initial, *fresh = [WeightEdit(place, redrawn(seed), statistics) for seed in (subject.seed, *FRESH_SEEDS)]
        return [("initial", [initial], None), ("fresh", list(fresh), None)]
    given = _inputs_of(subject, sample.reference[:BATCH_STATISTICS_FROM], place)
    measure = jax.jit(rest.batch_statistics)

    def edit(weights: Any) -> WeightEdit:
        return WeightEdit(place, weights, {**statistics, **measure(weights, given)})

    start = edit(params)
    return [
        ("initial", [edit(redrawn(subject.seed))], start),
        ("fresh", [edit(redrawn(seed)) for seed in FRESH_SEEDS], start),
    ]


def _inputs_of(subject: Subject, inputs: Float[np.ndarray, "examples ..."], place: Place) -> Any:
    """Return what the block of a layer is given of some examples."""
    if not place.index:
        return jnp.asarray(inputs)
    return recorder(subject.network)(*subject.arrays, jnp.asarray(inputs))[subject.network.layers[place.index - 1].name]


def _unchanged(subject: Subject) -> OutputEdit:
    """Return the change that changes nothing."""
    last = next(place for place in reversed(find_places(subject.network)) if not place.is_inner)
    return OutputEdit(last, np.zeros(last.num_channels, bool), np.zeros(last.layer.output_shape, np.float32))


def _pick(answers: Answers, part: slice) -> Answers:
    return Answers(answers.losses[part], None if answers.right is None else answers.right[part])
