"""The first step of the backward pass: from an example's cost to the logits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from jaxtyping import Float, Shaped

from descentlab.backpropagation._step import Formula
from descentlab.backpropagation._sum import Sum, all_at, all_places
from descentlab.core import SpecError
from descentlab.objectives import BinaryCrossEntropy, CrossEntropy, Huber, Link, Objective, SquaredError

Rows = Float[np.ndarray, "batch outputs"]


def _sigmoid(logits: Rows) -> Rows:
    # SciPy loads its parts when they are first named, so that training does not wait for this part.
    return scipy.special.expit(logits)


LINKS: dict[Link, tuple[Callable[[Rows], Rows], str, str]] = {
    "softmax": (
        lambda z: scipy.special.softmax(z, axis=-1),
        r"a_i=\frac{e^{z_i}}{\sum_k e^{z_k}}",
        "a_i = e^z_i / Σ_k e^z_k",
    ),
    "sigmoid": (
        _sigmoid,
        r"a_i=\sigma(z_i)=\frac{1}{1+e^{-z_i}}",
        "a_i = σ(z_i) = 1/(1 + e^-z_i)",
    ),
    "tanh": (np.tanh, r"a_i=\tanh z_i", "a_i = tanh(z_i)"),
    "linear": (np.array, "a_i=z_i", "a_i = z_i"),
}
"""What the logits pass through: as a function, as LaTeX and as text."""


@dataclass(frozen=True, eq=False)
class CostAccount:
    """What a network's outputs cost, and what follows for its logits. Every array has a row an example.

    Attributes:
        title: The loss by name.
        link: The function that turns logits into outputs.
        logits: z^L.
        outputs: a^L, the logits behind the link.
        targets: y, coded as the outputs should be.
        terms: The cost of each output; a row sums to the example's cost.
        output_gradient: ∂C/∂a^L.
        delta: ∂C/∂z^L, by a formula of its own: taken together, loss and link cancel what would overflow apart.
        formulas: The rules of the link, the cost, ∂C/∂a and δ.
    """

    title: str
    link: Link
    logits: Rows
    outputs: Rows
    targets: Rows
    terms: Rows
    output_gradient: Rows
    delta: Rows
    formulas: tuple[Formula, ...]

    @property
    def costs(self) -> Float[np.ndarray, " batch"]:
        """Each example's cost."""
        return self.terms.sum(axis=1)

    def cost_sum(self, row: int) -> Sum:
        """Write one example's cost as the sum over its outputs that it is."""
        labels = all_at("output ", all_places(self.terms.shape[1:]))
        return Sum("C", labels, ("cost",), self.terms[row][:, None])


def account_for_cost(objective: Objective, logits: Rows, targets: Shaped[np.ndarray, " batch"]) -> CostAccount:
    """Compute what logits cost, and the derivative of each example's cost by its logits.

    Args:
        objective: The loss, and what the logits mean.
        logits: The outputs of the last layer.
        targets: Class ids, or real targets.

    Returns:
        Each number on the way.

    Raises:
        SpecError: If the loss has no rule here.

    Example:
        >>> from descentlab.objectives import CrossEntropy
        >>> account_for_cost(CrossEntropy(2), np.array([[0.0, 0.0]]), np.array([1])).delta.tolist()
        [[0.5, -0.5]]
    """
    if type(objective) not in COSTS:
        raise SpecError(
            f"loss '{objective.title}' has no backward rule yet; add one to COSTS in backpropagation/_cost.py"
        )
    function, latex, text = LINKS[objective.link]
    outputs, coded = function(logits), _coded(objective, targets)
    terms, output_gradient, delta, formulas = COSTS[type(objective)](objective, logits, outputs, coded)
    return CostAccount(
        objective.title, objective.link, logits, outputs, coded, terms, output_gradient, delta,
        (Formula("outputs", latex, text), *formulas),
    )  # fmt: skip


def _coded(objective: Objective, targets: Shaped[np.ndarray, " batch"]) -> Rows:
    """Code the targets as the outputs should be: 0 and 1 (-1 and 1 for tanh), or the real target itself."""
    if objective.num_classes == 0:
        return targets.astype(np.float64)[:, None]
    ids = np.array([1]) if objective.num_outputs == 1 else np.arange(objective.num_classes)
    low = -1.0 if objective.link == "tanh" else 0.0
    return np.where(targets[:, None] == ids, 1.0, low)


def through_link(link: Link, logits: Rows, output_gradient: Rows) -> Rows:
    """Bring ∂C/∂a back through the link, where the loss has no shorter way."""
    match link:
        case "softmax":
            outputs = scipy.special.softmax(logits, axis=-1)
            return outputs * (output_gradient - (outputs * output_gradient).sum(axis=1, keepdims=True))
        case "sigmoid":
            return output_gradient * scipy.special.expit(logits) * scipy.special.expit(-logits)
        case "tanh":
            return output_gradient * 4.0 * scipy.special.expit(2.0 * logits) * scipy.special.expit(-2.0 * logits)
        case "linear":
            return output_gradient


LINK_DELTAS: dict[Link, tuple[str, str]] = {
    "softmax": (
        r"\delta_i=a_i\left(\frac{\partial C}{\partial a_i}-\sum_k a_k\frac{\partial C}{\partial a_k}\right)",
        "δ_i = a_i (∂C/∂a_i - Σ_k a_k ∂C/∂a_k)",
    ),
    "sigmoid": (
        r"\delta_i=\frac{\partial C}{\partial a_i}\,\sigma'(z_i),\quad \sigma'(z)=\sigma(z)(1-\sigma(z))",
        "δ_i = ∂C/∂a_i σ'(z_i), σ'(z) = σ(z) (1 - σ(z))",
    ),
    "tanh": (
        r"\delta_i=\frac{\partial C}{\partial a_i}\,(1-\tanh^2 z_i)",
        "δ_i = ∂C/∂a_i (1 - tanh(z_i)^2)",
    ),
    "linear": (r"\delta_i=\frac{\partial C}{\partial a_i}", "δ_i = ∂C/∂a_i"),
}
"""How ∂C/∂a becomes δ, for a loss that knows nothing of the link: as LaTeX and as text."""

