"""Pooling: a picture made smaller by taking one value for each window."""

import functools
from abc import abstractmethod
from dataclasses import dataclass
from typing import final

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, Int

from descentlab.core import ShapeError
from descentlab.networks._context import Context, Params, Statistics
from descentlab.networks._facts import ALL_FACTORS, POSITIVE, Factors, Pointwise
from descentlab.networks._layer import SimpleLayer, need_rank
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import AvgPool2DSpec, GlobalAvgPool2DSpec, MaxPool2DSpec


@dataclass(frozen=True)
class _Pool2D(SimpleLayer):
    """One value for each window. Rows and columns that do not fill a window are left out."""

    spec: MaxPool2DSpec | AvgPool2DSpec

    def __post_init__(self) -> None:
        need_rank(self.name, self.kind, self.input_shape, 3, "it needs pictures, (height, width, channels)")
        if min(self.output_shape) < 1:
            window = self.spec.window
            raise ShapeError(
                f"layer '{self.name}' ({self.kind}) would shrink its {self.input_shape[0]}x{self.input_shape[1]} "
                f"input below one pixel with a window of {window[0]}x{window[1]}: leave out a pooling, or use "
                "larger pictures"
            )

    @property
    def stride(self) -> tuple[int, int]:
        return self.spec.stride or self.spec.window

    @property
    def output_shape(self) -> tuple[int, ...]:
        sides = zip(self.input_shape[:2], self.spec.window, self.stride, strict=True)
        height, width = ((side - window) // stride + 1 for side, window, stride in sides)
        return (height, width, self.input_shape[2])

    @property
    def pointwise(self) -> Pointwise:
        return "no"

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below.through_window(self.spec.window, self.stride)

    def views(self, inputs: Float[Array, "batch height width channels"]) -> list[Array]:
        """Return, for each place in the window, the picture of the values at that place.

        The maximum over such strided views has a gradient some ten times faster on a CPU than that of XLA's
        windowed reduction.
        """
        rows, columns, _ = self.output_shape
        down, across = self.stride
        return [
            inputs[:, top : top + (rows - 1) * down + 1 : down, left : left + (columns - 1) * across + 1 : across]
            for top in range(self.spec.window[0])
            for left in range(self.spec.window[1])
        ]

    @abstractmethod
    def pool(self, views: list[Array]) -> Array:
        """Take one value of the values in each window."""

    def forward(
        self,
        params: Params,
        statistics: Statistics,
        inputs: Float[Array, "batch height width channels"],
        context: Context,
    ) -> tuple[Float[Array, "batch rows columns channels"], Statistics]:
        return context.tap(self.name, "activation", self.pool(self.views(inputs))), statistics


@final
@dataclass(frozen=True)
class MaxPool2D(_Pool2D):
    """The largest value of each window."""

    kind = "max-pool2d"
    role = "keeps the strongest answer of each window, and with it less of where exactly it was"

    @property
    def input_factors(self) -> Factors:
        return POSITIVE

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        views = jnp.stack(self.views(inputs))
        return ((views == jnp.max(views, axis=0, keepdims=True)).astype(jnp.int8),)

    def pool(self, views: list[Array]) -> Array:
        return functools.reduce(jnp.maximum, views)


@final
@dataclass(frozen=True)
class AvgPool2D(_Pool2D):
    """The mean of each window."""

    kind = "avg-pool2d"
    role = "keeps the mean answer of each window"

    @property
    def input_factors(self) -> Factors:
        return ALL_FACTORS

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return ()

    def pool(self, views: list[Array]) -> Array:
        return functools.reduce(jnp.add, views) / len(views)


@final
@dataclass(frozen=True)
class GlobalAvgPool2D(SimpleLayer):
    """The mean of each channel over the whole picture (Lin, Chen and Yan, 2014)."""

    kind = "global-avg-pool2d"
    role = "says how much of each pattern the picture has, wherever it is"

    spec: GlobalAvgPool2DSpec

    def __post_init__(self) -> None:
        need_rank(self.name, self.kind, self.input_shape, 3, "it needs pictures, (height, width, channels)")

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (self.input_shape[2],)

    @property
    def pointwise(self) -> Pointwise:
        return "no"

    @property
    def input_factors(self) -> Factors:
        return ALL_FACTORS

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below.whole()

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return ()

    def forward(
        self,
        params: Params,
        statistics: Statistics,
        inputs: Float[Array, "batch height width channels"],
        context: Context,
    ) -> tuple[Float[Array, "batch channels"], Statistics]:
        return context.tap(self.name, "activation", jnp.mean(inputs, axis=(1, 2))), statistics
