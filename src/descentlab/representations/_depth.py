"""What can be read where: every property at every depth, of trained and of untrained networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import Estimate
from descentlab.evaluation import mean_and_deviation
from descentlab.representations._probe import (
    Division,
    Property,
    Reading,
    by_class,
    chance,
    difference_interval,
    read_properties,
    score_interval,
)
from descentlab.representations._reduce import reduce_layers
from descentlab.representations._weighted import PIXELS, WeightedNetwork

Wanted = tuple[Property, ...]


@dataclass(frozen=True, eq=False)
class MemberReadings:
    """What one network and its untrained twin show.

    Attributes:
        trained: The readings by property, then by layer; the pixels are the first layer.
        untrained: The readings of the network before training.
        chance: The score of always the same answer, by property.
        by_class: The score of knowing the class alone, by property.
        widths: The number of numbers for each example, by layer.
        kept: The share of the variance that the probes saw, by layer.
    """

    trained: dict[str, dict[str, Reading]]
    untrained: dict[str, dict[str, Reading]]
    chance: dict[str, float]
    by_class: dict[str, Reading]
    widths: dict[str, int]
    kept: dict[str, float]


@dataclass(frozen=True, eq=False)
class Depth:
    """One property at every depth, over the networks of a run.

    Intervals are over seeds (Student's t) where there are several networks, and over examples where there is one.

    Attributes:
        name: The property.
        is_classes: Whether scores are accuracies; else R².
        layers: The layers from the pixels on.
        trained: The readings of each network by layer.
        untrained: The readings of each network before training by layer.
        chance: The score of always the same answer.
        class_alone: The readings of knowing the class alone, for each network's examples.
    """

    name: str
    is_classes: bool
    layers: tuple[str, ...]
    trained: tuple[dict[str, Reading], ...]
    untrained: tuple[dict[str, Reading], ...]
    chance: float
    class_alone: tuple[Reading, ...]

    @property
    def by_class(self) -> float:
        """What knowing the class alone scores."""
        return float(np.mean([reading.score for reading in self.class_alone]))

    def score(self, layer: str, *, is_trained: bool = True) -> Estimate:
        """Return how well it is read off a layer."""
        readings = [by_layer[layer] for by_layer in (self.trained if is_trained else self.untrained)]
        if len(readings) == 1:
            return Estimate(readings[0].score, *score_interval(readings[0].credits, is_classes=self.is_classes))
        return _over_seeds([reading.score for reading in readings])

    def gain(self, layer: str, over: str) -> Estimate:
        """Return how much better a layer reads it than another layer."""
        return self._difference([(by_layer[layer], by_layer[over]) for by_layer in self.trained])

    def gain_by_training(self, layer: str) -> Estimate:
        """Return how much better a layer reads it than the same layer before training."""
        pairs = zip(self.trained, self.untrained, strict=True)
        return self._difference([(after[layer], before[layer]) for after, before in pairs])

    def gain_over_class(self, layer: str) -> Estimate:
        """Return how much better a layer reads it than knowing the class alone does."""
        return self._difference(
            [(by_layer[layer], alone) for by_layer, alone in zip(self.trained, self.class_alone, strict=True)]
        )

    def _difference(self, pairs: Sequence[tuple[Reading, Reading]]) -> Estimate:
        if len(pairs) > 1:
            return _over_seeds([first.score - second.score for first, second in pairs])
        ((first, second),) = pairs
        value, (low, high) = difference_interval(first.credits, second.credits, is_classes=self.is_classes)
        return Estimate(value, low, high)

    def best(self, among: Sequence[str]) -> str:
        """Return the layer with the best probe; it is chosen on examples that do not count for its score."""
        return max(among, key=lambda name: np.mean([by_layer[name].chosen_score for by_layer in self.trained]))


def read_member(
    net: WeightedNetwork,
    twin: WeightedNetwork,
    layers: Sequence[str],
    inputs: Float[np.ndarray, "examples ..."],
    *,
    wanted: Wanted,
    labels: Int[np.ndarray, " examples"],
    division: Division,
    on_step: Callable[[], None] = lambda: None,
) -> MemberReadings:
    """Read every property off every layer of one network, and of the same before training.

    Args:
        net: The trained network.
        twin: The untrained one.
        layers: Names of layers in its own row.
        inputs: Examples to fit, to choose by, to score, in this order.
        wanted: The properties.
        labels: Class ids.
        division: The numbers of examples to fit, to choose by and to score.
        on_step: Called when one of the two networks is done.

    Returns:
        What they show.
    """
    names = [each.name for each in wanted]
    read, widths, kept = [], {}, {}
    for network in (twin, net):
        reduced = reduce_layers(network, layers, inputs, num_fit=division.fit)
        widths = {name: layer.width for name, layer in reduced.items()}
        kept = {name: layer.kept for name, layer in reduced.items()}
        by_layer = {name: read_properties(layer.rows, wanted, division) for name, layer in reduced.items()}
        read.append({prop: {name: by_layer[name][k] for name in by_layer} for k, prop in enumerate(names)})
        on_step()
    return MemberReadings(
        trained=read[1],
        untrained=read[0],
        chance={each.name: chance(each, division) for each in wanted},
        by_class={each.name: by_class(each, labels, division) for each in wanted},
        widths=widths,
        kept=kept,
    )


def follow_depth(members: Sequence[MemberReadings], wanted: Wanted, layers: Sequence[str]) -> tuple[Depth, ...]:
    """Put the readings of a run's networks together, a depth a property."""
    return tuple(
        Depth(
            each.name,
            each.is_classes,
            (PIXELS, *layers),
            tuple(member.trained[each.name] for member in members),
            tuple(member.untrained[each.name] for member in members),
            float(np.mean([member.chance[each.name] for member in members])),
            tuple(member.by_class[each.name] for member in members),
        )
        for each in wanted
        if all(each.name in member.trained for member in members)
    )


def _over_seeds(values: Sequence[float]) -> Estimate:
    mean, _, interval = mean_and_deviation(values)
    assert interval is not None
    return Estimate(mean, *interval)
