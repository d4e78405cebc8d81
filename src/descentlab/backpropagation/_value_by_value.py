"""The backward pass through layers that treat each value by itself: activations, dropout, flattening."""

from typing import final

import numpy as np

from descentlab.backpropagation._slopes import SLOPES
from descentlab.backpropagation._step import BackwardStep, Batch, Formula, Place, weighted_sum
from descentlab.backpropagation._sum import Sum, at
from descentlab.networks import Activation, Dropout, Flatten
from descentlab.spec import ActivationName


def activation_formulas(name: ActivationName, unit: str = "j") -> tuple[Formula, Formula]:
    """Return the formulas of a = σ(z) and of δ = ∂C/∂a σ'(z), with the function written out."""
    slope = SLOPES[name]
    if name == "linear":
        return (
            Formula("activation", f"a_{unit}=z_{unit}", f"a_{unit} = z_{unit}"),
            Formula(
                "delta",
                rf"\delta_{unit}=\frac{{\partial C}}{{\partial a_{unit}}}",
                f"δ_{unit} = ∂C/∂z_{unit} = ∂C/∂a_{unit}",
            ),
        )
    return (
        Formula(
            "activation",
            rf"a_{unit}=\sigma(z_{unit}),\quad \sigma(z)={slope.function_latex}",
            f"a_{unit} = σ(z_{unit}), σ(z) = {slope.function_text}",
        ),
        Formula(
            "delta",
            rf"\delta_{unit}=\frac{{\partial C}}{{\partial z_{unit}}}"
            rf"=\frac{{\partial C}}{{\partial a_{unit}}}\,\sigma'(z_{unit}),\quad \sigma'(z)={slope.latex}",
            f"δ_{unit} = ∂C/∂z_{unit} = ∂C/∂a_{unit} σ'(z_{unit}), σ'(z) = {slope.text}",
        ),
    )


@final
class ActivationStep(BackwardStep[Activation]):
    """δ = ∂C/∂a σ'(z), and what lies below is z itself."""

    def formulas(self) -> tuple[Formula, ...]:
        return (
            Formula("preactivation", "z_j=a_j^{below}", "z_j = a_j of the layer below"),
            *activation_formulas(self.layer.spec.function),
            Formula("input", r"\frac{\partial C}{\partial a_j^{below}}=\delta_j", "∂C/∂a_j below = δ_j"),
        )

    @property
    def slope(self) -> Batch:
        return SLOPES[self.layer.spec.function].of(self.values.preactivation)

    def below(self, delta: Batch) -> Batch:
        return delta

    def output_sum(self, row: int, place: Place) -> Sum:
        return _single("z", "a", place, place, (("a", self.values.inputs[(row, *place)]),))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        return _single("∂C/∂a", "δ", place, place, (("δ", delta[(row, *place)]),))


@final
class DropoutStep(BackwardStep[Dropout]):
    """A dropped value has a derivative of 0; a kept value's is multiplied by the factor of the forward pass."""

    def formulas(self) -> tuple[Formula, ...]:
        if self.values.kept is None:
            return (
                Formula("activation", "a_j=a_j^{below}", "a_j = a_j below (nothing is dropped in use)"),
                Formula("input", r"\frac{\partial C}{\partial a_j^{below}}=\delta_j", "∂C/∂a_j below = δ_j"),
            )
        return (
            Formula(
                "activation",
                r"a_j=\frac{m_j}{1-p}\,a_j^{below},\quad m_j\in\{0,1\}",
                "a_j = m_j / (1 - p) * a_j below, m_j = 0 where dropped, else 1",
            ),
            Formula(
                "input",
                r"\frac{\partial C}{\partial a_j^{below}}=\frac{m_j}{1-p}\,\delta_j",
                "∂C/∂a_j below = m_j / (1 - p) * δ_j",
            ),
        )

    @property
    def kept(self) -> Batch:
        """The factor of each value."""
        return np.ones_like(self.values.inputs) if self.values.kept is None else self.values.kept

    def below(self, delta: Batch) -> Batch:
        return delta * self.kept

    def output_sum(self, row: int, place: Place) -> Sum:
        index = (row, *place)
        return _single("a", "a below", place, place, (("kept", self.kept[index]), ("a", self.values.inputs[index])))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        index = (row, *place)
        return _single("∂C/∂a", "δ", place, place, (("kept", self.kept[index]), ("δ", delta[index])))


@final
class FlattenStep(BackwardStep[Flatten]):
    """Nothing is computed: what comes back is laid out as the picture again."""

    def formulas(self) -> tuple[Formula, ...]:
        return (
            Formula("activation", "a_k=a_{yxc}^{below}", "a_k = a[y,x,c] below, k counting rows, columns, channels"),
            Formula("input", r"\frac{\partial C}{\partial a_{yxc}^{below}}=\delta_k", "∂C/∂a[y,x,c] below = δ_k"),
        )

    def below(self, delta: Batch) -> Batch:
        return delta.reshape(self.values.inputs.shape)

    def output_sum(self, row: int, place: Place) -> Sum:
        source = np.unravel_index(place[0], self.layer.input_shape)
        return _single("a", "a below", place, _plain(source), (("a", self.values.inputs[(row, *source)]),))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        target = int(np.ravel_multi_index(place, self.layer.input_shape))
        return _single("∂C/∂a", "δ", place, (target,), (("δ", delta[row, target]),))


def _plain(place: tuple[np.intp, ...]) -> Place:
    return tuple(int(axis) for axis in place)


def _single(name: str, letter: str, place: Place, source: Place, factors: tuple[tuple[str, np.float64], ...]) -> Sum:
    """Write a number that is one product and nothing more."""
    return weighted_sum(at(name, place), (at(letter, source),), tuple((f, np.array([v])) for f, v in factors))
