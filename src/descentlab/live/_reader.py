"""One picture under a network's eyes: what it says, by what, and how it would be made to say something else."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from descentlab.backpropagation import Account, EffectiveWeight, Problem, account_for, most_effective
from descentlab.core import SpecError
from descentlab.networks import HostArrays, Network
from descentlab.objectives import Objective
from descentlab.representations import Attribution, WeightedNetwork, attribute, depth_names

WAY = 64
"""Points between black and the picture at which slopes are taken, for integrated gradients."""
STEP = 1.0
"""Length of the step along a wish that is tried; a pixel from black to white is 1."""

Picture = Float[np.ndarray, "rows columns colours"]


@dataclass(frozen=True, eq=False)
class Contributions:
    """What a last dense layer adds up for each logit: z_k = Σ_j a_j w_jk + b_k.

    Attributes:
        layer: Its name.
        inputs: a.
        weights: w.
        bias: b.
    """

    layer: str
    inputs: Float[np.ndarray, " inputs"]
    weights: Float[np.ndarray, "inputs outputs"]
    bias: Float[np.ndarray, " outputs"]

    @cached_property
    def terms(self) -> Float[np.ndarray, "inputs outputs"]:
        """Return a_j w_jk: exactly what each input adds to each logit."""
        return self.inputs[:, None] * self.weights

    @property
    def logits(self) -> Float[np.ndarray, " outputs"]:
        """Their sums with the biases."""
        return self.terms.sum(axis=0) + self.bias


@dataclass(frozen=True, eq=False)
class Glance:
    """What a network makes of one picture.

    Attributes:
        picture: As the network sees it.
        logits: What it ends in.
        probabilities: One a class.
        maps: What each layer hands on, by name, from the input on.
        contributions: Of the last layer; None where that is no linear dense one.
    """

    picture: Picture
    logits: Float[np.ndarray, " outputs"]
    probabilities: Float[np.ndarray, " classes"]
    maps: dict[str, np.ndarray]
    contributions: Contributions | None

    @property
    def winner(self) -> int:
        """The class that is told."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True)
class Nudge:
    """What one layer is wanted to change.

    Attributes:
        layer: Its name.
        kind: Its kind.
        delta: The length of ∂C/∂z.
        gradient: The length of its ∂C/∂θ; None where nothing is learned.
        share: Of the squared length of the whole gradient.
        num_params: How many numbers it learns.
    """

    layer: str
    kind: str
    delta: float
    gradient: float | None
    share: float
    num_params: int


@dataclass(frozen=True, eq=False)
class Wish:
    """What a picture, taken for one of a class, asks of a network.

    Attributes:
        label: The class.
        cost: C.
        outputs: What the outputs are.
        targets: What they should be.
        logit_wishes: -∂C/∂z of the last layer: up where positive.
        nudges: Layer by layer, from the input on.
        gradient: The length of the whole ∂C/∂θ.
        effective: The learned numbers that are wanted to change most.
        picture: -∂C/∂x: how pixels would have to change for the picture to be more like the class.
        moved: The picture, moved by `STEP` along it, within black and white.
        foretold: By how much the slope says that the cost changes by it.
        actual: By how much it changes.
        moved_probability: Of the class, for the moved picture.
    """

    label: int
    cost: float
    outputs: Float[np.ndarray, " outputs"]
    targets: Float[np.ndarray, " outputs"]
    logit_wishes: Float[np.ndarray, " outputs"]
    nudges: tuple[Nudge, ...]
    gradient: float
    effective: tuple[EffectiveWeight, ...]
    picture: Picture
    moved: Picture
    foretold: float
    actual: float
    moved_probability: float


class PictureReader:
    """A trained network that is shown one picture after the other. Its programs are compiled once."""

    def __init__(self, network: Network, objective: Objective, params: HostArrays, statistics: HostArrays) -> None:
        """Take a network.

        Raises:
            SpecError: If it takes no pictures, or tells no classes.
        """
        if len(network.input_shape) != 3 or objective.num_classes < 2:
            raise SpecError("a network that takes pictures and tells classes is needed here")
        self.net = WeightedNetwork(network, params, statistics)
        self.objective = objective
        self.layers = depth_names(network)
        self._probabilities: Any = jax.jit(objective.probabilities)

    def look(self, picture: Picture) -> Glance:
        """Take a picture through the network. This takes about a millisecond for a small one.

        Args:
            picture: As the network sees it.

        Returns:
            What every layer makes of it.
        """
        network = self.net.network
        taps = [f"{layer.name}/activation" for layer in network.layers]
        found = self.net.record_all(picture[None].astype(np.float32), taps)
        logits = found[taps[-1]]
        told = np.asarray(self._probabilities(logits), np.float64)[0]
        maps = {name: found[f"{name}/activation"][0] for name in self.layers}
        before = found[taps[-2]][0] if len(taps) > 1 else picture
        return Glance(picture, logits[0].astype(np.float64), told, maps, self._contributions(before))

    def _contributions(self, before: np.ndarray) -> Contributions | None:
        last = self.net.network.layers[-1]
        weighted = last.weighted_sum
        if weighted is None or weighted.is_slid or last.activation != "linear":
            return None
        own = self.net.params[last.name]
        weights = np.asarray(own["weight"], np.float64) * weighted.multiplier
        bias = np.asarray(own["bias"], np.float64) if "bias" in own else np.zeros(last.num_channels)
        return Contributions(last.name, before.ravel().astype(np.float64), weights, bias)

    def attribute(self, picture: Picture) -> Attribution:
        """Share every logit out among the picture's pixels."""
        return attribute(self.net, picture, steps=WAY)

    def wish(self, picture: Picture, label: int, *, top: int = 8) -> Wish:
        """Take a picture back through the network, as if it were one of a class.

        Args:
            picture: As the network sees it.
            label: The class.
            top: How many learned numbers to name.

        Returns:
            What it asks for.
        """
        account = self._account(picture, label)
        slope = account.input_gradient[0]
        length = float(np.linalg.norm(slope))
        moved = np.clip(picture - (STEP / length if length > 0.0 else 0.0) * slope, 0.0, 1.0)
        after = self._account(moved, label)
        told = np.asarray(self._probabilities(after.cost.logits.astype(np.float32)), np.float64)[0]
        return Wish(
            label,
            account.mean_cost,
            account.cost.outputs[0],
            account.cost.targets[0],
            -account.cost.delta[0],
            _nudges(account),
            account.gradient_norm,
            most_effective(account, top),
            -slope,
            moved,
            foretold=float((slope * (moved - picture)).sum()),
            actual=after.mean_cost - account.mean_cost,
            moved_probability=float(told[label]),
        )

    def _account(self, picture: Picture, label: int) -> Account:
        net = self.net
        targets = np.array([label])
        return account_for(Problem(net.network, self.objective, net.params, net.statistics, picture[None], targets))


def _nudges(account: Account) -> tuple[Nudge, ...]:
    whole = account.gradient_norm**2
    found = []
    for layer in account.layers:
        squared = sum(float((array**2).sum()) for array in layer.gradients.values())
        found.append(
            Nudge(
                layer.name,
                layer.kind,
                float(np.linalg.norm(layer.delta)),
                squared**0.5 if layer.gradients else None,
                squared / whole if whole > 0.0 else 0.0,
                sum(array.size for array in layer.gradients.values()),
            )
        )
    return tuple(found)