Parts = tuple[Rows, Rows, Rows, tuple[Formula, ...]]


def _cross_entropy(_: CrossEntropy, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    terms = -coded * scipy.special.log_softmax(logits, axis=1)
    formulas = (
        Formula("cost", r"C=-\sum_i y_i\ln a_i", "C = -Σ_i y_i ln a_i"),
        Formula("output_gradient", r"\frac{\partial C}{\partial a_i}=-\frac{y_i}{a_i}", "∂C/∂a_i = -y_i / a_i"),
        Formula("delta", r"\delta_i=\frac{\partial C}{\partial z_i}=a_i-y_i", "δ_i = ∂C/∂z_i = a_i - y_i"),
    )
    with np.errstate(
        divide="ignore"
    ):  # an output of 0 for the true class is -inf; the other classes' 0 / 0 never arises
        towards = np.divide(-coded, outputs, where=coded > 0.0, out=np.zeros_like(outputs))
    # a - 1 loses the digits of a sure answer; the sum of what the other classes got does not.
    others = np.stack([np.delete(outputs, k, axis=1).sum(axis=1) for k in range(outputs.shape[1])], axis=1)
    return terms, towards, np.where(coded > 0.0, -others, outputs), formulas


def _binary_cross_entropy(_: BinaryCrossEntropy, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    terms = np.logaddexp(0.0, logits) - coded * logits
    formulas = (
        Formula(
            "cost",
            r"C=-\sum_i\left[y_i\ln a_i+(1-y_i)\ln(1-a_i)\right]",
            "C = -Σ_i [y_i ln a_i + (1 - y_i) ln(1 - a_i)]",
        ),
        Formula(
            "output_gradient",
            r"\frac{\partial C}{\partial a_i}=\frac{a_i-y_i}{a_i(1-a_i)}",
            "∂C/∂a_i = (a_i - y_i) / (a_i (1 - a_i))",
        ),
        Formula("delta", r"\delta_i=\frac{\partial C}{\partial z_i}=a_i-y_i", "δ_i = ∂C/∂z_i = a_i - y_i"),
    )
    # 1 - a is taken as σ(-z), which does not vanish before a does.
    other = scipy.special.expit(-logits)
    delta = np.where(coded > 0.5, -other, outputs)
    with np.errstate(divide="ignore"):
        towards = np.where(coded > 0.5, -1.0 / outputs, 1.0 / other)
    return terms, towards, delta, formulas


def _squared_error(objective: SquaredError, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    over = 1 if objective.over_outputs == "sum" else logits.shape[1]
    factor = objective.factor / over
    latex, text = _factor(objective.factor, over)
    twice_latex, twice_text = _factor(2.0 * objective.factor, over)
    formulas = (
        Formula("cost", rf"C={latex}\sum_i(a_i-y_i)^2", f"C = {text}Σ_i (a_i - y_i)^2"),
        Formula(
            "output_gradient",
            rf"\frac{{\partial C}}{{\partial a_i}}={twice_latex}(a_i-y_i)",
            f"∂C/∂a_i = {twice_text}(a_i - y_i)",
        ),
        Formula("delta", *LINK_DELTAS[objective.link]),
    )
    distance = outputs - coded
    towards = 2.0 * factor * distance
    return factor * distance**2, towards, through_link(objective.link, logits, towards), formulas


def _huber(objective: Huber, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    over = logits.shape[1]
    distance = outputs - coded
    size = np.abs(distance)
    near = np.minimum(size, objective.delta)
    towards = np.clip(distance, -objective.delta, objective.delta) / over
    d = f"{objective.delta:g}"
    formulas = (
        Formula(
            "cost",
            rf"C=\begin{{cases}}\tfrac12(a-y)^2&|a-y|\le {d}\\"
            rf"{d}\,|a-y|-\tfrac12\cdot {d}^2&\text{{beyond}}\end{{cases}}",
            f"C = 1/2 (a - y)^2 up to |a - y| = {d}, beyond it {d} |a - y| - 1/2 * {d}^2",
        ),
        Formula(
            "output_gradient",
            rf"\frac{{\partial C}}{{\partial a}}=\max(-{d},\min({d},\,a-y))",
            f"∂C/∂a = a - y, held between -{d} and {d}",
        ),
        Formula("delta", *LINK_DELTAS["linear"]),
    )
    return (0.5 * near**2 + objective.delta * (size - near)) / over, towards, towards, formulas


def _factor(factor: float, over: int) -> tuple[str, str]:
    """Word the factor before a sum, as LaTeX and as text; nothing for 1."""
    number = "" if factor == 1.0 else f"{factor:g}"
    if over == 1:
        return number, f"{number} " if number else ""
    top = number or "1"
    return rf"\frac{{{top}}}{{{over}}}", f"{top}/{over} "


COSTS: dict[type[Objective], Callable[[Any, Rows, Rows, Rows], Parts]] = {
    BinaryCrossEntropy: _binary_cross_entropy,
    CrossEntropy: _cross_entropy,
    Huber: _huber,
    SquaredError: _squared_error,
}
"""By the loss: what each output costs, ∂C/∂a, ∂C/∂z, and the formulas of all three. One line a loss."""
