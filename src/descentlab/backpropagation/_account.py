"""Back-propagation through a network, with every number kept."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._cost import CostAccount, account_for_cost
from descentlab.backpropagation._problem import ForwardPass, Problem, Tree, run_forward
from descentlab.backpropagation._rules import step_of
from descentlab.backpropagation._step import Array, BackwardStep, Batch, Formula, LayerValues, Place
from descentlab.backpropagation._sum import Sum
from descentlab.core import SpecError, unknown_name
from descentlab.networks import Layer, WeightedSum


@dataclass(frozen=True, eq=False)
class LayerAccount:
    """One layer's part of back-propagation. A row of an array belongs to one example.

    Attributes:
        step: The layer with its rule, from which sums and single examples' gradients are computed on demand.
        activation_gradient: ∂C/∂a, as it came from above.
        delta: ∂C/∂z.
        gradients: ∂C/∂θ by role ("weight", "bias"), averaged over the examples.
        input_gradient: ∂C/∂a of the layer below.
    """

    step: BackwardStep[Any]
    activation_gradient: Batch
    delta: Batch
    gradients: dict[str, Array]
    input_gradient: Batch

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.step.layer.name

    @property
    def kind(self) -> str:
        """The layer's kind, as in a spec."""
        return self.step.layer.kind

    @property
    def inputs(self) -> Batch:
        """The activations of the layer below."""
        return self.step.values.inputs

    @property
    def preactivation(self) -> Batch:
        """The values z; the activations of a layer that records no z."""
        return self.step.values.preactivation

    @property
    def activation(self) -> Batch:
        """The values a = σ(z)."""
        return self.step.values.activation

    @property
    def params(self) -> dict[str, Array]:
        """The layer's learned arrays by role."""
        return self.step.values.params

    @property
    def has_preactivation(self) -> bool:
        """Whether z is recorded apart from a, as in layers with weights and in those of a function alone."""
        return self.step.values.preactivation is not self.step.values.activation

    @property
    def weighted_sum(self) -> WeightedSum | None:
        """How the layer's weights multiply its inputs; None where it is no weighted sum."""
        return self.step.layer.weighted_sum

    @property
    def is_curved(self) -> bool:
        """Whether the layer ends in a non-linear function; where it does not state that, its rule's slope is shown."""
        return self.step.layer.activation != "linear"

    @property
    def slope(self) -> Batch:
        """σ'(z); 1 where the layer has no non-linear function of its own."""
        return self.step.slope

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The rules of this kind of layer, as LaTeX and as text."""
        return self.step.formulas()

    def example_gradients(self, row: int) -> dict[str, Array]:
        """Return the gradients by one example's cost; their mean over the batch is `gradients`."""
        return self.step.gradients(self.delta, self.activation_gradient, slice(row, row + 1))

    def gradient_sum(self, role: str, place: Place) -> Sum:
        """Write one entry of ∂C/∂θ, averaged over the examples, as the sum that it is."""
        return self.step.gradient_sum(role, place, self.delta, self.activation_gradient)


@dataclass(frozen=True, eq=False)
class Account:
    """The whole of back-propagation for some examples, from the inputs to the cost and back.

    Attributes:
        problem: The network, its weights and the examples.
        cost: The cost of the outputs, and the first step of the backward pass.
        layers: The layers from the input on; those inside a residual block stand before their block.
        input_gradient: ∂C/∂x of each example's inputs x.
    """

    problem: Problem
    cost: CostAccount
    layers: tuple[LayerAccount, ...]
    input_gradient: Batch

    @property
    def num_examples(self) -> int:
        """How many examples are accounted for."""
        return self.problem.num_examples

    @property
    def mean_cost(self) -> float:
        """The cost C, the mean over the examples."""
        return float(self.cost.costs.mean())

    @property
    def gradients(self) -> Tree:
        """∂C/∂θ of every learned array, averaged over the examples, by layer and role."""
        return {layer.name: layer.gradients for layer in self.layers if layer.gradients}

    @property
    def num_params(self) -> int:
        """How many numbers are learned."""
        return sum(array.size for arrays in self.gradients.values() for array in arrays.values())

    @cached_property
    def gradient_norm(self) -> float:
        """The length of the whole averaged gradient."""
        return float(np.linalg.norm(flatten(self.gradients)))

    def layer(self, name: str) -> LayerAccount:
        """Return one layer's part by the layer's name.

        Raises:
            SpecError: If there is no such layer; the message lists those that there are.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise SpecError(unknown_name("layer", name, [layer.name for layer in self.layers]))

    def example_gradients(self, row: int) -> Tree:
        """Return the gradients by one example's cost, by layer and role."""
        return {layer.name: layer.example_gradients(row) for layer in self.layers if layer.gradients}


