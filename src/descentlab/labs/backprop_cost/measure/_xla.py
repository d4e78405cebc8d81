"""Operations that the compiler XLA counts in the network's programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from descentlab.labs.backprop_cost.measure._case import Case, gradient_of
from descentlab.labs.backprop_cost.measure._work import Work
from descentlab.networks import Context, Layer, unrolled


@dataclass(frozen=True)
class Flops:
    """Floating-point operations of a compiled program: 2 for a multiply-add, 1 for any other sum, product or quotient.

    Attributes:
        forward: Operations of the forward pass of the batch; None where XLA does not count.
        gradient: Operations of the forward and backward pass; None where XLA does not count.
    """

    forward: float | None
    gradient: float | None

    @property
    def backward(self) -> float | None:
        """Operations of the backward pass alone; None where XLA does not count."""
        return None if self.forward is None or self.gradient is None else self.gradient - self.forward


@dataclass(frozen=True)
class XlaCount:
    """Operations of one step as XLA counts them.

    Attributes:
        whole: Operations of the whole network with its loss.
        update: Operations of the optimizer's update; None where XLA does not count.
        layers: Operations of each layer with products, compiled by itself, by name.
    """

    whole: Flops
    update: float | None
    layers: dict[str, Flops]


def count_by_xla(case: Case, work: Work, *, on_layer: Callable[[int, int], None]) -> XlaCount:
    """Compile the forward pass, the gradient and the update, and ask XLA for their operations.

    Args:
        case: Training step of the network.
        work: Counts by formula; they say which layers have products, and which need a gradient by their inputs.
        on_layer: Function that is called with the number of layers done and of all layers.

    Returns:
        The counts of XLA.
    """
    inputs, targets = case.batch(case.batch_size)
    arguments = (case.params, inputs, targets)
    whole = Flops(_flops(case.loss_fn, *arguments), _flops(gradient_of(case.loss_fn), *arguments))
    params, opt_state, grads, hyper = case.start_update()
    update = _flops(case.update, params, opt_state, grads, hyper)
    counted = {layer.name: layer for layer in work.layers if layer.forward}
    by_layer: dict[str, Flops] = {}
    for layer in unrolled(case.network.layers):
        if layer.name in counted:
            by_layer[layer.name] = _layer_flops(case, layer, needs_inputs=counted[layer.name].input_gradient > 0)
            on_layer(len(by_layer), len(counted))
    return XlaCount(whole, update, by_layer)


def _layer_flops(case: Case, layer: Layer, *, needs_inputs: bool) -> Flops:
    inputs = jax.ShapeDtypeStruct((case.batch_size, *layer.input_shape), case.precision)
    delta = jax.ShapeDtypeStruct((case.batch_size, *layer.output_shape), case.precision)
    params = {layer.name: case.params[layer.name]} if layer.name in case.params else {}

    def forward(params: Any, inputs: Array) -> Array:
        return layer.forward(params, case.statistics, inputs, Context(is_training=True, key=jax.random.key(0)))[0]

    def both(params: Any, inputs: Array, delta: Array) -> tuple[Array, Any]:
        outputs, back = jax.vjp(forward, params, inputs)
        by_params, by_inputs = back(delta)
        return outputs, (by_params, by_inputs) if needs_inputs else by_params

    return Flops(_flops(forward, params, inputs), _flops(both, params, inputs, delta))


def _flops(function: Callable[..., Any], *arguments: Any) -> float | None:
    """Return the operations that XLA counts in a function; None where XLA does not count on this device."""
    shapes = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(np.shape(leaf), np.asarray(leaf).dtype)
                          if not isinstance(leaf, jax.ShapeDtypeStruct) else leaf, arguments)  # fmt: skip
    analysis: Any = jax.jit(function).lower(*shapes).compile().cost_analysis()
    analysis = analysis[0] if isinstance(analysis, list) else analysis
    flops = float((analysis or {}).get("flops", -1.0))
    return flops if flops >= 0.0 else None
