"""Initial weights, drawn on the host so that compiling a training program stays short."""

import math

import numpy as np

from descentlab.core import generator
from descentlab.networks._context import HostArrays
from descentlab.spec import WeightedSpec


def draw_weights(spec: WeightedSpec, name: str, shape: tuple[int, ...], seed: int) -> HostArrays:
    """Draw a layer's weights, whose last axis counts the outputs and whose other axes count the inputs of an output.

    Args:
        spec: The initialisers of weights and biases, with their scales.
        name: The layer's name; layers of other names draw independently.
        shape: Shape of the weights, `(..., inputs, outputs)`.
        seed: The experiment's seed.

    Returns:
        `{name: {"weight": ..., "bias": ...}}` in float64, without bias where the spec has none.
    """
    fan_in = math.prod(shape[:-1])
    fan_out = shape[-1] * math.prod(shape[:-2])
    unit = _draw(spec, shape, fan_in, fan_out, generator(seed, "weights", name))
    arrays = {"weight": unit * spec.initial_scale}
    if spec.bias:
        arrays["bias"] = spec.initial_bias + _draw_biases(spec, shape[-1], generator(seed, "biases", name))
    return {name: arrays}


def _draw_biases(spec: WeightedSpec, count: int, rng: np.random.Generator) -> np.ndarray:
    match spec.bias_initializer:
        case "constant":
            return np.zeros(count)
        case "uniform":
            return rng.uniform(-spec.initial_bias_range, spec.initial_bias_range, count)
        case "normal":
            return rng.normal(0.0, spec.initial_bias_range, count)


def _draw(
    spec: WeightedSpec, shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator
) -> np.ndarray:
    # Glorot and Bengio (2010): the mean of both fans; He et al. (2015): twice the input's; LeCun et al. (1998): once.
    variances = {"glorot": 2.0 / (fan_in + fan_out), "he": 2.0 / fan_in, "lecun": 1.0 / fan_in}
    family, _, form = spec.initializer.partition("-")
    match spec.initializer:
        case "zeros":
            return np.zeros(shape)
        case "constant":
            return np.full(shape, spec.initial_value)
        case "uniform":
            return rng.uniform(-spec.initial_range, spec.initial_range, shape)
        case "normal":
            return rng.normal(0.0, spec.initial_range, shape)
        case _:
            pass
    deviation = math.sqrt(variances[family])
    if form == "uniform":
        return rng.uniform(-math.sqrt(3.0) * deviation, math.sqrt(3.0) * deviation, shape)
    return rng.normal(0.0, deviation, shape)
