"""The backward pass through a PReLU, which learns numbers within its function of each value."""

from typing import final

import numpy as np

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
from descentlab.backpropagation._sum import Sum, at
from descentlab.networks import PReLU


@final
class PReLUStep(BackwardStep[PReLU]):
    """δ = ∂C/∂a σ'(z), and a slope's derivative is ∂C/∂a times what the slope multiplies."""

    def formulas(self) -> tuple[Formula, ...]:
        return (
            Formula("preactivation", "z_j=a_j^{below}", "z_j = a_j of the layer below"),
            Formula(
                "activation",
                r"a_j=\sigma(z_j),\quad \sigma(z)=\max(0,z)+s_c\min(0,z)",
                "a_j = σ(z_j), σ(z) = max(0, z) + s_c min(0, z), s_c the slope of the channel",
            ),
            Formula(
                "delta",
                r"\delta_j=\frac{\partial C}{\partial z_j}=\frac{\partial C}{\partial a_j}\,\sigma'(z_j),\quad "
                r"\sigma'(z)=\begin{cases}1&z>0\\s_c&z\le 0\end{cases}",
                "δ_j = ∂C/∂z_j = ∂C/∂a_j σ'(z_j), σ'(z) = 1 if z > 0, else s_c",
            ),
            Formula(
                "slope",
                r"\frac{\partial C}{\partial s_c}=\sum_{j\in c}\frac{\partial C}{\partial a_j}\,\min(0,z_j)",
                "∂C/∂s_c = Σ ∂C/∂a_j min(0, z_j)",
            ),
            Formula("input", r"\frac{\partial C}{\partial a_j^{below}}=\delta_j", "∂C/∂a_j below = δ_j"),
        )

    @property
    def slope(self) -> Batch:
        return np.where(self.values.preactivation > 0.0, 1.0, self.values.params["slope"])

    @property
    def negative(self) -> Batch:
        """min(0, z), what the slopes multiply."""
        return np.minimum(self.values.preactivation, 0.0)

    def gradients(self, delta: Batch, upstream: Batch, rows: slice = slice(None)) -> dict[str, Array]:
        return {"slope": (upstream[rows] * self.negative[rows]).sum(axis=tuple(range(upstream.ndim - 1)))}

    def below(self, delta: Batch) -> Batch:
        return delta

    def size(self, delta: Batch, upstream: Batch) -> float:
        return largest_of(delta, largest_of(upstream) * self.negative)

    def output_sum(self, row: int, place: Place) -> Sum:
        return weighted_sum(at("z", place), (at("a", place),), (("a", self.values.inputs[(row, *place)]),))

    def gradient_sum(self, role: str, place: Place, delta: Batch, upstream: Batch) -> Sum:
        channel = place[0]
        return places_sum(role, place, (("∂C/∂a", upstream[..., channel]), ("min(0,z)", self.negative[..., channel])))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        return weighted_sum(at("∂C/∂a", place), (at("δ", place),), (("δ", delta[(row, *place)]),))
