"""What an example wants of the outputs and of single neurons: as tables, and as plain values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int

from descentlab.backpropagation import NeuronWishes, OutputWishes, neuron_wishes, output_wishes
from descentlab.core import TextTable

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop


@dataclass(frozen=True, eq=False)
class Nudges:
    """What is wanted of one neuron, by the example that is looked at and on average.

    Attributes:
        own: By the example.
        mean: Averaged over the batch; None for a single example.
    """

    own: NeuronWishes
    mean: NeuronWishes | None

    @property
    def name(self) -> str:
        """The neuron, as `hidden[3]`."""
        return f"{self.own.layer}[{','.join(map(str, self.own.place))}]"

    @property
    def order(self) -> Int[np.ndarray, " inputs"]:
        """Places of its inputs, that whose weight is wanted to change most first."""
        return np.argsort(-np.abs(self.own.weight_wishes), kind="stable")


def find_nudges(found: "Backprop") -> tuple[Nudges, ...]:
    """Find what is wanted of the neuron with the largest δ of each layer that is looked at, from the input on."""
    several = found.account.num_examples > 1
    return tuple(
        Nudges(
            neuron_wishes(found.account, detail.layer.name, detail.place, found.row),
            neuron_wishes(found.account, detail.layer.name, detail.place, None) if several else None,
        )
        for detail in found.details
        if detail.layer.weighted_sum is not None
    )


def nudge_table(nudges: Nudges, top: int) -> TextTable:
    """Lay out what is wanted of a neuron's weights, of its bias, and of the activations behind it."""
    own, mean = nudges.own, nudges.mean
    shown, rest = nudges.order[:top], nudges.order[top:]
    columns = [own.weights, own.behind, own.weight_wishes, own.activation_wishes]
    columns += [] if mean is None else [mean.weight_wishes]
    rows = [(own.labels[k], *(f"{column[k]:.5g}" for column in columns)) for k in shown]
    if len(rest):
        sums = ("", "", *(f"{column[rest].sum():.5g}" for column in columns[2:]))
        rows.append((f"{len(rest):,} others", *sums))
    if own.bias_wish is not None:
        averaged = [] if mean is None or mean.bias_wish is None else [f"{mean.bias_wish:.5g}"]
        rows.append(("bias", "", "", f"{own.bias_wish:.5g}", "", *averaged))
    header = ("from", "w", "a behind", "w wanted by -δa", "a wanted by -δw")
    more = [] if mean is None else ["w, the batch's mean"]
    title = f"Nudges of {nudges.name}: δ = {own.delta:.5g}, so it is wanted {'up' if own.delta < 0.0 else 'down'}"
    return TextTable((*header, *more), tuple(rows), title)


def nudges_json(found: "Backprop") -> dict[str, Any]:
    """Return all nudges as plain values."""
    several = found.account.num_examples > 1
    return {
        "outputs": {
            "example": _outputs_json(output_wishes(found.account, found.row)),
            "mean": _outputs_json(output_wishes(found.account)) if several else None,
        },
        "neurons": [
            {
                "layer": each.own.layer,
                "place": list(each.own.place),
                "example": _neuron_json(each.own, each.order, found.top),
                "mean": None if each.mean is None else _neuron_json(each.mean, each.order, found.top),
            }
            for each in found.nudges
        ],
    }


def _outputs_json(wishes: OutputWishes) -> dict[str, Any]:
    return {
        "outputs": wishes.outputs.tolist(),
        "targets": wishes.targets.tolist(),
        "wishes": wishes.wishes.tolist(),
        "logit_wishes": wishes.logit_wishes.tolist(),
    }


def _neuron_json(wishes: NeuronWishes, order: np.ndarray, top: int) -> dict[str, Any]:
    rest = order[top:]
    return {
        "activation": wishes.activation,
        "wish": wishes.wish,
        "delta": wishes.delta,
        "bias": wishes.bias_wish,
        "inputs": [
            {
                "of": wishes.labels[k],
                "weight": float(wishes.weights[k]),
                "behind": float(wishes.behind[k]),
                "weight_wish": float(wishes.weight_wishes[k]),
                "activation_wish": float(wishes.activation_wishes[k]),
            }
            for k in order[:top]
        ],
        "num_rest": len(rest),
        "rest": {
            "weight_wish": float(wishes.weight_wishes[rest].sum()),
            "activation_wish": float(wishes.activation_wishes[rest].sum()),
        },
    }
