"""The gradient through the depth of a network, beside the same network with sigmoids and with ReLUs."""

import math
from dataclasses import dataclass, replace

from descentlab.backpropagation import Account, Depth, account_for, through_depth
from descentlab.core import TextTable
from descentlab.labs.backprop._source import Subject
from descentlab.networks import build_network
from descentlab.spec import ActivationName, AnyLayerSpec, InitializerName, every_layer

CURES: tuple[tuple[str, ActivationName, InitializerName], ...] = (
    ("sigmoid, Glorot", "sigmoid", "glorot-uniform"),
    ("ReLU, He", "relu", "he-normal"),
)
"""What is set side by side: the non-linear function with which gradients vanished, and the one that cured it."""

VANISHING, EXPLODING = 0.5, 2.0
"""Factors a layer below and above which a gradient is said to vanish and to explode."""


@dataclass(frozen=True, eq=False)
class DepthVariant:
    """The gradient through the depth of one network.

    Attributes:
        name: What is different about it.
        depth: How large the gradient is, layer by layer.
        is_own: Whether it is the network that the account is of.
        note: Why it stands alone; empty where it does not, or where there is nothing to say.
    """

    name: str
    depth: Depth
    is_own: bool = False
    note: str = ""


def depth_variants(subject: Subject, account: Account) -> tuple[DepthVariant, ...]:
    """Set a network beside itself with sigmoids as Glorot draws their weights, and with ReLUs as He does.

    All have the same layers, seed and examples. The others are at initial weights; the account's own network is as it
    is.

    Args:
        subject: The network.
        account: Its account.

    Returns:
        The own network first; alone where no hidden layer is non-linear.
    """
    own = DepthVariant(f"this network, {subject.weights.partition(',')[0]}", through_depth(account), is_own=True)
    model = subject.experiment.model
    unknown = [layer for layer in every_layer(model[:-1]) if layer.is_curved is None]
    if unknown:
        names = " and ".join(f"'{layer.name or layer.kind}'" for layer in unknown)
        note = f"What another activation would do is not checkable for layer {names}, which does not state its own."
        return (replace(own, note=note),)
    if not any(layer.is_curved for layer in every_layer(model[:-1])):
        return (own,)
    others = []
    for name, function, initializer in CURES:
        changed = (*(_with(spec, function, initializer) for spec in model[:-1]), model[-1])
        if changed == model and _is_initial(subject):
            own = replace(own, name=f"this network ({name})")
        else:
            others.append(DepthVariant(name, through_depth(_account_of(subject, account, changed))))
    return (own, *others)


def _is_initial(subject: Subject) -> bool:
    return subject.run is None and not subject.experiment.epochs


def _with(spec: AnyLayerSpec, function: ActivationName, initializer: InitializerName) -> AnyLayerSpec:
    """Give a hidden layer another function and other initial weights; linear layers stay linear."""
    return (spec.with_activation(function) or spec).with_initializer(initializer)


def _account_of(subject: Subject, account: Account, model: tuple[AnyLayerSpec, ...]) -> Account:
    network = build_network(model, subject.network.input_shape, subject.objective.num_outputs)
    return account_for(
        replace(
            account.problem,
            network=network,
            params=network.draw(subject.experiment.seed),
            statistics=network.start_statistics(),
        )
    )


def depth_sentences(variants: tuple[DepthVariant, ...], *, at_least: int = 3) -> list[str]:
    """Say what the gradient does on its way down, as measured, and what it does in the other two networks.

    Args:
        variants: The own network first.
        at_least: Layers that learn, of fewer of which there is nothing to say.

    Returns:
        The sentences.
    """
    own, *others = variants
    if len(own.depth.names) < at_least:
        return []
    factor = own.depth.factor_per_layer
    words = []
    if not math.isnan(factor):
        words.append(
            f"From one layer that learns to the one below, the length of ∂C/∂z is multiplied by {factor:.3g} on "
            f"average: {_verdict(factor)}."
        )
    if own.note:
        words.append(own.note)
    if others:
        told = "; ".join(_told(each) for each in others)
        words.append(f"The same layers, example and seed at initial weights: {told}.")
    return words


def _verdict(factor: float) -> str:
    return "it vanishes" if factor < VANISHING else "it explodes" if factor > EXPLODING else "it keeps its size"


def _told(variant: DepthVariant) -> str:
    factor = variant.depth.factor_per_layer
    if not math.isnan(factor):
        return f"{factor:.3g} a layer with {variant.name}"
    silent = [name for name, slope in zip(variant.depth.names, variant.depth.slopes, strict=True) if slope == 0.0]
    why = f", since every unit of {silent[-1]} is off" if silent else ""
    return f"with {variant.name} no derivative reaches {variant.depth.names[0]}{why}"


def depth_table(variants: tuple[DepthVariant, ...]) -> TextTable:
    """Lay out the length of δ through the depth, from the input on, and by what a layer multiplies it."""
    names = variants[0].depth.names
    rows = [(name, *(f"{each.depth.deltas[k]:.4g}" for each in variants)) for k, name in enumerate(names)]
    factors = [each.depth.factor_per_layer for each in variants]
    rows.append(("factor a layer", *("–" if math.isnan(factor) else f"{factor:.3g}" for factor in factors)))
    return TextTable(
        ("layer", *(each.name for each in variants)), tuple(rows), "Through depth: length of ∂C/∂z, layer by layer"
    )
