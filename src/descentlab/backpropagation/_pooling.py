"""The backward pass through poolings."""

from abc import abstractmethod
from functools import cached_property
from typing import TypeVar, final

import numpy as np

from descentlab.backpropagation._step import BackwardStep, Batch, Formula, Place, weighted_sum
from descentlab.backpropagation._sum import Sum, all_at, all_places, at
from descentlab.networks import AvgPool2D, GlobalAvgPool2D, MaxPool2D

WindowPool = TypeVar("WindowPool", MaxPool2D, AvgPool2D)


class _WindowStep(BackwardStep[WindowPool]):
    """Each window's delta is divided among its values by shares that sum to 1."""

    @cached_property
    def shares(self) -> list[Batch]:
        """The share of the value at each place in the window, row by row."""
        return self._divide()

    @abstractmethod
    def _divide(self) -> list[Batch]:
        """Divide each window's delta among its values."""

    def below(self, delta: Batch) -> Batch:
        back = np.zeros_like(self.values.inputs)
        for (r, s), share in zip(np.ndindex(*self.layer.spec.window), self.shares, strict=True):
            back[self._view(r, s)] += share * delta
        return back

    def output_sum(self, row: int, place: Place) -> Sum:
        y, x, channel = place
        offsets = all_places(self.layer.spec.window)
        rows, columns = (offsets + np.array([y, x]) * np.array(self.layer.stride)).T
        labels = all_at("a", np.stack([rows, columns, np.full_like(rows, channel)], axis=1))
        shares = np.array([share[(row, *place)] for share in self.shares])
        return weighted_sum(
            at("a", place), labels, (("share", shares), ("a", self.values.inputs[row, rows, columns, channel]))
        )

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        u, v, channel = place
        shared = [
            (y, x, share[row, y, x, channel])
            for (r, s), share in zip(np.ndindex(*self.layer.spec.window), self.shares, strict=True)
            for y in self._window(u - r, 0, delta.shape[1])
            for x in self._window(v - s, 1, delta.shape[2])
        ]
        table = np.array(shared, np.float64).reshape(-1, 3)
        y, x = table[:, :2].astype(np.int64).T
        labels = all_at("δ", np.stack([y, x, np.full_like(y, channel)], axis=1))
        return weighted_sum(at("∂C/∂a", place), labels, (("share", table[:, 2]), ("δ", delta[row, y, x, channel])))

    def _view(self, r: int, s: int) -> tuple[slice, slice, slice]:
        (down, across), (rows, columns, _) = self.layer.stride, self.layer.output_shape
        return (
            slice(None),
            slice(r, r + (rows - 1) * down + 1, down),
            slice(s, s + (columns - 1) * across + 1, across),
        )

    def _window(self, start: int, axis: int, count: int) -> list[int]:
        """Return the window that begins at a row or column, if one does."""
        out, left_over = divmod(start, self.layer.stride[axis])
        return [out] if left_over == 0 and 0 <= out < count else []


@final
class MaxPool2DStep(_WindowStep[MaxPool2D]):
    """All of a window's delta goes to its largest value; where values tie, to those that tie.

    The network takes the maximum value by value, and where a value equals the largest so far, half of the derivative
    goes to it and half to those before it. Any such division is a valid derivative at a tie; this is the one used.
    """

    def formulas(self) -> tuple[Formula, ...]:
        return (
            Formula(
                "activation",
                r"a_{yxc}=\max_{(u,v)\in \text{window}(y,x)} a^{below}_{uvc}",
                "a[y,x,c] = the largest a[u,v,c] below in the window of (y,x)",
            ),
            Formula(
                "input",
                r"\frac{\partial C}{\partial a^{below}_{uvc}}=\sum_{y,x}\delta_{yxc}\,[(u,v)\text{ is the largest}]",
                "∂C/∂a[u,v,c] below = δ[y,x,c] where (u,v) is the largest of its window, else 0",
            ),
        )

    def _divide(self) -> list[Batch]:
        views = [self.values.inputs[self._view(r, s)] for r, s in np.ndindex(*self.layer.spec.window)]
        largest, shares = views[0], [np.ones_like(views[0])]
        for view in views[1:]:
            new = np.where(view > largest, 1.0, np.where(view == largest, 0.5, 0.0))
            shares = [share * (1.0 - new) for share in shares] + [new]
            largest = np.maximum(largest, view)
        return shares


@final
class AvgPool2DStep(_WindowStep[AvgPool2D]):
    """A window's delta is divided among its values in equal shares."""

    def formulas(self) -> tuple[Formula, ...]:
        size = int(np.prod(self.layer.spec.window))
        return (
            Formula(
                "activation",
                rf"a_{{yxc}}=\frac{{1}}{{{size}}}\sum_{{(u,v)\in \text{{window}}(y,x)}} a^{{below}}_{{uvc}}",
                f"a[y,x,c] = 1/{size} Σ of a[u,v,c] below over the window of (y,x)",
            ),
            Formula(
                "input",
                rf"\frac{{\partial C}}{{\partial a^{{below}}_{{uvc}}}}"
                rf"=\frac{{1}}{{{size}}}\sum_{{(y,x):(u,v)\in\text{{window}}}}\delta_{{yxc}}",
                f"∂C/∂a[u,v,c] below = 1/{size} Σ of δ[y,x,c] over the windows that hold (u,v)",
            ),
        )

    def _divide(self) -> list[Batch]:
        size = int(np.prod(self.layer.spec.window))
        return [np.full(self.values.activation.shape, 1.0 / size)] * size


@final
class GlobalAvgPool2DStep(BackwardStep[GlobalAvgPool2D]):
    """A channel's delta is divided among all its places in equal shares."""

    def formulas(self) -> tuple[Formula, ...]:
        size = self._num_places
        return (
            Formula(
                "activation", rf"a_c=\frac{{1}}{{{size}}}\sum_{{y,x}} a^{{below}}_{{yxc}}",
                f"a_c = 1/{size} Σ over all places of a[y,x,c] below",
            ),
            Formula(
                "input", rf"\frac{{\partial C}}{{\partial a^{{below}}_{{yxc}}}}=\frac{{1}}{{{size}}}\,\delta_c",
                f"∂C/∂a[y,x,c] below = 1/{size} δ_c",
            ),
        )  # fmt: skip

    @property
    def _num_places(self) -> int:
        return self.layer.input_shape[0] * self.layer.input_shape[1]

    def below(self, delta: Batch) -> Batch:
        return np.broadcast_to(delta[:, None, None, :] / self._num_places, self.values.inputs.shape).copy()

    def output_sum(self, row: int, place: Place) -> Sum:
        channel = self.values.inputs[row, :, :, place[0]]
        labels = all_at("a", np.pad(all_places(channel.shape), ((0, 0), (0, 1)), constant_values=place[0]))
        return weighted_sum(at("a", place), labels, (("share", 1.0 / self._num_places), ("a", channel)))

    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        factors = (("share", 1.0 / self._num_places), ("δ", delta[row, place[2]]))
        return weighted_sum(at("∂C/∂a", place), (at("δ", place[2:]),), factors)
