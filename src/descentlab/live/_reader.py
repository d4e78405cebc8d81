"""A network's prediction for one picture, its reasons, and the changes that would lead to another prediction."""

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
"""Points between black and the picture at which integrated gradients take slopes."""
STEP = 1.0
"""Length of the step against the gradient that a picture is moved; a pixel from black to white is 1."""

Picture = Float[np.ndarray, "rows columns colours"]


@dataclass(frozen=True, eq=False)
class Contributions:
    """The terms of a last dense layer's sums, for each logit z_k = Σ_j a_j w_jk + b_k.

    Attributes:
        layer: Name of the layer.
        inputs: Inputs a of the layer.
        weights: Weights w of the layer.
        bias: Biases b of the layer.
    """

    layer: str
    inputs: Float[np.ndarray, " inputs"]
    weights: Float[np.ndarray, "inputs outputs"]
    bias: Float[np.ndarray, " outputs"]

    @cached_property
    def terms(self) -> Float[np.ndarray, "inputs outputs"]:
        """Terms a_j w_jk: exactly what each input adds to each logit."""
        return self.inputs[:, None] * self.weights

    @property
    def logits(self) -> Float[np.ndarray, " outputs"]:
        """Sums of the terms and the biases."""
        return self.terms.sum(axis=0) + self.bias


@dataclass(frozen=True, eq=False)
class Glance:
    """A network's forward pass of one picture.

    Attributes:
        picture: Picture in the form of the network's input.
        logits: Outputs of the last layer.
        probabilities: Probability of each class.
        maps: Activation of each layer, by its name, from the input on.
        contributions: Terms of the last layer's sums; None if it is not a linear dense layer.
    """

    picture: Picture
    logits: Float[np.ndarray, " outputs"]
    probabilities: Float[np.ndarray, " classes"]
    maps: dict[str, np.ndarray]
    contributions: Contributions | None

    @property
    def winner(self) -> int:
        """Predicted class."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True)
class Nudge:
    """One layer's part of the gradient.

    Attributes:
        layer: Name of the layer.
        kind: Kind of the layer.
        delta: Length of ∂C/∂z.
        gradient: Length of ∂C/∂θ of the layer's parameters θ; None if it has none.
        share: Share of the layer in the squared length of the whole gradient.
        num_params: Number of the layer's parameters.
    """

    layer: str
    kind: str
    delta: float
    gradient: float | None
    share: float
    num_params: int


@dataclass(frozen=True, eq=False)
class WantedChange:
    """The changes of a network, or of a picture, that would lower the cost C if the picture were of a given class.

    Attributes:
        label: Given class.
        cost: Cost C of the picture with this class as its label.
        outputs: Outputs of the network.
        targets: Targets of the outputs.
        logit_changes: Negative gradient -∂C/∂z of the logits: positive for a logit that should rise.
        nudges: Part of each layer in the gradient, from the input on.
        gradient: Length of the whole gradient ∂C/∂θ.
        effective: Parameters with the largest part in the gradient.
        picture: Negative gradient -∂C/∂x of the pixels: positive for a pixel that should be brighter.
        moved: Picture moved by `STEP` along this negative gradient, within black and white.
        linear_change: Change of the cost by that move according to the gradient.
        actual_change: Change of the cost by that move as computed.
        moved_probability: Probability of the class for the moved picture.
    """

    label: int
    cost: float
    outputs: Float[np.ndarray, " outputs"]
    targets: Float[np.ndarray, " outputs"]
    logit_changes: Float[np.ndarray, " outputs"]
    nudges: tuple[Nudge, ...]
    gradient: float
    effective: tuple[EffectiveWeight, ...]
    picture: Picture
    moved: Picture
    linear_change: float
    actual_change: float
    moved_probability: float


class PictureReader:
    """A trained network that reads one picture after the other. Its programs are compiled once."""

    def __init__(self, network: Network, objective: Objective, params: HostArrays, statistics: HostArrays) -> None:
        """Prepare to read pictures.

        Raises:
            SpecError: If the network does not take pictures, or does not predict classes.
        """
        if len(network.input_shape) != 3 or objective.num_classes < 2:
            raise SpecError(
                "the network does not classify pictures; choose one that takes pictures and predicts classes"
            )
        self.net = WeightedNetwork(network, params, statistics)
        self.objective = objective
        self.layers = depth_names(network)
        self._probabilities: Any = jax.jit(objective.probabilities)

    def look(self, picture: Picture) -> Glance:
        """Compute the forward pass of a picture. It takes about a millisecond for a small network.

        Args:
            picture: Picture in the form of the network's input.

        Returns:
            Activations of every layer.
        """
        network = self.net.network
        taps = [f"{layer.name}/activation" for layer in network.layers]
        tapped = self.net.record_all(picture[None].astype(np.float32), taps)
        logits = tapped[taps[-1]]
        probabilities = np.asarray(self._probabilities(logits), np.float64)[0]
        maps = {name: tapped[f"{name}/activation"][0] for name in self.layers}
        before = tapped[taps[-2]][0] if len(taps) > 1 else picture
        return Glance(picture, logits[0].astype(np.float64), probabilities, maps, self._contributions(before))

    def _contributions(self, before: np.ndarray) -> Contributions | None:
        last = self.net.network.layers[-1]
        weighted = last.weighted_sum
        if weighted is None or weighted.is_slid or last.activation != "linear":
            return None
        params = self.net.params[last.name]
        weights = np.asarray(params["weight"], np.float64) * weighted.multiplier
        bias = np.asarray(params["bias"], np.float64) if "bias" in params else np.zeros(last.num_channels)
        return Contributions(last.name, before.ravel().astype(np.float64), weights, bias)

    def attribute(self, picture: Picture) -> Attribution:
        """Attribute every logit to the pixels of the picture."""
        return attribute(self.net, picture, steps=WAY)

    def wanted_change(self, picture: Picture, label: int, *, top: int = 8) -> WantedChange:
        """Compute the backward pass of a picture, as if it were of a given class.

        Args:
            picture: Picture in the form of the network's input.
            label: The class.
            top: Number of parameters to name.

        Returns:
            The changes that would lower the cost.
        """
        account = self._account(picture, label)
        slope = account.input_gradient[0]
        length = float(np.linalg.norm(slope))
        moved = np.clip(picture - (STEP / length if length > 0.0 else 0.0) * slope, 0.0, 1.0)
        after = self._account(moved, label)
        probabilities = np.asarray(self._probabilities(after.cost.logits.astype(np.float32)), np.float64)[0]
        return WantedChange(
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
            linear_change=float((slope * (moved - picture)).sum()),
            actual_change=after.mean_cost - account.mean_cost,
            moved_probability=float(probabilities[label]),
        )

    def _account(self, picture: Picture, label: int) -> Account:
        net = self.net
        targets = np.array([label])
        return account_for(Problem(net.network, self.objective, net.params, net.statistics, picture[None], targets))


def _nudges(account: Account) -> tuple[Nudge, ...]:
    whole = account.gradient_norm**2
    nudges = []
    for layer in account.layers:
        squared = sum(float((array**2).sum()) for array in layer.gradients.values())
        nudges.append(
            Nudge(
                layer.name,
                layer.kind,
                float(np.linalg.norm(layer.delta)),
                squared**0.5 if layer.gradients else None,
                squared / whole if whole > 0.0 else 0.0,
                sum(array.size for array in layer.gradients.values()),
            )
        )
    return tuple(nudges)
