"""Multiply-adds of a training step, counted by the formula of each layer."""

from dataclasses import dataclass

from descentlab.core import SpecError
from descentlab.networks import Layer, Network, not_stated, unrolled
from descentlab.spec import AdamSpec, AdamWSpec, AnyOptimizerSpec, MomentumSpec, NesterovSpec, RmspropSpec, SgdSpec


@dataclass(frozen=True)
class LayerWork:
    """Multiply-adds of one layer.

    Attributes:
        name: Name of the layer.
        kind: Kind of layer.
        num_params: Number of learned numbers.
        forward: Multiply-adds of z = Wa for one example.
        weight_gradient: Multiply-adds of ∂C/∂W = δ a for one example: as many as forward.
        input_gradient: Multiply-adds of ∂C/∂a = W δ for one example: as many again; 0 where no layer below learns.
        update: Products of one update by the optimizer, whatever the batch size.
    """

    name: str
    kind: str
    num_params: int
    forward: int
    weight_gradient: int
    input_gradient: int
    update: int

    @property
    def backward(self) -> int:
        """Multiply-adds of the backward pass for one example."""
        return self.weight_gradient + self.input_gradient


@dataclass(frozen=True)
class Work:
    """Multiply-adds of a network's step.

    Attributes:
        layers: Counts of the layers in the order of the forward pass; a residual block is listed by its layers.
        batch_size: Number of examples in a step.
        update_per_weight: Products, quotients and roots of the optimizer for each weight.
    """

    layers: tuple[LayerWork, ...]
    batch_size: int
    update_per_weight: int

    @property
    def num_params(self) -> int:
        """Number of learned numbers, W."""
        return sum(layer.num_params for layer in self.layers)

    @property
    def forward(self) -> int:
        """Multiply-adds of the forward pass for one example."""
        return sum(layer.forward for layer in self.layers)

    @property
    def weight_gradient(self) -> int:
        """Multiply-adds of all ∂C/∂W for one example."""
        return sum(layer.weight_gradient for layer in self.layers)

    @property
    def input_gradient(self) -> int:
        """Multiply-adds of all ∂C/∂a for one example."""
        return sum(layer.input_gradient for layer in self.layers)

    @property
    def backward(self) -> int:
        """Multiply-adds of the backward pass for one example."""
        return self.weight_gradient + self.input_gradient

    @property
    def update(self) -> int:
        """Products of one update by the optimizer."""
        return sum(layer.update for layer in self.layers)

    @property
    def step(self) -> int:
        """Multiply-adds of a whole step: forward and backward pass of the batch, and the update."""
        return self.batch_size * (self.forward + self.backward) + self.update


def count_work(network: Network, optimizer: AnyOptimizerSpec, batch_size: int) -> Work:
    """Count the multiply-adds of a step.

    A weight that takes part in k products of the forward pass takes part in k products of its gradient, and in k
    products of the gradient by the inputs of its layer. So the backward pass costs twice as much as the forward pass,
    except in the lowest layer that learns: the gradient by the examples themselves is not needed. Operations without a
    product (biases, poolings, activations, the loss) are not counted.

    Args:
        network: Network with its layers.
        optimizer: Update rule.
        batch_size: Number of examples in a step.

    Returns:
        The counts of each layer.

    Raises:
        SpecError: If a layer does not state what its backward pass costs.

    Example:
        >>> from descentlab.networks import build_network
        >>> from descentlab.spec import DenseSpec
        >>> network = build_network([DenseSpec(units=8), DenseSpec()], (4,), 3)
        >>> work = count_work(network, SgdSpec(), batch_size=5)
        >>> work.forward, work.weight_gradient, work.input_gradient, work.update
        (56, 56, 24, 67)
    """
    per_weight = _update_products(optimizer)
    counted: list[LayerWork] = []
    learns_below = False
    for layer in unrolled(network.layers):
        num_params, (by_params, by_inputs) = layer.num_params, _products_back(layer)
        counted.append(
            LayerWork(
                layer.name,
                layer.kind,
                num_params,
                layer.multiply_adds,
                by_params,
                by_inputs if learns_below else 0,
                per_weight * num_params,
            )
        )
        learns_below = learns_below or num_params > 0
    return Work(tuple(counted), batch_size, per_weight)


def _products_back(layer: Layer) -> tuple[int, int]:
    stated = layer.multiply_adds_back
    if stated is None:
        raise SpecError(f"the cost of a gradient is {not_stated([layer], 'the multiply-adds of its backward pass')}")
    return stated


def _update_products(optimizer: AnyOptimizerSpec) -> int:
    """Count the products, quotients and roots in the update of one weight, as textbooks write the rules."""
    match optimizer:
        case SgdSpec():
            products = 1
        case MomentumSpec():
            products = 2
        case NesterovSpec():
            products = 3
        case RmspropSpec():
            products = 6
        case AdamWSpec():
            products = 11
        case AdamSpec():
            products = 10
    return products + (optimizer.l1 > 0.0) + (optimizer.l2 > 0.0) + 2 * (optimizer.clip_norm is not None)
