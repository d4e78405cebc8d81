"""The backward pass through a residual block: past its inner layers and through them."""

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from descentlab.backpropagation._step import BackwardStep, Batch, Formula, Place, weighted_sum
from descentlab.backpropagation._sum import Sum, at
from descentlab.networks import Residual


@final
@dataclass(frozen=True, eq=False)
class ResidualStep(BackwardStep[Residual]):
    """The delta goes back twice: as it is, past the inner layers, and through them.

    Attributes:
        through: The ∂S/∂a that the inner layers hand down; None before their backward pass.
    """

    through: Batch | None = None

    def formulas(self) -> tuple[Formula, ...]:
        return (
            Formula("activation", "a=a^{below}+F(a^{below})", "a = a below + F(a below), F the inner layers"),
            Formula(
                "input",
                r"\frac{\partial C}{\partial a^{below}}"
                r"=\delta+\left(\frac{\partial F}{\partial a^{below}}\right)^{\!T}\delta",
                "∂C/∂a below = δ (past the inner layers) + what they send back",
            ),
        )

    def with_inner(self, through: Batch) -> "ResidualStep":
        return replace(self, through=through)

    def below(self, delta: Batch) -> Batch:
        return delta if self.through is None else delta + self.through

    def output_sum(self, row: int, place: Place) -> Sum:
        index = (row, *place)
        inner = self.values.activation[index] - self.values.inputs[index]
        parts = np.array([self.values.inputs[index], inner])
        return weighted_sum(at("a", place), ("past", "through"), (("a", parts),))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        through = 0.0 if self.through is None else self.through[(row, *place)]
        parts = np.array([delta[(row, *place)], through])
        return weighted_sum(at("∂C/∂a", place), ("past", "through"), (("δ", parts),))
