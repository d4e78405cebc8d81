"""The backward pass through a convolution, whose weights are shared by all places of the picture."""

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
from descentlab.backpropagation._sum import Sum, all_at, at
from descentlab.backpropagation._value_by_value import activation_formulas
from descentlab.networks import Conv2D


@final
class Conv2DStep(BackwardStep[Conv2D]):
    """A shared weight has an effect at every place, so that its derivative is the sum over all places."""

    def formulas(self) -> tuple[Formula, ...]:
        biases = (
            Formula(
                "bias",
                r"\frac{\partial C}{\partial b_f}=\sum_{y,x}\delta_{yxf}",
                "∂C/∂b_f = Σ over places y,x of δ[y,x,f]",
            ),
        )
        b_latex, b_text = ("+b_f", " + b_f") if self.layer.spec.bias else ("", "")
        return (
            Formula(
                "preactivation",
                rf"z_{{yxf}}=\sum_{{r,s,c}} w_{{rscf}}\,a^{{below}}_{{yS+rD-P,\;xS+sD-P,\;c}}{b_latex}",
                f"z[y,x,f] = Σ_r,s,c w[r,s,c,f] a[y S + r D - P, x S + s D - P, c] below{b_text} "
                "(S stride, D dilation, P padding)",
            ),
            *activation_formulas(self.layer.spec.activation, "{yxf}"),
            Formula(
                "weight",
                r"\frac{\partial C}{\partial w_{rscf}}"
                r"=\sum_{y,x} a^{below}_{yS+rD-P,\;xS+sD-P,\;c}\,\delta_{yxf}",
                "∂C/∂w[r,s,c,f] = Σ over places y,x of a[y S + r D - P, x S + s D - P, c] below * δ[y,x,f]",
            ),
            *(biases if self.layer.spec.bias else ()),
            Formula(
                "input",
                r"\frac{\partial C}{\partial a^{below}_{uvc}}=\sum_{(y,x,r,s)\to(u,v)}\sum_f w_{rscf}\,\delta_{yxf}",
                "∂C/∂a[u,v,c] below = Σ_f Σ over all (y,x,r,s) that look at (u,v) of w[r,s,c,f] δ[y,x,f]",
            ),
        )

    @property
    def slope(self) -> Batch:
        return SLOPES[self.layer.spec.activation].of(self.values.preactivation)

    def gradients(self, delta: Batch, upstream: Batch, rows: slice = slice(None)) -> dict[str, Array]:
        framed, behind = self._framed(self.values.inputs[rows]), delta[rows]
        weight = np.zeros_like(self.values.params["weight"])
        for r, s in np.ndindex(*self.layer.spec.kernel):
            weight[r, s] = np.tensordot(framed[self._view(r, s)], behind, axes=((0, 1, 2), (0, 1, 2)))
        return {"weight": weight, "bias": behind.sum(axis=(0, 1, 2))} if self.layer.spec.bias else {"weight": weight}

    def below(self, delta: Batch) -> Batch:
        framed = np.zeros_like(self._framed(self.values.inputs))
        for r, s in np.ndindex(*self.layer.spec.kernel):
            framed[self._view(r, s)] += delta @ self.values.params["weight"][r, s].T
        (top, _), (left, _) = self.layer.margins
        height, width, _ = self.layer.input_shape
        return framed[:, top : top + height, left : left + width]

    def size(self, delta: Batch, upstream: Batch) -> float:
        return largest_of(delta) * max(1.0, largest_of(self.values.inputs, self.values.params["weight"]))

    def output_sum(self, row: int, place: Place) -> Sum:
        framed = self._framed(self.values.inputs[row : row + 1])[0]
        (y, x, f), places = place, np.indices(self.values.params["weight"].shape[:3]).reshape(3, -1).T
        rows, columns = self._looked_at(y, 0, places[:, 0]), self._looked_at(x, 1, places[:, 1])
        (top, _), (left, _) = self.layer.margins
        labels = all_at("a", np.stack([rows - top, columns - left, places[:, 2]], axis=1))
        weights = self.values.params["weight"][..., f].ravel()
        factors = (("w", weights), ("a", framed[rows, columns, places[:, 2]]))
        bias = (("b", float(self.values.params["bias"][f])),) if self.layer.spec.bias else ()
        return weighted_sum(at("z", place), labels, factors, bias)

    def gradient_sum(self, role: str, place: Place, delta: Batch, upstream: Batch) -> Sum:
        if role == "bias":
            return places_sum(role, place, (("δ", delta[..., place[0]]),))
        r, s, channel, f = place
        inputs = self._framed(self.values.inputs)[self._view(r, s)][..., channel]
        return places_sum(role, place, (("a", inputs), ("δ", delta[..., f])))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        u, v, channel = place
        lookers = [
            (y, x, r, s) for r, y in self._lookers(u, 0, delta.shape[1]) for s, x in self._lookers(v, 1, delta.shape[2])
        ]
        y, x, r, s = np.array(lookers, np.int64).reshape(-1, 4).T
        filters = delta.shape[-1]
        places = [(*spot, f) for spot in zip(y, x, strict=True) for f in range(filters)]
        labels = all_at("δ", np.array(places, np.int64).reshape(-1, 3))
        factors = (("w", self.values.params["weight"][r, s, channel]), ("δ", delta[row, y, x]))
        return weighted_sum(at("∂C/∂a", place), labels, factors)

    def _framed(self, inputs: Batch) -> Batch:
        return np.pad(inputs, ((0, 0), *self.layer.margins, (0, 0)))

    def _view(self, r: int, s: int) -> tuple[slice, slice, slice]:
        """Say which places of the framed picture the kernel's weight at row r and column s looks at."""
        height, width = self.layer.output_shape[:2]
        ranges = []
        for axis, (offset, count) in enumerate(((r, height), (s, width))):
            step, start = self.layer.spec.stride[axis], offset * self.layer.spec.dilation[axis]
            ranges.append(slice(start, start + (count - 1) * step + 1, step))
        return (slice(None), *ranges)

    def _looked_at(self, out: int, axis: int, offsets: np.ndarray) -> np.ndarray:
        return out * self.layer.spec.stride[axis] + offsets * self.layer.spec.dilation[axis]

    def _lookers(self, place: int, axis: int, count: int) -> list[tuple[int, int]]:
        """List the offsets in the kernel, each with the output's place, that look at one row or column."""
        framed = place + self.layer.margins[axis][0]
        lookers = []
        for offset in range(self.layer.spec.kernel[axis]):
            out, left_over = divmod(framed - offset * self.layer.spec.dilation[axis], self.layer.spec.stride[axis])
            if left_over == 0 and 0 <= out < count:
                lookers.append((offset, out))
        return lookers