def account_for(problem: Problem) -> Account:
    """Take examples through a network and back, layer by layer, by the layers' own rules.

    In the forward pass the network computes a^l = σ(z^l) with z^l = W^l a^(l-1) + b^l, and similarly for other kinds of
    layers, then the cost C. In the backward pass each layer is given ∂C/∂a^l and computes

        δ^l = ∂C/∂z^l = ∂C/∂a^l σ'(z^l),   ∂C/∂W^l = δ^l a^(l-1),   ∂C/∂b^l = δ^l,   ∂C/∂a^(l-1) = W^l δ^l.

    Nothing here is automatic differentiation, so that `check` can hold it against that.

    Args:
        problem: Network, weights and examples.

    Returns:
        The account. All numbers are float64.

    Raises:
        SpecError: If a layer or the loss has no backward rule.

    Example:
        >>> from descentlab.networks import build_network
        >>> from descentlab.objectives import Task, build_objective
        >>> from descentlab.spec import CrossEntropySpec, DenseSpec, HeadSpec
        >>> network = build_network([DenseSpec(name="output")], (2,), 3)
        >>> params = {"output": {"weight": np.zeros((2, 3)), "bias": np.zeros(3)}}
        >>> objective = build_objective(CrossEntropySpec(), HeadSpec(), Task("classes", 3))
        >>> account = account_for(Problem(network, objective, params, {}, np.array([[3.0, -6.0]]), np.array([2])))
        >>> account.layer("output").delta.round(3).tolist()  # p - y
        [[0.333, 0.333, -0.667]]
        >>> account.layer("output").gradients["weight"].round(3).tolist()  # a δ
        [[1.0, 1.0, -2.0], [-2.0, -2.0, 4.0]]

    References:
        Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986).
        Nielsen, "Neural Networks and Deep Learning", chapter 2 (2015).
    """
    passed = run_forward(problem)
    cost = account_for_cost(problem.objective, passed.logits, problem.targets)
    layers, below = _walk_back(problem, passed, problem.network.layers, problem.inputs, cost.delta)
    return Account(problem, cost, tuple(layers), below)


def _walk_back(
    problem: Problem, passed: ForwardPass, layers: tuple[Layer, ...], inputs: Batch, upstream: Batch
) -> tuple[list[LayerAccount], Batch]:
    """Go back through a row of layers; return their accounts in forward order, and ∂S/∂a of what lies below them."""
    accounts: list[LayerAccount] = []
    befores = [inputs, *(passed.taps[f"{layer.name}/activation"] for layer in layers[:-1])]
    for layer, before in zip(reversed(layers), reversed(befores), strict=True):
        step = step_of(layer, _values(problem, passed, layer, before))
        inner: list[LayerAccount] = []
        if layer.inner:
            inner, through = _walk_back(problem, passed, layer.inner, before, upstream)
            step = step.with_inner(through)
        delta = step.delta(upstream)
        averaged = {role: array / problem.num_examples for role, array in step.gradients(delta, upstream).items()}
        below = step.below(delta)
        accounts = [*inner, LayerAccount(step, upstream, delta, averaged, below), *accounts]
        upstream = below
    return accounts, upstream


def _values(problem: Problem, passed: ForwardPass, layer: Layer, before: Batch) -> LayerValues:
    activation = passed.taps[f"{layer.name}/activation"]
    return LayerValues(
        inputs=before,
        preactivation=passed.taps.get(f"{layer.name}/preactivation", activation),
        activation=activation,
        params=problem.params.get(layer.name, {}),
        statistics=problem.statistics.get(layer.name, {}),
        is_training=problem.is_training,
        kept=passed.kept.get(layer.name),
    )


def flatten(tree: Tree) -> Float[np.ndarray, " params"]:
    """Lay arrays by layer and role out as one vector, in the tree's own order."""
    parts = [array.ravel() for arrays in tree.values() for array in arrays.values()]
    return np.concatenate(parts) if parts else np.zeros(0)
