"""What back-propagation through a network gives for some examples, as numbers."""

from dataclasses import dataclass
from functools import cached_property

from descentlab import backpropagation
from descentlab.backpropagation import Account, Agreement, ChainStep, Check, Depth, EffectiveWeight, LayerDetail, Update
from descentlab.labs.backprop._depth import DepthVariant
from descentlab.labs.backprop._examples import Chosen
from descentlab.labs.backprop._nudges import Nudges, measure_nudges
from descentlab.workbench import Subject


@dataclass(frozen=True, eq=False)
class Backprop:
    """Back-propagation through a network for some examples, with every number at hand.

    Attributes:
        subject: The network, its weights and its data.
        chosen: The examples.
        account: Every layer's numbers of the forward and the backward pass.
        check: The same derivatives computed in two other ways; None where that was not asked for.
        row: Row of the example that is looked at, within those of the account.
        layer: Name of the layer that is looked at; None for all layers with weights.
        top: Number of terms of a sum that are named.
        update: A step of gradient descent, predicted and taken.
        variants: The gradient through the depth of this network, then of the same with sigmoids and with ReLUs.
    """

    subject: Subject
    chosen: Chosen
    account: Account
    check: Check | None
    row: int
    layer: str | None
    top: int
    update: Update
    variants: tuple[DepthVariant, ...]

    @property
    def title(self) -> str:
        """Name of the network, and where its weights come from."""
        return f"{self.subject.experiment.name} {self.subject.weights}"

    @property
    def is_batch(self) -> bool:
        """Whether the gradients of several examples are averaged."""
        return self.account.num_examples > 1

    @cached_property
    def details(self) -> tuple[LayerDetail, ...]:
        """The layers that are looked at with the numbers put in, from the input on."""
        names = [self.layer] if self.layer else [layer.name for layer in self.account.layers if layer.gradients]
        return tuple(backpropagation.explain_layer(self.account, name, row=self.row, top=self.top) for name in names)

    @cached_property
    def every_detail(self) -> tuple[LayerDetail, ...]:
        """All layers with the numbers put in, from the input on."""
        known = {detail.layer.name: detail for detail in self.details}
        return tuple(
            known.get(layer.name) or backpropagation.explain_layer(self.account, layer.name, row=self.row, top=self.top)
            for layer in self.account.layers
        )

    @cached_property
    def chain(self) -> tuple[ChainStep, ...]:
        """Each derivative as a product of single numbers, where every layer has one neuron; else nothing."""
        return backpropagation.chain_rule(self.account, self.row) if backpropagation.is_chain(self.account) else ()

    @cached_property
    def effective(self) -> tuple[EffectiveWeight, ...]:
        """The learned numbers that move the cost most."""
        return backpropagation.most_effective(self.account, self.top)

    @cached_property
    def agreement(self) -> Agreement | None:
        """How far the examples' gradients point the same way; None for a single example."""
        return backpropagation.measure_agreement(self.account) if self.is_batch else None

    @cached_property
    def nudges(self) -> tuple[Nudges, ...]:
        """How the neuron with the largest delta of each layer that is looked at should change, from the input on."""
        return measure_nudges(self.account, self.details, self.row)

    @property
    def depth(self) -> Depth:
        """Size of the gradient, layer by layer."""
        return self.variants[0].depth

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """Name of each output: its class, or `output`."""
        classes, count = self.subject.classes, self.account.cost.outputs.shape[1]
        if count == len(classes) or count == len(self.subject.target_names):
            return classes or self.subject.target_names
        return (classes[1] if len(classes) == 2 else "output",) * count

    @property
    def truth(self) -> str:
        """Class of the example that is looked at, or its target or targets."""
        return self.subject.truth_of(self.chosen.targets[self.row])


def name_of(number: EffectiveWeight) -> str:
    """Word a learned number, as `hidden/weight[3,0]`."""
    return f"{number.layer}/{number.role}{brackets(number.place)}"


def other_terms(num: int) -> str:
    """Name the terms that a list leaves out: `1 other`, `12 others`."""
    return f"{num:,} other{'' if num == 1 else 's'}"


def brackets(place: tuple[int, ...]) -> str:
    """Word a place in an array, as `[3,0]`."""
    return f"[{','.join(map(str, place))}]"
