"""A network: named layers in a row, from one example's shape to logits."""

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from descentlab.core import LayerRow
from descentlab.networks._activations import Activation
from descentlab.networks._context import Context, HostArrays, Params, Statistics
from descentlab.networks._convolution import Conv2D
from descentlab.networks._dense import Dense
from descentlab.networks._dropout import Dropout
from descentlab.networks._facts import Saturation
from descentlab.networks._flatten import Flatten
from descentlab.networks._layer import Layer
from descentlab.networks._normalization import BatchNorm, LayerNorm
from descentlab.networks._pooling import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from descentlab.networks._prelu import PReLU
from descentlab.networks._residual import Residual
from descentlab.spec import (
    ActivationSpec,
    AnyLayerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    GlobalAvgPool2DSpec,
    LayerNormSpec,
    MaxPool2DSpec,
    PReLUSpec,
    ResidualSpec,
)


@dataclass(frozen=True)
class Network:
    """Named layers in a row. It holds no parameters: they are drawn, passed in, and passed out.

    Attributes:
        layers: The layers from the input to the logits.
    """

    layers: tuple[Layer, ...]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return self.layers[0].input_shape

    @property
    def num_outputs(self) -> int:
        """How many logits there are."""
        return self.layers[-1].output_shape[0]

    @functools.cached_property
    def every_layer(self) -> tuple[Layer, ...]:
        """All layers: those of the row, then those that they are made of."""
        return tuple(_with_inner(self.layers))

    @property
    def draws_in_training(self) -> bool:
        """Whether training draws at random inside the network."""
        return any(layer.draws_in_training for layer in self.every_layer)

    @property
    def has_convolution(self) -> bool:
        """Whether kernels are slid over pictures."""
        return any(layer.weighted_sum.is_slid for layer in self.every_layer if layer.weighted_sum is not None)

    @property
    def has_batch_statistics(self) -> bool:
        """Whether in training what one example becomes depends on the others of its batch."""
        return any(layer.statistics_kept is not None for layer in self.every_layer)

    def initial_scales(self) -> dict[str, float]:
        """Name the layers that draw weights, with what each multiplies them by."""
        return {layer.name: layer.initial_scale for layer in self.every_layer if layer.initial_scale is not None}

    def saturations(self) -> dict[str, Saturation | None]:
        """Name the layers whose units can be stuck, with the outputs at which they are; None: it is not stated."""
        stated = {layer.name: layer.saturation for layer in self.every_layer}
        return {name: where for name, where in stated.items() if where is None or where.can_happen}

    @property
    def has_dying_units(self) -> bool:
        """Whether units that are stuck are dead, and not merely saturated, in some layer."""
        return any(where is not None and where.is_dead for where in self.saturations().values())

    def dropout_rates(self) -> dict[str, float]:
        """Name the layers that hide values in training, with the share that each hides."""
        return {layer.name: layer.dropout_rate for layer in self.every_layer if layer.dropout_rate is not None}

    def draw(self, seed: int) -> HostArrays:
        """Draw initial parameters on the host, in float64; each layer's depend on the seed and its name alone."""
        return {name: arrays for layer in self.layers for name, arrays in layer.draw(seed).items()}

    def start_statistics(self) -> HostArrays:
        """Return the running statistics before the first step; empty without batch norm."""
        return {name: arrays for layer in self.layers for name, arrays in layer.start_statistics().items()}

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        """Compute the logits of a batch.

        Args:
            params: Parameters by layer name, as `draw` gives them.
            statistics: Running statistics, as `start_statistics` gives them.
            inputs: `(batch, *input_shape)`.
            context: Training or not, the key of random draws, the tape.

        Returns:
            The logits, and the statistics after this batch.
        """
        outputs = inputs
        rest = list(self.layers)
        while rest:
            layer = rest.pop(0)
            following = rest[0] if rest else None
            if context.tape is None and isinstance(following, MaxPool2D) and _can_be_pooled_first(layer):
                outputs = layer.forward_pooled(params, outputs, following)
                rest.pop(0)
            else:
                outputs, statistics = layer.forward(params, statistics, outputs, context)
        return outputs, statistics

    def batch_statistics(self, params: Params, inputs: Float[Array, "batch ..."]) -> Statistics:
        """Measure the statistics of one batch, as running statistics that have seen nothing else.

        They fit weights that were never trained, as those between two networks. Dropout is off.

        Args:
            params: Parameters by layer name, as `draw` gives them.
            inputs: `(batch, *input_shape)`.

        Returns:
            Statistics by layer name, as `start_statistics` gives them; empty without batch norm.
        """
        kept = {layer.name: layer.statistics_kept for layer in self.every_layer if layer.statistics_kept is not None}
        if not kept:
            return {}
        nothing = jax.tree.map(lambda array: jnp.zeros(array.shape, inputs.dtype), self.start_statistics())
        hides_none = Context(is_training=True, key=jax.random.key(0), dropout_rate=jnp.zeros((), inputs.dtype))
        _, updated = self.forward(params, nothing, inputs, hides_none)
        # From nothing, one step keeps 1 - momentum of the batch's own.
        return {name: {role: value / (1.0 - kept[name]) for role, value in updated[name].items()} for name in updated}

    def table(self) -> tuple[LayerRow, ...]:
        """Describe each layer in a row: name, kind, role, output shape, parameters, multiply-adds."""
        return tuple(layer.row for layer in self.layers)


