"""The first step of the backward pass: from an example's cost to the logits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from jaxtyping import Float, Shaped

from descentlab.backpropagation._heads import HEAD_RULES, Rows
from descentlab.backpropagation._step import Formula
from descentlab.backpropagation._sum import Sum, all_at, all_places
from descentlab.core import SpecError
from descentlab.objectives import (
    CLIPPED,
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Objective,
    SquaredError,
)
from descentlab.spec import HeadName


@dataclass(frozen=True, eq=False)
class CostAccount:
    """What a network's outputs cost, and what follows for its logits. Every array has a row an example.

    Attributes:
        title: The loss by name.
        head: The head that turns logits into outputs.
        logits: z^L.
        outputs: a^L, the logits behind the head.
        targets: y, coded as the outputs should be.
        terms: The cost of each output; a row sums to the example's cost.
        output_gradient: ∂C/∂a^L.
        delta: ∂C/∂z^L, by a formula of its own: taken together, loss and head cancel what would overflow apart.
        formulas: The rules of the head, the cost, ∂C/∂a and δ.
    """

    title: str
    head: HeadName
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


def account_for_cost(objective: Objective, logits: Rows, targets: Shaped[np.ndarray, "batch ..."]) -> CostAccount:
    """Compute what logits cost, and the derivative of each example's cost by its logits.

    Args:
        objective: The loss, and what the logits mean.
        logits: The outputs of the last layer.
        targets: Class ids, or real targets.

    Returns:
        Each number on the way.

    Raises:
        SpecError: If the loss has no rule here, or outputs and targets differ in number.

    Example:
        >>> from descentlab.objectives import Task, build_objective
        >>> from descentlab.spec import CrossEntropySpec, HeadSpec
        >>> objective = build_objective(CrossEntropySpec(), HeadSpec(), Task("classes", 2))
        >>> account_for_cost(objective, np.array([[0.0, 0.0]]), np.array([1])).delta.tolist()
        [[0.5, -0.5]]
    """
    if type(objective) not in COSTS:
        raise SpecError(
            f"loss '{objective.title}' has no backward rule yet; add one to COSTS in backpropagation/_cost.py"
        )
    rule, coded = HEAD_RULES[objective.head.activation], _coded(objective, targets)
    if coded.shape[1] != logits.shape[1]:
        raise SpecError(
            f"back-propagation is not accounted for where {logits.shape[1]} outputs meet {coded.shape[1]} targets; "
            "leave head.outputs out"
        )
    outputs = rule.of(logits)
    terms, output_gradient, delta, formulas = COSTS[type(objective)](objective, logits, outputs, coded)
    return CostAccount(
        objective.title, objective.head.activation, logits, outputs, coded, terms, output_gradient, delta,
        (Formula("outputs", rule.latex, rule.text), *formulas),
    )  # fmt: skip


def _coded(objective: Objective, targets: Shaped[np.ndarray, "batch ..."]) -> Rows:
    """Code the targets as the outputs should be: 0 and 1, -1 and 1, or the numbers themselves."""
    columns = np.asarray(targets, np.float64).reshape(len(targets), -1)
    if objective.task.kind == "numbers":
        return columns
    if objective.task.kind == "classes" and objective.num_outputs > 1:
        columns = np.where(columns == np.arange(objective.num_outputs), 1.0, 0.0)
    wrong, right = objective.head.codes
    return wrong + (right - wrong) * columns


Parts = tuple[Rows, Rows, Rows, tuple[Formula, ...]]


def _cross_entropy(objective: CrossEntropy, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    if not objective.is_fused or objective.head.codes != (0.0, 1.0):
        return _cross_entropy_by_outputs(objective, logits, outputs, coded)
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
    # A single output is always 1, whatever its target.
    delta = np.where(coded > 0.0, -others, outputs) if outputs.shape[1] > 1 else np.zeros_like(outputs)
    # An example of a class that no output stands for costs nothing, and pulls nowhere.
    return terms, towards, np.where(coded.any(axis=1, keepdims=True), delta, 0.0), formulas


def _cross_entropy_by_outputs(objective: CrossEntropy, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    """Compute cross-entropy by its definition: shares of the outputs, held between two ends, and their logarithms."""
    low, high = (0.0, 1.0) if objective.is_fused else (CLIPPED, 1.0 - CLIPPED)
    total = outputs.sum(axis=1, keepdims=True)
    # Outputs that sum to 0 have no shares: their cost is NaN, as the network's own is.
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = outputs / total
        held = np.clip(shares, low, high)
        towards_share = np.where((shares < low) | (shares > high), 0.0, -coded / held)
        towards = (towards_share - (towards_share * shares).sum(axis=1, keepdims=True)) / total
    formulas = (
        Formula(
            "cost",
            r"C=-\sum_i y_i\ln p_i,\quad p_i=\frac{a_i}{\sum_k a_k}",
            "C = -Σ_i y_i ln p_i, p_i = a_i / Σ_k a_k",
        ),
        Formula(
            "output_gradient",
            r"\frac{\partial C}{\partial a_i}=\frac{1}{\sum_k a_k}\left(\sum_k y_k-\frac{y_i}{p_i}\right)",
            f"∂C/∂a_i = (Σ_k y_k - y_i / p_i) / Σ_k a_k; a p_i beyond {CLIPPED:g} or 1 - {CLIPPED:g} is held there and "
            "counts 0",
        ),
        _head_delta(objective),
    )  # fmt: skip
    return -coded * np.log(held), towards, _through_head(objective, logits, towards), formulas


def _binary_cross_entropy(objective: BinaryCrossEntropy, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    over = 1 if objective.over_outputs == "sum" else logits.shape[1]
    latex, text = _factor(1.0, over)
    formulas = (
        Formula(
            "cost",
            rf"C=-{latex}\sum_i\left[y_i\ln a_i+(1-y_i)\ln(1-a_i)\right]",
            f"C = -{text}Σ_i [y_i ln a_i + (1 - y_i) ln(1 - a_i)]",
        ),
        Formula(
            "output_gradient",
            rf"\frac{{\partial C}}{{\partial a_i}}={latex}\frac{{a_i-y_i}}{{a_i(1-a_i)}}",
            f"∂C/∂a_i = {text}(a_i - y_i) / (a_i (1 - a_i))",
        ),
    )
    if not objective.is_fused:
        held = np.clip(outputs, CLIPPED, 1.0 - CLIPPED)
        slopes = (1.0 - coded) / (1.0 - held) - coded / held
        towards = np.where((outputs >= CLIPPED) & (outputs <= 1.0 - CLIPPED), slopes, 0.0) / over
        terms = -coded * np.log(held) - (1.0 - coded) * np.log(1.0 - held)
        delta = _through_head(objective, logits, towards)
        return terms / over, towards, delta, (*formulas, _head_delta(objective))
    terms = np.logaddexp(0.0, logits) - coded * logits
    pulled = Formula(
        "delta",
        rf"\delta_i=\frac{{\partial C}}{{\partial z_i}}={latex}" + (r"(a_i-y_i)" if over > 1 else "a_i-y_i"),
        f"δ_i = ∂C/∂z_i = {text}" + ("(a_i - y_i)" if over > 1 else "a_i - y_i"),
    )
    # 1 - a is taken as σ(-z), which does not vanish before a does.
    other = scipy.special.expit(-logits)
    delta = np.where(coded == 1.0, -other, np.where(coded == 0.0, outputs, outputs - coded))
    with np.errstate(divide="ignore"):
        # At 0 and 1, what is left out is the term that is multiplied by 0.
        sure = np.where(coded == 1.0, -1.0 / outputs, 1.0 / other)
        towards = np.where((coded == 0.0) | (coded == 1.0), sure, (1.0 - coded) / other - coded / outputs)
    return terms / over, towards / over, delta / over, (*formulas, pulled)


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
        _head_delta(objective),
    )
    distance = outputs - coded
    towards = 2.0 * factor * distance
    return factor * distance**2, towards, _through_head(objective, logits, towards), formulas


def _absolute_error(objective: AbsoluteError, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    over = 1 if objective.over_outputs == "sum" else logits.shape[1]
    latex, text = _factor(1.0, over)
    formulas = (
        Formula("cost", rf"C={latex}\sum_i|a_i-y_i|", f"C = {text}Σ_i |a_i - y_i|"),
        Formula(
            "output_gradient",
            rf"\frac{{\partial C}}{{\partial a_i}}={latex}\operatorname{{sign}}(a_i-y_i)",
            f"∂C/∂a_i = {text}sign(a_i - y_i)",
        ),
        _head_delta(objective),
    )
    distance = outputs - coded
    towards = np.sign(distance) / over
    return np.abs(distance) / over, towards, _through_head(objective, logits, towards), formulas


def _huber(objective: Huber, logits: Rows, outputs: Rows, coded: Rows) -> Parts:
    over = 1 if objective.over_outputs == "sum" else logits.shape[1]
    latex, text = _factor(1.0, over)
    distance = outputs - coded
    size = np.abs(distance)
    near = np.minimum(size, objective.delta)
    towards = np.clip(distance, -objective.delta, objective.delta) / over
    d = f"{objective.delta:g}"
    summed_latex, summed_text = (rf"{latex}\sum_i", f"{text}Σ_i ") if logits.shape[1] > 1 else ("", "")
    formulas = (
        Formula(
            "cost",
            rf"C={summed_latex}\begin{{cases}}\tfrac12(a-y)^2&|a-y|\le {d}\\"
            rf"{d}\,|a-y|-\tfrac12\cdot {d}^2&\text{{beyond}}\end{{cases}}",
            f"C = {summed_text}1/2 (a - y)^2 up to |a - y| = {d}, beyond it {d} |a - y| - 1/2 * {d}^2",
        ),
        Formula(
            "output_gradient",
            rf"\frac{{\partial C}}{{\partial a}}={latex}\max(-{d},\min({d},\,a-y))",
            f"∂C/∂a = {text}(a - y), held between -{d} and {d}"
            if text
            else f"∂C/∂a = a - y, held between -{d} and {d}",
        ),
        _head_delta(objective),
    )
    terms = (0.5 * near**2 + objective.delta * (size - near)) / over
    return terms, towards, _through_head(objective, logits, towards), formulas


def _through_head(objective: Objective, logits: Rows, towards: Rows) -> Rows:
    """Bring ∂C/∂a back through the head, where the loss has no shorter way."""
    return HEAD_RULES[objective.head.activation].back(logits, towards)


def _head_delta(objective: Objective) -> Formula:
    rule = HEAD_RULES[objective.head.activation]
    return Formula("delta", rule.delta_latex, rule.delta_text)


def _factor(factor: float, over: int) -> tuple[str, str]:
    """Word the factor before a sum, as LaTeX and as text; nothing for 1."""
    number = "" if factor == 1.0 else f"{factor:g}"
    if over == 1:
        return number, f"{number} " if number else ""
    top = number or "1"
    return rf"\frac{{{top}}}{{{over}}}", f"{top}/{over} "


COSTS: dict[type[Objective], Callable[[Any, Rows, Rows, Rows], Parts]] = {
    AbsoluteError: _absolute_error,
    BinaryCrossEntropy: _binary_cross_entropy,
    CrossEntropy: _cross_entropy,
    Huber: _huber,
    SquaredError: _squared_error,
}
"""By the loss: what each output costs, ∂C/∂a, ∂C/∂z, and the formulas of all three. One line a loss."""
