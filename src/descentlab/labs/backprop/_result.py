"""What `backprop` found: the account, what checks it, and what is read off it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from descentlab import backpropagation
from descentlab.backpropagation import Account, Agreement, ChainStep, Check, Depth, LayerDetail, Update
from descentlab.core import SpecError
from descentlab.labs.backprop._depth import DepthVariant
from descentlab.labs.backprop._nudges import Nudges, find_nudges
from descentlab.labs.backprop._source import Chosen, Subject


@dataclass(frozen=True, eq=False)
class Backprop:
    """Back-propagation through a network for some examples, with every number at hand.

    Attributes:
        subject: The network, its weights and its data.
        chosen: The examples.
        account: Every layer's numbers, forward and back.
        check: The same derivatives in two other ways; None where that was not asked for.
        row: The example that is looked at, counted within those of the account.
        layer: The layer that is looked at; None for all that have weights.
        top: How many terms of a sum are named.
        update: A step of gradient descent, foretold and taken.
        variants: The gradient through the depth: the network's own, then with sigmoids and with ReLUs.
        sentences: What it shows, in words.
        seconds: What took how long.
        path: Where page and numbers are; None if they were not written.
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
    sentences: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None = None

    @property
    def title(self) -> str:
        """What is accounted for."""
        return f"{self.subject.experiment.name} {self.subject.weights}"

    @cached_property
    def details(self) -> tuple[LayerDetail, ...]:
        """The layers that are looked at with the numbers put in, from the input on."""
        names = [self.layer] if self.layer else [each.name for each in self.account.layers if each.gradients]
        return tuple(backpropagation.explain_layer(self.account, name, row=self.row, top=self.top) for name in names)

    @cached_property
    def every_detail(self) -> tuple[LayerDetail, ...]:
        """All layers with the numbers put in, from the input on."""
        known = {detail.layer.name: detail for detail in self.details}
        return tuple(
            known.get(each.name) or backpropagation.explain_layer(self.account, each.name, row=self.row, top=self.top)
            for each in self.account.layers
        )

    @cached_property
    def chain(self) -> tuple[ChainStep, ...]:
        """Each derivative as a product of single numbers, where every layer has one neuron; else nothing."""
        return backpropagation.chain_rule(self.account, self.row) if backpropagation.is_chain(self.account) else ()

    @cached_property
    def effective(self) -> tuple[backpropagation.EffectiveWeight, ...]:
        """The learned numbers that move the cost most."""
        return backpropagation.most_effective(self.account, self.top)

    @cached_property
    def agreement(self) -> Agreement | None:
        """How far the examples want the same; None for a single one."""
        return backpropagation.measure_agreement(self.account) if self.account.num_examples > 1 else None

    @cached_property
    def nudges(self) -> tuple[Nudges, ...]:
        """What is wanted of one neuron of each layer that is looked at: that with the largest delta."""
        return find_nudges(self)

    @property
    def depth(self) -> Depth:
        """How large the gradient is, layer by layer."""
        return self.variants[0].depth

    def output_name(self, k: int) -> str:
        """Name an output: its class, or `output`."""
        classes, count = self.subject.classes, self.account.cost.outputs.shape[1]
        if count == len(classes):
            return classes[k]
        return classes[1] if len(classes) == 2 else "output"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        from descentlab.labs.backprop._json import write_json

        return write_json(self)

    def to_markdown(self) -> str:
        """Write the account as Markdown with its formulas as LaTeX."""
        from descentlab.labs.backprop._markdown import write_markdown

        return write_markdown(self)

    def to_page(self) -> str:
        """Write the account as a page that needs nothing but itself."""
        from descentlab import results
        from descentlab.labs.backprop._page import build_page

        return results.render_page(build_page(self))

    def __str__(self) -> str:
        from descentlab.labs.backprop._words import write_text

        return write_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def checked_row(chosen: Chosen, example: int | None) -> int:
    """Find the example that is looked at among those of the account.

    Raises:
        SpecError: If it is not among them.
    """
    if example is None or not len(chosen.places):
        return 0
    found = np.flatnonzero(chosen.places == example)
    if not len(found):
        raise SpecError(
            f"example {example} is not in the batch {chosen.places[0]}:{chosen.places[-1] + 1}; name one of it, or "
            "leave out --batch"
        )
    return int(found[0])
