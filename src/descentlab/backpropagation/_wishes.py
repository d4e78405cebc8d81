"""What an example wants of a network: the nudges that would lower its cost."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._account import Account, LayerAccount, flatten
from descentlab.backpropagation._step import Place
from descentlab.core import SpecError


@dataclass(frozen=True, eq=False)
class OutputWishes:
    """What examples want of the outputs, per example or averaged.

    Attributes:
        outputs: a^L.
        targets: y.
        wishes: -∂C/∂a^L: up where positive, and how urgently.
        logit_wishes: -∂C/∂z^L, the same of the logits.
    """

    outputs: Float[np.ndarray, " outputs"]
    targets: Float[np.ndarray, " outputs"]
    wishes: Float[np.ndarray, " outputs"]
    logit_wishes: Float[np.ndarray, " outputs"]


@dataclass(frozen=True, eq=False)
class NeuronWishes:
    """What one neuron is wanted to do, and the three ways of getting it there; by one example, or averaged.

    With δ = ∂C/∂z of the neuron: a bias moves z by itself, so its wish is -δ; a weight moves z by the activation behind
    it, so its wish is -δ a; an activation moves z by the weight before it, so this neuron's wish for it is -δ w.

    Attributes:
        layer: The neuron's layer.
        place: The neuron.
        activation: a; averaged over the examples where the wishes are, and so are all that follow but the weights.
        wish: -∂C/∂a.
        delta: ∂C/∂z.
        labels: Of the inputs behind it.
        weights: w of each.
        behind: a of each.
        weight_wishes: -δ a, in proportion to the activations behind the weights.
        activation_wishes: -δ w, in proportion to the weights; the layer below sums them over all neurons it feeds.
        bias_wish: -δ; None without a bias.
    """

    layer: str
    place: Place
    activation: float
    wish: float
    delta: float
    labels: tuple[str, ...]
    weights: Float[np.ndarray, " inputs"]
    behind: Float[np.ndarray, " inputs"]
    weight_wishes: Float[np.ndarray, " inputs"]
    activation_wishes: Float[np.ndarray, " inputs"]
    bias_wish: float | None


@dataclass(frozen=True)
class EffectiveWeight:
    """A learned number whose change moves the cost much.

    Attributes:
        layer: Its layer.
        role: "weight", "bias", ...
        place: Where in that array.
        value: What it is.
        gradient: ∂C/∂θ.
        share: Of the squared length of the whole gradient: what a step along the gradient owes to it.
    """

    layer: str
    role: str
    place: Place
    value: float
    gradient: float
    share: float


def output_wishes(account: Account, row: int | None = None) -> OutputWishes:
    """Say what an example wants of the outputs.

    Args:
        account: The account.
        row: The example; None averages over all.

    Returns:
        Outputs, targets and wishes.
    """
    cost = account.cost
    arrays = (cost.outputs, cost.targets, -cost.output_gradient, -cost.delta)
    return OutputWishes(*(array.mean(axis=0) if row is None else array[row] for array in arrays))


def neuron_wishes(account: Account, layer: str, place: Place, row: int | None = 0) -> NeuronWishes:
    """Say what an example wants of a neuron, of its weights, its bias, and the activations behind it.

    Args:
        account: The account.
        layer: A layer that weighs its inputs, as a dense layer or a convolution.
        place: The neuron, as a place in its layer's output.
        row: The example; None averages over all.

    Returns:
        The wishes. Those for a neuron's weights, averaged, are its part of -∂C/∂W; where a convolution shares its
        weights between places, what this one place adds to them.

    Raises:
        SpecError: If the layer is no weighted sum.
    """
    own = account.layer(layer)
    if own.weighted_sum is None:
        weighted = [each.name for each in account.layers if each.weighted_sum is not None]
        raise SpecError(
            f"layer '{layer}' ({own.kind}) states no weighted sum of its inputs, and so has no weights to nudge; name "
            f"one that does: {', '.join(weighted) or 'this network has none'}"
        )
    if row is not None:
        return _wishes_of(own, place, row)
    every = [_wishes_of(own, place, k) for k in range(account.num_examples)]
    mean = {
        name: np.mean([getattr(each, name) for each in every], axis=0)
        for name in ("activation", "wish", "delta", "behind", "weight_wishes", "activation_wishes")
    }
    bias = every[0].bias_wish
    return replace(
        every[0],
        **{name: value if value.ndim else float(value) for name, value in mean.items()},
        bias_wish=None if bias is None else -float(mean["delta"]),
    )


def _wishes_of(own: LayerAccount, place: Place, row: int) -> NeuronWishes:
    index = (row, *place)
    delta, whole = float(own.delta[index]), own.step.output_sum(row, place)
    weights, behind = whole.factors[:, 0], whole.factors[:, 1]
    # Without a third factor, the product of none is 1.
    multiplier = whole.factors[:, 2:].prod(axis=1)
    return NeuronWishes(
        own.name, place, float(own.activation[index]), -float(own.activation_gradient[index]), delta,
        whole.labels, weights, behind,
        weight_wishes=-delta * behind * multiplier,
        activation_wishes=-delta * weights * multiplier,
        bias_wish=-delta if whole.constants else None,
    )  # fmt: skip


def most_effective(account: Account, top: int = 12) -> tuple[EffectiveWeight, ...]:
    """Find the learned numbers of the whole network whose derivatives are largest.

    Args:
        account: Of one example, or of a batch, whose averaged gradient counts.
        top: How many.

    Returns:
        The most effective first.
    """
    gradients = account.gradients
    slopes = flatten(gradients)
    squared = float((slopes**2).sum())
    found = []
    for k in np.argsort(-np.abs(slopes), kind="stable")[:top]:
        layer, role, place = _owner(gradients, int(k))
        value = float(account.layer(layer).params[role][place])
        share = float(slopes[k] ** 2) / squared if squared > 0.0 else 0.0
        found.append(EffectiveWeight(layer, role, place, value, float(slopes[k]), share))
    return tuple(found)


def _owner(tree: dict[str, dict[str, np.ndarray]], k: int) -> tuple[str, str, Place]:
    """Find the array that holds entry k of the flattened tree, and its place in it."""
    for layer, own in tree.items():
        for role, array in own.items():
            if k < array.size:
                return layer, role, tuple(int(axis) for axis in np.unravel_index(k, array.shape))
            k -= array.size
    raise IndexError(k)
