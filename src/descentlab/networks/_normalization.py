"""Normalisation over the batch and over the features."""

import math
from dataclasses import dataclass
from typing import final

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Bool, Float, Int

from descentlab.networks._context import Context, HostArrays, Params, Statistics
from descentlab.networks._facts import ALL_FACTORS, NEVER_SATURATED, NO_FACTOR, Factors, Pointwise, Saturation
from descentlab.networks._layer import Layer
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import ActivationName, BatchNormSpec, LayerNormSpec, NormSpec


@dataclass(frozen=True)
class _Norm(Layer):
    """Standardised inputs, then a scale and a shift for each channel."""

    spec: NormSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    @property
    def multiply_adds(self) -> int:
        return math.prod(self.input_shape)

    @property
    def multiply_adds_back(self) -> tuple[int, int]:
        # A normalised value depends on all values that it was normalised with, which is a second product each.
        return self.multiply_adds, 2 * self.multiply_adds

    @property
    def activation(self) -> ActivationName:
        return "linear"

    @property
    def initial_values(self) -> str:
        return self.spec.initial_values

    @property
    def input_factors(self) -> Factors:
        return NO_FACTOR

    @property
    def weight_factors(self) -> Factors:
        return ALL_FACTORS

    @property
    def saturation(self) -> Saturation:
        return NEVER_SATURATED

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return ()

    def draw(self, seed: int) -> HostArrays:
        channels = self.input_shape[-1]
        arrays = {
            "scale": np.full(channels, self.spec.initial_gain),
            "shift": np.full(channels, self.spec.initial_shift),
        }
        return {self.name: arrays}


@final
@dataclass(frozen=True)
class BatchNorm(_Norm):
    """Standardises each channel over batch and places, then scales and shifts it.

    References:
        Ioffe and Szegedy, "Batch normalization" (2015).
    """

    kind = "batch-norm"
    role = "brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it"

    spec: BatchNormSpec

    @property
    def pointwise(self) -> Pointwise:
        return "by channel"

    @property
    def statistics_kept(self) -> float:
        return self.spec.momentum

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below

    def start_statistics(self) -> HostArrays:
        channels = self.input_shape[-1]
        return {self.name: {"mean": np.zeros(channels), "variance": np.ones(channels)}}

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        running = statistics[self.name]
        if context.is_training:
            mean, variance = _batch_moments(inputs, context.counted)
            keep = self.spec.momentum
            updated = {
                "mean": keep * running["mean"] + (1.0 - keep) * lax.stop_gradient(mean),
                "variance": keep * running["variance"] + (1.0 - keep) * lax.stop_gradient(variance),
            }
            statistics = {**statistics, self.name: updated}
        else:
            mean, variance = running["mean"], running["variance"]
        outputs = _standardize(inputs, mean, variance, self.spec.eps, params[self.name])
        return context.tap(self.name, "activation", outputs), statistics


@final
@dataclass(frozen=True)
class LayerNorm(_Norm):
    """Standardises each example over all its values, then scales and shifts each channel.

    References:
        Ba, Kiros and Hinton, "Layer normalization" (2016).
    """

    kind = "layer-norm"
    role = "brings each example to mean 0 and deviation 1 over its features, then scales and shifts them"

    spec: LayerNormSpec

    @property
    def pointwise(self) -> Pointwise:
        return "no"

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below.whole()

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        axes = tuple(range(1, inputs.ndim))
        mean = jnp.mean(inputs, axis=axes, keepdims=True)
        variance = jnp.mean((inputs - mean) ** 2, axis=axes, keepdims=True)
        standard = (inputs - mean) / jnp.sqrt(variance + self.spec.eps)
        learned = params[self.name]
        outputs = standard * _last_axis(learned["scale"], inputs.ndim) + _last_axis(learned["shift"], inputs.ndim)
        return context.tap(self.name, "activation", outputs), statistics


def _batch_moments(
    inputs: Float[Array, "batch ..."], counted: Bool[Array, " batch"] | None
) -> tuple[Float[Array, " channels"], Float[Array, " channels"]]:
    axes = tuple(range(inputs.ndim - 1))
    if counted is None:
        mean = jnp.mean(inputs, axis=axes)
        return mean, jnp.mean((inputs - _last_axis(mean, inputs.ndim)) ** 2, axis=axes)
    weight = counted.astype(inputs.dtype).reshape(-1, *[1] * (inputs.ndim - 1))
    total = jnp.sum(weight) * math.prod(inputs.shape[1:-1])
    mean = jnp.sum(inputs * weight, axis=axes) / total
    return mean, jnp.sum((inputs - _last_axis(mean, inputs.ndim)) ** 2 * weight, axis=axes) / total


def _standardize(
    inputs: Float[Array, "batch ..."],
    mean: Float[Array, " channels"],
    variance: Float[Array, " channels"],
    eps: float,
    learned: dict[str, Array],
) -> Float[Array, "batch ..."]:
    factor = learned["scale"] / jnp.sqrt(variance + eps)
    shift = learned["shift"] - mean * factor
    return inputs * _last_axis(factor, inputs.ndim) + _last_axis(shift, inputs.ndim)


def _last_axis(values: Float[Array, " channels"], ndim: int) -> Float[Array, "..."]:
    return values.reshape(*[1] * (ndim - 1), -1)
