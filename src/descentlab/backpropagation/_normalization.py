"""The backward pass through normalisations, where each value changes the mean and deviation of all."""

from abc import abstractmethod
from functools import cached_property
from typing import TypeVar, final

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
from descentlab.networks import BatchNorm, LayerNorm

Norm = TypeVar("Norm", BatchNorm, LayerNorm)


class _NormStep(BackwardStep[Norm]):
    """a = γ x + β with x = (a below - μ) / √(v + ε), where μ and v may depend on every value they are taken over."""

    @property
    @abstractmethod
    def _axes(self) -> tuple[int, ...]:
        """What mean and variance are taken over."""

    @cached_property
    def mean(self) -> Batch:
        """μ, with axes of length 1 where it was taken over."""
        return self.values.inputs.mean(axis=self._axes, keepdims=True)

    @cached_property
    def deviation(self) -> Batch:
        """√(v + ε), in the same form."""
        return np.sqrt(
            ((self.values.inputs - self.mean) ** 2).mean(axis=self._axes, keepdims=True) + self.layer.spec.eps
        )

    @cached_property
    def standard(self) -> Batch:
        """x, the standardised inputs."""
        return (self.values.inputs - self.mean) / self.deviation

    @property
    def _moments_are_fixed(self) -> bool:
        """Whether μ and v do not depend on the inputs."""
        return False

    def gradients(self, delta: Batch, upstream: Batch, rows: slice = slice(None)) -> dict[str, Array]:
        behind, over = delta[rows], tuple(range(delta.ndim - 1))
        return {"scale": (behind * self.standard[rows]).sum(axis=over), "shift": behind.sum(axis=over)}

    def below(self, delta: Batch) -> Batch:
        direct, through_mean, through_deviation = self._parts(delta)
        return (direct + through_mean + through_deviation) / self.deviation

    def _parts(self, delta: Batch) -> tuple[Batch, Batch, Batch]:
        """Compute what comes back to a value itself, through μ, and through v, each to be divided by √(v + ε)."""
        direct = delta * self.values.params["scale"]
        if self._moments_are_fixed:
            return direct, np.zeros_like(direct), np.zeros_like(direct)
        through_mean = np.broadcast_to(-direct.mean(axis=self._axes, keepdims=True), direct.shape)
        through_deviation = -self.standard * (direct * self.standard).mean(axis=self._axes, keepdims=True)
        return direct, through_mean, through_deviation

    def size(self, delta: Batch, upstream: Batch) -> float:
        gain = largest_of(self.values.params["scale"]) * largest_of(1.0 / self.deviation)
        # The network computes γ/√ a + (β - γ/√ μ): a mean far from 0 costs digits.
        lost = largest_of(self.mean / self.deviation)
        return largest_of(delta) * max(1.0, gain, largest_of(self.standard), lost) * max(1.0, lost)

    def output_sum(self, row: int, place: Place) -> Sum:
        index, channel = (row, *place), place[-1]
        mean, deviation = (np.broadcast_to(each, self.standard.shape)[index] for each in (self.mean, self.deviation))
        factors = (
            ("γ", self.values.params["scale"][channel]),
            ("a below - μ", self.values.inputs[index] - mean),
            ("1/√(v+ε)", 1.0 / deviation),
        )
        return weighted_sum(
            at("a", place), (at("x", place),), factors, (("β", float(self.values.params["shift"][channel])),)
        )

    def gradient_sum(self, role: str, place: Place, delta: Batch, upstream: Batch) -> Sum:
        behind = ("δ", delta[..., place[0]])
        return places_sum(role, place, (behind, ("x", self.standard[..., place[0]])) if role == "scale" else (behind,))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        index = (row, *place)
        parts = np.array([part[index] for part in self._parts(delta)])
        labels = ("γδ", "-mean(γδ)", "-x mean(γδx)")
        if self._moments_are_fixed:
            parts, labels = parts[:1], labels[:1]
        share = 1.0 / np.broadcast_to(self.deviation, self.standard.shape)[index]
        return weighted_sum(at("∂C/∂a", place), labels, (("part", parts), ("1/√(v+ε)", share)))


@final
class BatchNormStep(_NormStep[BatchNorm]):
    """In training, examples are tied together: each has a part in the mean and variance of its channel."""

    def formulas(self) -> tuple[Formula, ...]:
        return _formulas(
            "c", "over the batch and all places" if self.values.is_training else "", is_fixed=self._moments_are_fixed
        )

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(self.values.inputs.ndim - 1))

    @property
    def _moments_are_fixed(self) -> bool:
        return not self.values.is_training

    @cached_property
    def mean(self) -> Batch:
        if self.values.is_training:
            return self.values.inputs.mean(axis=self._axes, keepdims=True)
        return self._running("mean")

    @cached_property
    def deviation(self) -> Batch:
        if self.values.is_training:
            variance = ((self.values.inputs - self.mean) ** 2).mean(axis=self._axes, keepdims=True)
        else:
            variance = self._running("variance")
        return np.sqrt(variance + self.layer.spec.eps)

    def _running(self, role: str) -> Batch:
        return self.values.statistics[role].reshape(*[1] * (self.values.inputs.ndim - 1), -1)


@final
class LayerNormStep(_NormStep[LayerNorm]):
    """Within an example, each value has a part in the mean and variance of all."""

    def formulas(self) -> tuple[Formula, ...]:
        return _formulas("", "over the example", is_fixed=False)

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(1, self.values.inputs.ndim))


def _formulas(index: str, over: str, *, is_fixed: bool) -> tuple[Formula, ...]:
    """Return the formulas of a normalisation whose μ and v have an index, or none."""
    low = f"_{index}" if index else ""
    where = rf",\quad \mu{low},v{low}\text{{ {over}}}" if over else r"\quad(\mu,v\text{ running})"
    back_latex, back_text = r"\gamma_c\,\delta_j", "γ_c δ_j"
    if not is_fixed:
        back_latex = r"\gamma_c\,\delta_j-\overline{\gamma\delta}-x_j\,\overline{\gamma\delta x}"
        back_text = f"(γ_c δ_j - mean(γδ) - x_j mean(γδx)), means {over}"
    return (
        Formula(
            "activation",
            r"a_j=\gamma_c\,x_j+\beta_c,\quad "
            rf"x_j=\frac{{a_j^{{below}}-\mu{low}}}{{\sqrt{{v{low}+\varepsilon}}}}{where}",
            f"a_j = γ_c x_j + β_c, x_j = (a_j below - μ{low}) / √(v{low} + ε), "
            f"μ and v {over or 'as training left them'}",
        ),
        Formula("scale", r"\frac{\partial C}{\partial \gamma_c}=\sum_{j\in c}\delta_j\,x_j", "∂C/∂γ_c = Σ δ_j x_j"),
        Formula("shift", r"\frac{\partial C}{\partial \beta_c}=\sum_{j\in c}\delta_j", "∂C/∂β_c = Σ δ_j"),
        Formula(
            "input",
            rf"\frac{{\partial C}}{{\partial a_j^{{below}}}}=\frac{{{back_latex}}}{{\sqrt{{v{low}+\varepsilon}}}}",
            f"∂C/∂a_j below = 1/√(v{low} + ε) * {back_text}",
        ),
    )
