"""The gradient through the depth of a network, beside the same network with sigmoids and with ReLUs."""

from dataclasses import dataclass, replace

from descentlab.backpropagation import Account, Depth, account_for, through_depth
from descentlab.networks import build_network
from descentlab.spec import ActivationName, AnyLayerSpec, InitializerName, every_layer
from descentlab.workbench import Subject

CURES: tuple[tuple[str, ActivationName, InitializerName], ...] = (
    ("sigmoid, Glorot", "sigmoid", "glorot-uniform"),
    ("ReLU, He", "relu", "he-normal"),
)
"""What is set side by side: the non-linear function with which gradients vanished, and the one that cured it."""


@dataclass(frozen=True, eq=False)
class DepthVariant:
    """The gradient through the depth of one network.

    Attributes:
        name: What is different about it.
        depth: How large the gradient is, layer by layer.
        key: "sigmoid" or "relu"; empty for the network itself.
        note: Why it stands alone; empty where it does not, or where there is nothing to say.
    """

    name: str
    depth: Depth
    key: str = ""
    note: str = ""


def depth_variants(subject: Subject, account: Account) -> tuple[DepthVariant, ...]:
    """Set a network beside itself with sigmoids as Glorot draws their weights, and with ReLUs as He does.

    All have the same layers, seed and examples. The others are at initial weights.

    Args:
        subject: The network.
        account: Its account.

    Returns:
        This network first; alone where no hidden layer is non-linear.
    """
    this = DepthVariant(f"this network, {subject.weights.partition(',')[0]}", through_depth(account))
    model = subject.experiment.model
    unknown = [layer for layer in every_layer(model[:-1]) if layer.is_curved is None]
    if unknown:
        names = " and ".join(f"'{layer.name or layer.kind}'" for layer in unknown)
        note = f"What another activation would do is not checkable for layer {names}, which does not state its own."
        return (replace(this, note=note),)
    if not any(layer.is_curved for layer in every_layer(model[:-1])):
        return (this,)
    others = []
    for name, function, initializer in CURES:
        changed = (*(_with(spec, function, initializer) for spec in model[:-1]), model[-1])
        if changed == model and _is_initial(subject):
            this = replace(this, name=f"this network ({name})")
        else:
            others.append(DepthVariant(name, through_depth(_account_of(subject, account, changed)), function))
    return (this, *others)


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
