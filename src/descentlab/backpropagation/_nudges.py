"""Nudges: small changes of activations, weights and biases that would lower the cost."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._account import Account, LayerAccount, flatten
from descentlab.backpropagation._step import Place
from descentlab.core import SpecError


@dataclass(frozen=True, eq=False)
class OutputNudges:
    """How the outputs should change to lower the cost, for one example or averaged over several.

    Attributes:
        outputs: Outputs of the network, a^L.
        targets: Targets, y.
        nudges: -∂C/∂a^L; an output should grow where it is positive, and the more the larger it is.
        logit_nudges: -∂C/∂z^L, the same for the logits.
    """

    outputs: Float[np.ndarray, " outputs"]
    targets: Float[np.ndarray, " outputs"]
    nudges: Float[np.ndarray, " outputs"]
    logit_nudges: Float[np.ndarray, " outputs"]


@dataclass(frozen=True, eq=False)
class NeuronNudges:
    """How one neuron should change to lower the cost, and how its bias, its weights and its inputs can change it.

    All numbers are for one example, or averaged over several. With δ = ∂C/∂z of the neuron: a change of the bias
    changes z by as much, so that its nudge is -δ. A change of a weight changes z in proportion to the activation a
    behind the weight, so that its nudge is -δ a. A change of that activation changes z in proportion to the weight w,
    so that its nudge by this neuron is -δ w.

    Attributes:
        layer: Layer of the neuron.
        place: Place of the neuron in the output of its layer.
        activation: Activation a of the neuron.
        nudge: -∂C/∂a.
        delta: ∂C/∂z.
        labels: Names of its inputs.
        weights: Weight w of each input; weights are never averaged.
        behind: Activation a of each input.
        weight_nudges: -δ a for each weight.
        activation_nudges: -δ w for each input; the layer below adds them up over all neurons that it feeds.
        bias_nudge: -δ; None if the neuron has no bias.
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
    """A learned number whose change has a large effect on the cost.

    Attributes:
        layer: Layer of the number.
        role: Role of its array, such as "weight" or "bias".
        place: Place in that array.
        value: The number itself.
        gradient: Derivative of the cost by the number, ∂C/∂θ.
        share: Its share of the squared length of the whole gradient, and so of the effect of a gradient step.
    """

    layer: str
    role: str
    place: Place
    value: float
    gradient: float
    share: float


def output_nudges(account: Account, row: int | None = None) -> OutputNudges:
    """Return how the outputs should change to lower the cost.

    Args:
        account: Account of a forward and backward pass.
        row: Place of the example; None averages over all examples.

    Returns:
        Outputs, targets and nudges.
    """
    cost = account.cost
    arrays = (cost.outputs, cost.targets, -cost.output_gradient, -cost.delta)
    return OutputNudges(*(array.mean(axis=0) if row is None else array[row] for array in arrays))


def neuron_nudges(account: Account, layer: str, place: Place, row: int | None = 0) -> NeuronNudges:
    """Return how a neuron, its weights, its bias and its inputs should change to lower the cost.

    Args:
        account: Account of a forward and backward pass.
        layer: Layer that computes weighted sums of its inputs, such as a dense layer or a convolution.
        place: Place of the neuron in the output of its layer.
        row: Place of the example; None averages over all examples.

    Returns:
        The nudges. Averaged, those of the weights are the neuron's part of -∂C/∂W. A convolution shares its weights
        between places; there they are the contribution of this one place.

    Raises:
        SpecError: If the layer computes no weighted sum.
    """
    layer_account = account.layer(layer)
    if layer_account.weighted_sum is None:
        weighted = [each.name for each in account.layers if each.weighted_sum is not None]
        raise SpecError(
            f"layer '{layer}' ({layer_account.kind}) states no weighted sum of its inputs, and so has no weights to "
            f"nudge; name one that does: {', '.join(weighted) or 'this network has none'}"
        )
    if row is not None:
        return _nudges_of(layer_account, place, row)
    every = [_nudges_of(layer_account, place, k) for k in range(account.num_examples)]
    mean = {
        name: np.mean([getattr(each, name) for each in every], axis=0)
        for name in ("activation", "nudge", "delta", "behind", "weight_nudges", "activation_nudges")
    }
    bias = every[0].bias_nudge
    return replace(
        every[0],
        **{name: value if value.ndim else float(value) for name, value in mean.items()},
        bias_nudge=None if bias is None else -float(mean["delta"]),
    )


def _nudges_of(layer_account: LayerAccount, place: Place, row: int) -> NeuronNudges:
    index = (row, *place)
    delta, whole = float(layer_account.delta[index]), layer_account.step.output_sum(row, place)
    weights, behind = whole.factors[:, 0], whole.factors[:, 1]
    # Where there is no third factor, the empty product is 1.
    multiplier = whole.factors[:, 2:].prod(axis=1)
    activation, slope = float(layer_account.activation[index]), float(layer_account.activation_gradient[index])
    return NeuronNudges(
        layer_account.name, place, activation, -slope, delta,
        whole.labels, weights, behind,
        weight_nudges=-delta * behind * multiplier,
        activation_nudges=-delta * weights * multiplier,
        bias_nudge=-delta if whole.constants else None,
    )  # fmt: skip


def most_effective(account: Account, top: int = 12) -> tuple[EffectiveWeight, ...]:
    """Find the learned numbers of the whole network whose derivatives are largest.

    Args:
        account: Account of one example, or of a batch; then the averaged gradient counts.
        top: How many numbers to return.

    Returns:
        The numbers, the one with the largest derivative first.
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
    for layer, arrays in tree.items():
        for role, array in arrays.items():
            if k < array.size:
                return layer, role, tuple(int(axis) for axis in np.unravel_index(k, array.shape))
            k -= array.size
    raise IndexError(k)
