"""An account of back-propagation as plain values."""

from typing import TYPE_CHECKING, Any

import numpy as np

from descentlab.backpropagation import (
    TOLERANCE,
    Agreement,
    ChainStep,
    Check,
    Depth,
    LayerAccount,
    LayerDetail,
    Sum,
    Update,
    largest_entries,
)
from descentlab.labs.backprop._nudges import nudges_json

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop

MAX_NUMBERS = 4_096
"""Numbers of an array up to which the JSON holds all of them; of larger ones it holds the largest and the rest."""


def write_json(found: "Backprop") -> dict[str, Any]:
    """Return an account as plain values."""
    account, cost = found.account, found.account.cost
    return {
        "outcome": list(found.sentences),
        "experiment": found.subject.experiment.name,
        "weights": found.subject.weights,
        "run": None if found.subject.run is None else str(found.subject.run.path),
        "part": found.chosen.part if len(found.chosen.places) else None,
        "examples": found.chosen.places.tolist(),
        "row": found.row,
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
        "checks": _check_json(found.check),
        "formulas": {each.of: {"latex": each.latex, "text": each.text} for each in cost.formulas},
        "layers": [_layer_json(layer, found.top) for layer in account.layers],
        "details": [_detail_json(detail, found.top) for detail in found.details],
        "chain": [_chain_json(step) for step in found.chain],
        "most_effective": [
            {
                "layer": each.layer,
                "role": each.role,
                "place": list(each.place),
                "value": each.value,
                "gradient": each.gradient,
                "share": each.share,
            }
            for each in found.effective
        ],
        "agreement": _agreement_json(found.agreement),
        "update": _update_json(found.update),
        "nudges": nudges_json(found),
        "depth": {
            **_depth_json(found.depth),
            "variants": [
                {"name": each.name, "is_own": each.is_own, **_depth_json(each.depth)} for each in found.variants
            ],
        },
        "seconds": found.seconds,
    }


def _layer_json(layer: LayerAccount, top: int) -> dict[str, Any]:
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
        **{name: _array_json(array, top) for name, array in arrays.items()},
        "params": {role: _array_json(array, top) for role, array in layer.params.items()},
        "gradients": {role: _array_json(array, top) for role, array in layer.gradients.items()},
    }


def _array_json(array: np.ndarray, top: int) -> dict[str, Any]:
    entries = largest_entries(array, top)
    return {
        "shape": list(array.shape),
        "norm": float(np.linalg.norm(array)),
        "largest": [{"place": list(entry.place), "value": entry.value} for entry in entries.largest],
        "num_rest": entries.num_rest,
        "rest": entries.rest,
        "total": entries.total,
        "values": array.tolist() if array.size <= MAX_NUMBERS else None,
    }


def _detail_json(detail: LayerDetail, top: int) -> dict[str, Any]:
    return {
        "layer": detail.layer.name,
        "place": list(detail.place),
        "output": _sum_json(detail.output, top),
        "preactivation": detail.preactivation,
        "activation": detail.activation,
        "activation_gradient": detail.activation_gradient,
        "slope": detail.slope,
        "delta": detail.delta,
        "gradients": {each.role: [_sum_json(one, top) for one in each.sums] for each in detail.gradients},
        "below": _sum_json(detail.below, top),
    }


def _sum_json(whole: Sum, top: int) -> dict[str, Any]:
    short = whole.largest(top)
    return {
        "name": whole.name,
        "factors": list(whole.factor_names),
        "terms": [{"of": t.label, "factors": list(t.factors), "value": t.value} for t in short.terms],
        "num_rest": short.num_rest,
        "rest": short.rest,
        "constants": dict(short.constants),
        "total": short.total,
    }


def _check_json(check: Check | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "autodiff": check.autodiff,
        "central_differences": check.central_differences,
        "agrees": check.agrees,
        "tolerance": TOLERANCE,
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
                "entries": [
                    {
                        "place": list(entry.place),
                        "ours": entry.ours,
                        "autodiff": entry.autodiff,
                        "central_difference": entry.difference,
                    }
                    for entry in each.entries
                ],
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


def _depth_json(depth: Depth) -> dict[str, Any]:
    return {
        "layers": list(depth.names),
        "gradient_norms": depth.gradient_norms.tolist(),
        "deltas": depth.deltas.tolist(),
        "slopes": depth.slopes.tolist(),
        "factor_per_layer": depth.factor_per_layer,
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
