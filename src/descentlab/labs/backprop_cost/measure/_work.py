"""Multiply-adds of a step of training, counted by the layers' own formulas."""

from dataclasses import dataclass

from descentlab.core import SpecError
from descentlab.networks import Layer, Network, not_stated, unrolled
from descentlab.spec import AdamSpec, AdamWSpec, AnyOptimizerSpec, MomentumSpec, NesterovSpec, RmspropSpec, SgdSpec


@dataclass(frozen=True)
class LayerWork:
    """Multiply-adds of one layer.

    Attributes:
        name: The layer.
        kind: What it is.
        num_params: How many numbers it learns.
        forward: Of z = Wa, for one example.
        weight_gradient: Of ∂C/∂W = δ a, for one example: as many again, for each weight is used as often.
        input_gradient: Of ∂C/∂a = W δ, for one example: the same once more; 0 where nothing below is learned.
        update: Of one step of the optimizer, however many examples are in the batch.
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
        """Multiply-adds of the way back, for one example."""
        return self.weight_gradient + self.input_gradient


@dataclass(frozen=True)
class Work:
    """Multiply-adds of a network's step.

    Attributes:
        layers: In the order in which they are passed; those of a residual block stand for it.
        batch_size: Examples in a step.
        update_per_weight: Multiplications, divisions and roots of the optimizer for each weight.
    """

    layers: tuple[LayerWork, ...]
    batch_size: int
    update_per_weight: int

    @property
    def num_params(self) -> int:
        """W, how many numbers are learned."""
        return sum(layer.num_params for layer in self.layers)

    @property
    def forward(self) -> int:
        """Of the way forward, for one example."""
        return sum(layer.forward for layer in self.layers)

    @property
    def weight_gradient(self) -> int:
        """Of all ∂C/∂W, for one example."""
        return sum(layer.weight_gradient for layer in self.layers)

    @property
    def input_gradient(self) -> int:
        """Of all ∂C/∂a, for one example."""
        return sum(layer.input_gradient for layer in self.layers)

    @property
    def backward(self) -> int:
        """Of the way back, for one example."""
        return self.weight_gradient + self.input_gradient

    @property
    def update(self) -> int:
        """Of the optimizer's step."""
        return sum(layer.update for layer in self.layers)

    @property
    def step(self) -> int:
        """Of a whole step: the batch forward and back, and the update."""
        return self.batch_size * (self.forward + self.backward) + self.update


def count_work(network: Network, optimizer: AnyOptimizerSpec, batch_size: int) -> Work:
    """Count the multiply-adds of a step.

    A weight that takes part in k products on the way forward takes part in k on the way to its own gradient, and in k
    on the way to that of the layer's inputs. So the way back costs twice the way forward, less what the lowest layer
    that learns is spared: nobody asks how the cost depends on the examples. What is added, compared or looked up
    without a product (biases, poolings, activations, the loss) is not counted.

    Args:
        network: The layers.
        optimizer: The update rule.
        batch_size: Examples in a step.

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
        raise SpecError(f"what a gradient costs is {not_stated([layer], 'the multiply-adds of its backward pass')}")
    return stated


def _update_products(optimizer: AnyOptimizerSpec) -> int:
    """Count the products, quotients and roots of one weight's update as the rules are written down."""
    match optimizer:
        case SgdSpec():
            own = 1
        case MomentumSpec():
            own = 2
        case NesterovSpec():
            own = 3
        case RmspropSpec():
            own = 6
        case AdamWSpec():
            own = 11
        case AdamSpec():
            own = 10
    return own + (optimizer.l1 > 0.0) + (optimizer.l2 > 0.0) + 2 * (optimizer.clip_norm is not None)
