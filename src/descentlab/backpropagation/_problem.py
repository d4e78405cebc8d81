"""What is asked: a network at certain weights, and the examples whose cost is to be differentiated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array as JaxArray, Float, Shaped

from descentlab.backpropagation._once import run_once
from descentlab.backpropagation._step import Array, Batch
from descentlab.core import ShapeError
from descentlab.networks import Context, Network, Tape
from descentlab.objectives import Objective

Tree = dict[str, dict[str, Array]]
"""Arrays by layer name and role, in float64."""

Shifts = Mapping[str, JaxArray]
"""What is added where: to `layer/role` of the parameters, to a tap as `layer/preactivation`, or to `inputs`."""


class Values(NamedTuple):
    """The arrays of a problem, as arguments of compiled programs.

    As constants inside them, every other example or weight would be a new program to compile.

    Attributes:
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        inputs: Examples as the network sees them.
        targets: Class ids, or standardised reals.
    """

    params: Any
    statistics: Any
    inputs: Any
    targets: Any


@dataclass(frozen=True, eq=False)
class Problem:
    """A network at certain weights, and the examples whose cost is to be differentiated.

    Attributes:
        network: The layers.
        objective: The loss, and what the logits mean.
        params: Learned arrays by layer and role; they are taken in float64.
        statistics: Running statistics.
        inputs: Examples as the network sees them, `(batch, *input_shape)`.
        targets: Class ids, or standardised reals.
        is_training: Whether batch norm uses the batch's own statistics and dropout drops.
        dropout_seed: Draws what dropout drops.

    Raises:
        ShapeError: If there is no example, or arrays do not fit the network.
    """

    network: Network
    objective: Objective
    params: Tree
    statistics: Tree
    inputs: Shaped[np.ndarray, "batch ..."]
    targets: Shaped[np.ndarray, "batch ..."]
    is_training: bool = False
    dropout_seed: int = 0

    def __post_init__(self) -> None:
        if not len(self.inputs) or len(self.inputs) != len(self.targets):
            raise ShapeError(
                f"back-propagation needs an example and a target each; there are {len(self.inputs)} examples and "
                f"{len(self.targets)} targets"
            )
        if self.inputs.shape[1:] != self.network.input_shape:
            raise ShapeError(
                f"examples of shape {self.inputs.shape[1:]} do not fit a network for {self.network.input_shape}"
            )
        for name, values in (("inputs", self.inputs), ("params", self.params), ("statistics", self.statistics)):
            object.__setattr__(self, name, jax.tree.map(lambda array: np.asarray(array, np.float64), values))

    @property
    def num_examples(self) -> int:
        """How many examples there are."""
        return len(self.inputs)

    @property
    def values(self) -> Values:
        """The arrays, to be handed to compiled programs."""
        return Values(self.params, self.statistics, self.inputs, self.targets)

    def rows(self, chosen: slice) -> "Problem":
        """Ask the same of some of the examples."""
        return Problem(
            self.network, self.objective, self.params, self.statistics, self.inputs[chosen], self.targets[chosen],
            is_training=self.is_training, dropout_seed=self.dropout_seed,
        )  # fmt: skip

    def context(self, tape: Tape | None = None) -> Context:
        """Return the context of the network's forward pass."""
        if not self.is_training:
            return Context(tape=tape)
        return Context(is_training=True, key=jax.random.key(self.dropout_seed), tape=tape)


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """The values of one forward pass, in float64.

    Attributes:
        taps: Each layer's preactivation and activation, by `layer/preactivation` and `layer/activation`.
        kept: The factors by which each dropout layer multiplied its inputs, where it dropped any.
        logits: The outputs of the last layer.
        losses: Each example's loss as the objective computes it.
    """

    taps: dict[str, Batch]
    kept: dict[str, Batch]
    logits: Float[np.ndarray, "batch outputs"]
    losses: Float[np.ndarray, " batch"]


def run_forward(problem: Problem) -> ForwardPass:
    """Take the examples through the network as it is, in float64, and record every layer.

    Args:
        problem: Network, weights and examples.

    Returns:
        All that passed.
    """
    passed = run_once(problem.network, lambda values: _record(problem, values), problem.values)
    taps, kept, logits, losses = jax.tree.map(np.asarray, passed)
    return ForwardPass(taps, kept, logits, losses)


def _record(problem: Problem, values: Values) -> tuple[Any, Any, JaxArray, JaxArray]:
    tape = Tape()
    logits, _ = problem.network.forward(values.params, values.statistics, values.inputs, problem.context(tape))
    kept = {}
    for layer in problem.network.every_layer if problem.is_training else ():
        if layer.dropout_rate is not None:
            # Ones that go through the same draw come out as what each value is multiplied by.
            ones = jnp.ones((problem.num_examples, *layer.input_shape), jnp.float64)
            kept[layer.name] = layer.forward({}, {}, ones, problem.context())[0]
    return tape.values, kept, logits, problem.objective.losses(logits, values.targets)


def shifted_losses(problem: Problem) -> Callable[[Values, Shifts], tuple[JaxArray, Mapping[str, JaxArray]]]:
    """Return the losses as a function of the problem's arrays and of what is added to them, and to taps, on the way.

    Args:
        problem: Network, weights and examples.

    Returns:
        A function of `problem.values` and shifts that gives each example's loss, and the values at all taps and of the
        inputs. Call it, and differentiate it, where 64 bits are allowed.
    """

    def losses(values: Values, shifts: Shifts) -> tuple[JaxArray, Mapping[str, JaxArray]]:
        params = {
            layer: {role: shifts.get(f"{layer}/{role}", 0.0) + array for role, array in arrays.items()}
            for layer, arrays in values.params.items()
        }
        tape = Tape(edits={name: lambda value, shift=shift: value + shift for name, shift in shifts.items()})
        inputs = values.inputs + shifts.get("inputs", 0.0)
        logits, _ = problem.network.forward(params, values.statistics, inputs, problem.context(tape))
        return problem.objective.losses(logits, values.targets), {**tape.values, "inputs": inputs}

    return losses
