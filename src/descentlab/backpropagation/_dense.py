"""The backward pass through a dense layer."""

from typing import final

import numpy as np

from descentlab.backpropagation._slopes import SLOPES
from descentlab.backpropagation._step import (
    Array,
    BackwardStep,
    Batch,
    Formula,
    Place,
    largest_of,
    places_sum,
    weighted_sum,
)
from descentlab.backpropagation._sum import Sum, all_at, all_places, at
from descentlab.backpropagation._value_by_value import activation_formulas
from descentlab.networks import Dense


@final
class DenseStep(BackwardStep[Dense]):
    """z = Wa + b, so each weight's derivative is the activation behind it times the delta before it."""

    def formulas(self) -> tuple[Formula, ...]:
        m_latex, m_text = ("m", "m ") if self._multiplier != 1.0 else ("", "")
        b_latex, b_text = ("+b_j", " + b_j") if self.layer.spec.bias else ("", "")
        biases = (Formula("bias", r"\frac{\partial C}{\partial b_j}=\delta_j", "∂C/∂b_j = δ_j"),)
        return (
            Formula(
                "preactivation",
                rf"z_j={m_latex}\sum_i w_{{ij}}\,a_i^{{below}}{b_latex}",
                f"z_j = {m_text}Σ_i w_ij a_i below{b_text}",
            ),
            *activation_formulas(self.layer.spec.activation),
            Formula(
                "weight",
                rf"\frac{{\partial C}}{{\partial w_{{ij}}}}={m_latex}\,a_i^{{below}}\,\delta_j",
                f"∂C/∂w_ij = {m_text}a_i below * δ_j",
            ),
            *(biases if self.layer.spec.bias else ()),
            Formula(
                "input",
                rf"\frac{{\partial C}}{{\partial a_i^{{below}}}}={m_latex}\sum_j w_{{ij}}\,\delta_j",
                f"∂C/∂a_i below = {m_text}Σ_j w_ij δ_j",
            ),
        )

    @property
    def _multiplier(self) -> float:
        return self.layer.spec.multiplier

    @property
    def _scaled(self) -> tuple[tuple[str, float], ...]:
        return () if self._multiplier == 1.0 else (("m", self._multiplier),)

    @property
    def slope(self) -> Batch:
        return SLOPES[self.layer.spec.activation].of(self.values.preactivation)

    def gradients(self, delta: Batch, upstream: Batch, rows: slice = slice(None)) -> dict[str, Array]:
        grads = {"weight": self._multiplier * (self.values.inputs[rows].T @ delta[rows])}
        if self.layer.spec.bias:
            grads["bias"] = delta[rows].sum(axis=0)
        return grads

    def below(self, delta: Batch) -> Batch:
        return self._multiplier * (delta @ self.values.params["weight"].T)

    def size(self, delta: Batch, upstream: Batch) -> float:
        return largest_of(delta) * max(1.0, largest_of(self.values.inputs, self.values.params["weight"]))

    def output_sum(self, row: int, place: Place) -> Sum:
        factors = (("w", self.values.params["weight"][:, place[0]]), ("a", self.values.inputs[row]), *self._scaled)
        bias = (("b", float(self.values.params["bias"][place])),) if self.layer.spec.bias else ()
        return weighted_sum(at("z", place), all_at("a", all_places(self.layer.input_shape)), factors, bias)

    def gradient_sum(self, role: str, place: Place, delta: Batch, upstream: Batch) -> Sum:
        if role == "bias":
            return places_sum(role, place, (("δ", delta[:, place[0]]),))
        factors = (("a", self.values.inputs[:, place[0]]), ("δ", delta[:, place[1]]))
        scaled = tuple((name, np.full(len(delta), value)) for name, value in self._scaled)
        return places_sum(role, place, (*factors, *scaled))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        factors = (("w", self.values.params["weight"][place[0]]), ("δ", delta[row]), *self._scaled)
        return weighted_sum(at("∂C/∂a", place), all_at("δ", all_places(self.layer.output_shape)), factors)
