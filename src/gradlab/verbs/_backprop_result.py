"""What `backprop` found: the account, what checks it, and what is read off it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gradlab import backpropagation
from gradlab.backpropagation import Account, Agreement, ChainStep, Check, Depth, LayerDetail, Sum, Update
from gradlab.core import SpecError
from gradlab.verbs._backprop_source import Chosen, Subject

MAX_NUMBERS = 4_096
"""Numbers of an array up to which the JSON holds all of them; of larger ones it holds the largest and the rest."""


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
    def depth(self) -> Depth:
        """How large the gradient is, layer by layer."""
        return backpropagation.through_depth(self.account)

    def output_name(self, k: int) -> str:
        """Name an output: its class, or `output`."""
        classes, count = self.subject.classes, self.account.cost.outputs.shape[1]
        if count == len(classes):
            return classes[k]
        return classes[1] if len(classes) == 2 else "output"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        account, cost = self.account, self.account.cost
        return {
            "outcome": list(self.sentences),
            "experiment": self.subject.experiment.name,
            "weights": self.subject.weights,
            "run": None if self.subject.run is None else str(self.subject.run.path),
            "part": self.chosen.part if len(self.chosen.places) else None,
            "examples": self.chosen.places.tolist(),
            "row": self.row,
            "loss": cost.title,
            "cost": account.mean_cost,
            "costs": cost.costs.tolist(),
            "logits": cost.logits.tolist(),
            "outputs": cost.outputs.tolist(),
            "targets": cost.targets.tolist(),
            "output_gradient": cost.output_gradient.tolist(),
            "delta": cost.delta.tolist(),
            "num_params": account.num_params,
            "gradient_norm": account.gradient_norm,
            "checks": _check_json(self.check),
            "formulas": {each.of: {"latex": each.latex, "text": each.text} for each in cost.formulas},
            "layers": [self._layer_json(layer) for layer in account.layers],
            "details": [self._detail_json(detail) for detail in self.details],
            "chain": [_chain_json(step) for step in self.chain],
            "most_effective": [
                {
                    "layer": each.layer,
                    "role": each.role,
                    "place": list(each.place),
                    "value": each.value,
                    "gradient": each.gradient,
                    "share": each.share,
                }
                for each in self.effective
            ],
            "agreement": _agreement_json(self.agreement),
            "update": _update_json(self.update),
            "depth": {
                "layers": list(self.depth.names),
                "gradient_norms": self.depth.gradient_norms.tolist(),
                "deltas": self.depth.deltas.tolist(),
                "slopes": self.depth.slopes.tolist(),
                "factor_per_layer": self.depth.factor_per_layer,
            },
            "seconds": self.seconds,
        }

    def _layer_json(self, layer: backpropagation.LayerAccount) -> dict[str, Any]:
        arrays = {
            "inputs": layer.inputs,
            "preactivation": layer.preactivation,
            "activation": layer.activation,
            "activation_gradient": layer.activation_gradient,
            "delta": layer.delta,
            "input_gradient": layer.input_gradient,
        }
        return {
            "name": layer.name,
            "kind": layer.kind,
            "formulas": {each.of: {"latex": each.latex, "text": each.text} for each in layer.formulas},
            **{name: self._array_json(array) for name, array in arrays.items()},
            "params": {role: self._array_json(array) for role, array in layer.params.items()},
            "gradients": {role: self._array_json(array) for role, array in layer.gradients.items()},
        }

    def _array_json(self, array: np.ndarray) -> dict[str, Any]:
        entries = backpropagation.largest_entries(array, self.top)
        return {
            "shape": list(array.shape),
            "norm": float(np.linalg.norm(array)),
            "largest": [{"place": list(entry.place), "value": entry.value} for entry in entries.largest],
            "num_rest": entries.num_rest,
            "rest": entries.rest,
            "total": entries.total,
            "values": array.tolist() if array.size <= MAX_NUMBERS else None,
        }

    def _detail_json(self, detail: LayerDetail) -> dict[str, Any]:
        return {
            "layer": detail.layer.name,
            "place": list(detail.place),
            "output": self._sum_json(detail.output),
            "preactivation": detail.preactivation,
            "activation": detail.activation,
            "activation_gradient": detail.activation_gradient,
            "slope": detail.slope,
            "delta": detail.delta,
            "gradients": {each.role: [self._sum_json(one) for one in each.sums] for each in detail.gradients},
            "below": self._sum_json(detail.below),
        }

    def _sum_json(self, whole: Sum) -> dict[str, Any]:
        short = whole.largest(self.top)
        return {
            "name": whole.name,
            "factors": list(whole.factor_names),
            "terms": [{"of": t.label, "factors": list(t.factors), "value": t.value} for t in short.terms],
            "num_rest": short.num_rest,
            "rest": short.rest,
            "constants": dict(short.constants),
            "total": short.total,
        }

    def to_markdown(self) -> str:
        """Write the account as Markdown with its formulas as LaTeX."""
        from gradlab.verbs._backprop_markdown import write_markdown

        return write_markdown(self)

    def to_page(self) -> str:
        """Write the account as a page that needs nothing but itself."""
        from gradlab import reports
        from gradlab.verbs._backprop_page import build_page

        return reports.render_page(build_page(self))

    def __str__(self) -> str:
        from gradlab.verbs._backprop_words import write_text

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


def _check_json(check: Check | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "autodiff": check.autodiff,
        "central_differences": check.central_differences,
        "agrees": check.agrees,
        "tolerance": backpropagation.TOLERANCE,
        "num_differences": check.num_checked,
        "num_kinks": check.num_kinks,
        "arrays": [
            {
                "layer": each.layer,
                "of": each.of,
                "size": each.size,
                "largest": each.largest,
                "autodiff": each.autodiff,
                "central_differences": each.central_differences,
                "num_differences": each.num_checked,
                "num_kinks": each.num_kinks,
                "is_resolved": each.is_resolved,
            }
            for each in check.arrays
        ],
    }


def _chain_json(step: ChainStep) -> dict[str, Any]:
    products = {"weight": step.weight_gradient, "bias": step.bias_gradient, "below": step.below_gradient}
    return {
        "layer": step.name,
        "number": step.number,
        "behind": step.behind,
        "weight": step.weight,
        "bias": step.bias,
        "preactivation": step.preactivation,
        "activation": step.activation,
        **{
            name: {
                "of": product.text,
                "latex": product.latex,
                "factors": [
                    {"text": each.text, "latex": each.latex, "meaning": each.meaning, "value": each.value}
                    for each in product.factors
                ],
                "product": product.product,
                "value": product.value,
            }
            for name, product in products.items()
            if product is not None
        },
    }


def _agreement_json(agreement: Agreement | None) -> dict[str, Any] | None:
    if agreement is None:
        return None
    return {
        "norms": agreement.norms.tolist(),
        "cosines": agreement.cosines.tolist(),
        "mean_norm": agreement.mean_norm,
        "expected_norm": agreement.expected_norm,
        "signal_to_noise": agreement.signal_to_noise,
        "noise_scale": agreement.noise_scale,
        "layer_signal_to_noise": agreement.layer_signal_to_noise,
    }


def _update_json(update: Update) -> dict[str, Any]:
    return {
        "learning_rates": update.learning_rates.tolist(),
        "predicted": update.predicted.tolist(),
        "second_order": update.second_order.tolist(),
        "actual": update.actual.tolist(),
        "trusted_to": update.trusted_to,
        "best": update.best,
        "rises_from": update.rises_from,
        "curvature": update.curvature,
    }
