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
        trained: By property, then by layer; the pixels are the first layer.
        untrained: The same of the network before training.
        chance: By property, what always the same answer scores.
        by_class: By property, what knowing the class alone scores.
        widths: By layer, how many numbers it gives for an example.
        kept: By layer, the share of its variance that the probes saw.
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
        layers: From the pixels on.
        trained: Of each network by layer.
        untrained: The same before training.
        chance: What always the same answer scores.
        class_alone: What knowing the class alone gives, of each network's examples.
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
        return float(np.mean([one.score for one in self.class_alone]))

    def score(self, layer: str, *, is_trained: bool = True) -> Estimate:
        """Return how well it is read off a layer."""
        found = [one[layer] for one in (self.trained if is_trained else self.untrained)]
        if len(found) == 1:
            return Estimate(found[0].score, *score_interval(found[0].credits, is_classes=self.is_classes))
        return _over_seeds([one.score for one in found])

    def gain(self, layer: str, over: str) -> Estimate:
        """Return how much better a layer reads it than another layer."""
        return self._difference([(one[layer], one[over]) for one in self.trained])

    def gain_by_training(self, layer: str) -> Estimate:
        """Return how much better a layer reads it than the same layer before training."""
        pairs = zip(self.trained, self.untrained, strict=True)
        return self._difference([(one[layer], other[layer]) for one, other in pairs])

    def gain_over_class(self, layer: str) -> Estimate:
        """Return how much better a layer reads it than knowing the class alone does."""
        return self._difference(
            [(one[layer], other) for one, other in zip(self.trained, self.class_alone, strict=True)]
        )

    def _difference(self, pairs: Sequence[tuple[Reading, Reading]]) -> Estimate:
        if len(pairs) > 1:
            return _over_seeds([one.score - other.score for one, other in pairs])
        ((one, other),) = pairs
        value, (low, high) = difference_interval(one.credits, other.credits, is_classes=self.is_classes)
        return Estimate(value, low, high)

    def best(self, among: Sequence[str]) -> str:
        """Name the layer that reads it best, told by examples that are not scored."""
        return max(among, key=lambda name: np.mean([one[name].chosen_score for one in self.trained]))


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
        division: How many examples are for what.
        on_step: Called when one of the two networks is done.

    Returns:
        What they show.
    """
    names = [one.name for one in wanted]
    read, widths, kept = [], {}, {}
    for one in (twin, net):
        found = reduce_layers(one, layers, inputs, num_fit=division.fit)
        widths = {name: layer.width for name, layer in found.items()}
        kept = {name: layer.kept for name, layer in found.items()}
        by_layer = {name: read_properties(layer.rows, wanted, division) for name, layer in found.items()}
        read.append({prop: {name: by_layer[name][k] for name in by_layer} for k, prop in enumerate(names)})
        on_step()
    return MemberReadings(
        trained=read[1],
        untrained=read[0],
        chance={one.name: chance(one, division) for one in wanted},
        by_class={one.name: by_class(one, labels, division) for one in wanted},
        widths=widths,
        kept=kept,
    )


def follow_depth(members: Sequence[MemberReadings], wanted: Wanted, layers: Sequence[str]) -> tuple[Depth, ...]:
    """Put the readings of a run's networks together, a depth a property."""
    return tuple(
        Depth(
            one.name,
            one.is_classes,
            (PIXELS, *layers),
            tuple(member.trained[one.name] for member in members),
            tuple(member.untrained[one.name] for member in members),
            float(np.mean([member.chance[one.name] for member in members])),
            tuple(member.by_class[one.name] for member in members),
        )
        for one in wanted
        if all(one.name in member.trained for member in members)
    )


def _over_seeds(values: Sequence[float]) -> Estimate:
    mean, _, interval = mean_and_deviation(values)
    assert interval is not None
    return Estimate(mean, *interval)