def build_network(model: Sequence[AnyLayerSpec], input_shape: tuple[int, ...], num_outputs: int) -> Network:
    """Build a network for examples of one shape.

    Args:
        model: The layers, from the input on.
        input_shape: The shape of one example.
        num_outputs: The number that `units = "outputs"` stands for.

    Returns:
        The network.

    Raises:
        ShapeError: If a layer cannot take what the one before it gives; it is named, with the sizes.

    Example:
        >>> from descentlab.spec import DenseSpec
        >>> build_network([DenseSpec(units=8, activation="relu"), DenseSpec()], (4,), 3).table()[0].num_params
        40
    """
    return Network(_build_row(model, input_shape, num_outputs, prefix=""))


def _build_row(
    specs: Sequence[AnyLayerSpec], shape: tuple[int, ...], num_outputs: int, prefix: str
) -> tuple[Layer, ...]:
    layers: list[Layer] = []
    counts: Counter[str] = Counter()
    taken = {spec.name for spec in specs}
    for spec in specs:
        name = spec.name
        while name is None or (spec.name is None and name in taken):
            counts[spec.kind] += 1
            name = f"{spec.kind}{counts[spec.kind]}"
        layers.append(_build_layer(spec, prefix + name, shape, num_outputs))
        shape = layers[-1].output_shape
    return tuple(layers)


_SIMPLE: dict[type[AnyLayerSpec], Callable[..., Layer]] = {
    Conv2DSpec: Conv2D,
    MaxPool2DSpec: MaxPool2D,
    AvgPool2DSpec: AvgPool2D,
    GlobalAvgPool2DSpec: GlobalAvgPool2D,
    FlattenSpec: Flatten,
    ActivationSpec: Activation,
    PReLUSpec: PReLU,
    DropoutSpec: Dropout,
    BatchNormSpec: BatchNorm,
    LayerNormSpec: LayerNorm,
}
"""Layers that are built from their name, input shape and spec alone. A new kind of layer is added here."""


def _build_layer(spec: AnyLayerSpec, name: str, shape: tuple[int, ...], num_outputs: int) -> Layer:
    if isinstance(spec, DenseSpec):
        return Dense(name, shape, spec, num_outputs if spec.units == "outputs" else spec.units)
    if isinstance(spec, ResidualSpec):
        return Residual(name, shape, _build_row(spec.layers, shape, num_outputs, prefix=f"{name}/"))
    return _SIMPLE[type(spec)](name, shape, spec)


def _can_be_pooled_first(layer: Layer) -> TypeGuard[Conv2D]:
    return isinstance(layer, Conv2D) and layer.function.never_falls


def _with_inner(layers: Sequence[Layer]) -> list[Layer]:
    return [*layers, *(below for layer in layers for below in _with_inner(layer.inner))]
