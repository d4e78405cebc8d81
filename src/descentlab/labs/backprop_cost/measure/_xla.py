"""What XLA, which compiles the network's programs, counts in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from descentlab.labs.backprop_cost.measure._case import Case, gradient_of
from descentlab.labs.backprop_cost.measure._work import Work
from descentlab.networks import Context, Layer, unrolled


@dataclass(frozen=True)
class Flops:
    """Floating-point operations of a compiled program: 2 for a multiply-add, 1 for any other sum, product or quotient.

    Attributes:
        forward: Of the way forward of the batch; None where XLA does not say.
        gradient: Of the way forward and back.
    """

    forward: float | None
    gradient: float | None

    @property
    def backward(self) -> float | None:
        """Of the way back alone."""
        return None if self.forward is None or self.gradient is None else self.gradient - self.forward


@dataclass(frozen=True)
class XlaCount:
    """What XLA counts for one step.

    Attributes:
        whole: Of the whole network with its loss.
        update: Of the optimizer's step.
        layers: Of each layer with products, compiled by itself, by name.
    """

    whole: Flops
    update: float | None
    layers: dict[str, Flops]


def count_by_xla(case: Case, work: Work, *, on_layer: Callable[[int, int], None]) -> XlaCount:
    """Compile forward, gradient and update, and ask XLA for their operations.

    Args:
        case: The network in training.
        work: Its own count, which says which layers have products, and which need a gradient by their inputs.
        on_layer: Called with how many layers are done, of how many.

    Returns:
        The counts.
    """
    inputs, targets = case.batch(case.batch_size)
    asked = (case.params, inputs, targets)
    whole = Flops(_flops(case.loss_fn, *asked), _flops(gradient_of(case.loss_fn), *asked))
    params, opt_state, grads, hyper = case.start_update()
    update = _flops(case.update, params, opt_state, grads, hyper)
    counted = {layer.name: layer for layer in work.layers if layer.forward}
    found: dict[str, Flops] = {}
    for layer in unrolled(case.network.layers):
        if layer.name in counted:
            found[layer.name] = _layer_flops(case, layer, needs_inputs=counted[layer.name].input_gradient > 0)
            on_layer(len(found), len(counted))
    return XlaCount(whole, update, found)


def _layer_flops(case: Case, layer: Layer, *, needs_inputs: bool) -> Flops:
    inputs = jax.ShapeDtypeStruct((case.batch_size, *layer.input_shape), case.precision)
    delta = jax.ShapeDtypeStruct((case.batch_size, *layer.output_shape), case.precision)
    own = {layer.name: case.params[layer.name]} if layer.name in case.params else {}

    def forward(own: Any, inputs: Array) -> Array:
        return layer.forward(own, case.statistics, inputs, Context(is_training=True, key=jax.random.key(0)))[0]

    def both(own: Any, inputs: Array, delta: Array) -> tuple[Array, Any]:
        outputs, back = jax.vjp(forward, own, inputs)
        by_params, by_inputs = back(delta)
        return outputs, (by_params, by_inputs) if needs_inputs else by_params

    return Flops(_flops(forward, own, inputs), _flops(both, own, inputs, delta))


def _flops(function: Callable[..., Any], *arguments: Any) -> float | None:
    """Return the operations that XLA counts in a function; None where its platform does not count."""
    shapes = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(jnp.shape(leaf), jnp.asarray(leaf).dtype)
                          if not isinstance(leaf, jax.ShapeDtypeStruct) else leaf, arguments)  # fmt: skip
    told: Any = jax.jit(function).lower(*shapes).compile().cost_analysis()
    told = told[0] if isinstance(told, list) else told
    flops = float((told or {}).get("flops", -1.0))
    return flops if flops >= 0.0 else None
