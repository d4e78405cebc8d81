"""What an example wants of a network: the nudges that would lower its cost."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._account import Account, LayerAccount, flatten
from descentlab.backpropagation._step import Place
from descentlab.core import SpecError


@dataclass(frozen=True, eq=False)
class OutputNudges:
    """What examples want of the outputs, per example or averaged.

    Attributes:
        outputs: a^L.
        targets: y.
        nudges: -∂C/∂a^L: up where positive, and how urgently.
        logit_nudges: -∂C/∂z^L, the same of the logits.
    """

    outputs: Float[np.ndarray, " outputs"]
    targets: Float[np.ndarray, " outputs"]
    nudges: Float[np.ndarray, " outputs"]
    logit_nudges: Float[np.ndarray, " outputs"]


@dataclass(frozen=True, eq=False)
class NeuronNudges:
    """What one neuron is wanted to do, and the three ways of getting it there; by one example, or averaged.

    With δ = ∂C/∂z of the neuron: a bias moves z by itself, so its wish is -δ; a weight moves z by the activation behind
    it, so its wish is -δ a; an activation moves z by the weight before it, so this neuron's wish for it is -δ w.

    Attributes:
        layer: The neuron's layer.
        place: The neuron.
        activation: a; averaged over the examples where the nudges are, and so are all that follow but the weights.
        wish: -∂C/∂a.
        delta: ∂C/∂z.
        labels: Of the inputs behind it.
        weights: w of each.
        behind: a of each.
        weight_nudges: -δ a, in proportion to the activations behind the weights.
        activation_nudges: -δ w, in proportion to the weights; the layer below sums them over all neurons it feeds.
        bias_nudge: -δ; None without a bias.
    """

    layer: str
    place: Place
    activation: float
    nudge: float
    delta: float
    labels: tuple[str, ...]
    weights: Float[np.ndarray, " inputs"]
    behind: Float[np.ndarray, " inputs"]
    weight_nudges: Float[np.ndarray, " inputs"]
    activation_nudges: Float[np.ndarray, " inputs"]
    bias_nudge: float | None


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


def output_nudges(account: Account, row: int | None = None) -> OutputNudges:
    """Say what an example wants of the outputs.

    Args:
        account: The account.
        row: The example; None averages over all.

    Returns:
        Outputs, targets and nudges.
    """
    cost = account.cost
    arrays = (cost.outputs, cost.targets, -cost.output_gradient, -cost.delta)
    return OutputNudges(*(array.mean(axis=0) if row is None else array[row] for array in arrays))


def neuron_nudges(account: Account, layer: str, place: Place, row: int | None = 0) -> NeuronNudges:
    """Say what an example wants of a neuron, of its weights, its bias, and the activations behind it.

    Args:
        account: The account.
        layer: A layer that weighs its inputs, as a dense layer or a convolution.
        place: The neuron, as a place in its layer's output.
        row: The example; None averages over all.

    Returns:
        The nudges. Those for a neuron's weights, averaged, are its part of -∂C/∂W; where a convolution shares its
        weights between places, what this one place adds to them.

    Raises:
        SpecError: If the layer is no weighted sum.
    """
    account_of_layer = account.layer(layer)
    if account_of_layer.weighted_sum is None:
        weighted = [each.name for each in account.layers if each.weighted_sum is not None]
        raise SpecError(
            f"layer '{layer}' ({own.kind}) states no weighted sum of its inputs, and so has no weights to nudge; name "
            f"one that does: {', '.join(weighted) or 'this network has none'}"
        )
    if row is not None:
        return _nudges_of(account_of_layer, place, row)
    every = [_nudges_of(account_of_layer, place, k) for k in range(account.num_examples)]
    mean = {
        name: np.mean([getattr(each, name) for each in every], axis=0)
        for name in ("activation", "wish", "delta", "behind", "weight_nudges", "activation_nudges")
    }
    bias = every[0].bias_nudge
    return replace(
        every[0],
        **{name: value if value.ndim else float(value) for name, value in mean.items()},
        bias_nudge=None if bias is None else -float(mean["delta"]),
    )


def _nudges_of(account_of_layer: LayerAccount, place: Place, row: int) -> NeuronNudges:
    index = (row, *place)
    delta, whole = float(account_of_layer.delta[index]), account_of_layer.step.output_sum(row, place)
    weights, behind = whole.factors[:, 0], whole.factors[:, 1]
    # Without a third factor, the product of none is 1.
    multiplier = whole.factors[:, 2:].prod(axis=1)
    return NeuronNudges(
        account_of_layer.name, place, float(account_of_layer.activation[index]), -float(account_of_layer.activation_gradient[index]), delta,
        whole.labels, weights, behind,
        weight_nudges=-delta * behind * multiplier,
        activation_nudges=-delta * weights * multiplier,
        bias_nudge=-delta if whole.constants else None,
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
    largest = []
    for k in np.argsort(-np.abs(slopes), kind="stable")[:top]:
        layer, role, place = _owner(gradients, int(k))
        value = float(account.layer(layer).params[role][place])
        share = float(slopes[k] ** 2) / squared if squared > 0.0 else 0.0
        largest.append(EffectiveWeight(layer, role, place, value, float(slopes[k]), share))
    return tuple(largest)


def _owner(tree: dict[str, dict[str, np.ndarray]], k: int) -> tuple[str, str, Place]:
    """Find the array that holds entry k of the flattened tree, and its place in it."""
    for layer, account_of_layer in tree.items():
        for role, array in account_of_layer.items():
            if k < array.size:
                return layer, role, tuple(int(axis) for axis in np.unravel_index(k, array.shape))
            k -= array.size
    raise IndexError(k)
