"""Objectives: from logits to outputs, losses and right or wrong answers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Bool, Float, Shaped

from descentlab.core import SpecError
from descentlab.spec import BinaryCrossEntropySpec, CrossEntropySpec, HuberSpec, LossSpec, SquaredErrorSpec

Link = Literal["softmax", "sigmoid", "tanh", "linear"]


@dataclass(frozen=True)
class Objective(ABC):
    """The meaning of a network's logits, and their loss.

    Attributes:
        title: Name and unit of the loss, as charts write them.
        num_classes: Number of classes; 0 for regression.
    """

    title: ClassVar[str]

    num_classes: int

    @property
    @abstractmethod
    def link(self) -> Link:
        """Function that turns logits into outputs."""

    @property
    def has_vanishing_gradient(self) -> bool:
        """Whether the gradient vanishes where an output is saturated at the wrong end."""
        return False

    @property
    def num_outputs(self) -> int:
        """Number of logits that the network must compute: one per class, or one for two classes or a real number."""
        return self.num_classes if self.num_classes > 2 or self.link == "softmax" else 1

    @abstractmethod
    def losses(self, logits: Float[Array, "batch outputs"], targets: Shaped[Array, " batch"]) -> Float[Array, " batch"]:
        """Compute the loss of each example.

        Args:
            logits: Outputs of the last layer.
            targets: Class ids, or real targets.

        Returns:
            One loss per example; cross-entropies in nats.
        """

    def outputs(self, logits: Float[Array, "batch outputs"]) -> Float[Array, "batch outputs"]:
        """Pass the logits through the link."""
        return apply_link(self.link, logits)

    def probabilities(self, logits: Float[Array, "batch outputs"]) -> Float[Array, "batch classes"]:
        """Turn logits into one number per class; the numbers are not negative and sum to one over the classes.

        With cross-entropy they are the probabilities that the model states; with squared error they are its outputs,
        brought into that form so that they can be compared.
        """
        outputs = self.outputs(logits)
        if self.link == "softmax":
            return outputs
        if self.link == "tanh":
            outputs = (outputs + 1.0) / 2.0
        outputs = jnp.clip(outputs, 0.0, 1.0)
        if self.num_outputs == 1:
            return jnp.concatenate([1.0 - outputs, outputs], axis=1)
        total = jnp.sum(outputs, axis=1, keepdims=True)
        return jnp.where(total > 0.0, outputs / jnp.where(total > 0.0, total, 1.0), 1.0 / self.num_classes)

    def are_right(
        self, logits: Float[Array, "batch outputs"], targets: Shaped[Array, " batch"]
    ) -> Bool[Array, " batch"]:
        """Determine for each example whether its class is predicted correctly."""
        if self.num_outputs == 1:
            threshold = 0.5 if self.link == "linear" else 0.0
            return (logits[:, 0] > threshold) == (targets == 1)
        return jnp.argmax(logits, axis=1) == targets

    def _coded(self, targets: Shaped[Array, " batch"]) -> Float[Array, "batch outputs"]:
        """Code the targets as the outputs should be: 0 and 1 (-1 and 1 for tanh), or the real target itself."""
        if self.num_classes == 0:
            return targets[:, None]
        low = -1.0 if self.link == "tanh" else 0.0
        if self.num_outputs == 1:
            return jnp.where(targets[:, None] == 1, 1.0, low)
        return jnp.where(targets[:, None] == jnp.arange(self.num_classes)[None, :], 1.0, low)


@final
@dataclass(frozen=True)
class CrossEntropy(Objective):
    """Softmax cross-entropy: the negative logarithm of the probability of the right class, in nats."""

    title = "cross-entropy (nats)"

    @property
    def link(self) -> Link:
        return "softmax"

    def losses(self, logits: Float[Array, "batch outputs"], targets: Shaped[Array, " batch"]) -> Float[Array, " batch"]:
        # log_softmax subtracts the largest logit first, so that logits of 1000 and 999 lose no digits.
        is_target = targets[:, None] == jnp.arange(logits.shape[1])[None, :]
        return -jnp.sum(jnp.where(is_target, jax.nn.log_softmax(logits, axis=1), 0.0), axis=1)


@final
@dataclass(frozen=True)
class BinaryCrossEntropy(Objective):
    """Sigmoid cross-entropy, summed over the outputs: one output for two classes, else one per class."""

    title = "binary cross-entropy (nats)"

    @property
    def link(self) -> Link:
        return "sigmoid"

    def losses(self, logits: Float[Array, "batch outputs"], targets: Shaped[Array, " batch"]) -> Float[Array, " batch"]:
        # log(1 + e^z) - yz, which neither overflows nor takes the logarithm of zero.
        return jnp.sum(jax.nn.softplus(logits) - self._coded(targets) * logits, axis=1)


@final
@dataclass(frozen=True)
class SquaredError(Objective):
    """Squared error between outputs and coded targets, multiplied by a factor.

    Attributes:
        output: Function that turns logits into outputs.
        over_outputs: Whether the squares of several outputs are averaged or summed.
        factor: Factor of the loss, such as 0.5.
    """

    title = "squared error"

    output: Link
    over_outputs: Literal["mean", "sum"]
    factor: float

    @property
    def link(self) -> Link:
        return self.output

    @property
    def has_vanishing_gradient(self) -> bool:
        return self.output != "linear"

    def losses(self, logits: Float[Array, "batch outputs"], targets: Shaped[Array, " batch"]) -> Float[Array, " batch"]:
        squares = (self.outputs(logits) - self._coded(targets)) ** 2
        reduce = jnp.sum if self.over_outputs == "sum" else jnp.mean
        return self.factor * reduce(squares, axis=1)


@final
@dataclass(frozen=True)
class Huber(Objective):
    """Half the squared error up to `delta`, linear beyond it, so that the gradient of an outlier is bounded.

    Attributes:
        delta: Distance from the target at which the loss becomes linear.

    References:
        Huber, "Robust estimation of a location parameter" (1964).
    """

    title = "Huber loss"

    delta: float

    @property
    def link(self) -> Link:
        return "linear"

    def losses(self, logits: Float[Array, "batch outputs"], targets: Shaped[Array, " batch"]) -> Float[Array, " batch"]:
        distance = jnp.abs(self.outputs(logits) - self._coded(targets))
        near = jnp.minimum(distance, self.delta)
        return jnp.mean(0.5 * near**2 + self.delta * (distance - near), axis=1)


def apply_link(link: Link, logits: Float[Array, "..."]) -> Float[Array, "..."]:
    """Pass logits through softmax (over the last axis), sigmoid, tanh or nothing."""
    match link:
        case "softmax":
            return jax.nn.softmax(logits, axis=-1)
        case "sigmoid":
            return jax.nn.sigmoid(logits)
        case "tanh":
            return jnp.tanh(logits)
        case "linear":
            return logits


def build_objective(loss: LossSpec, num_classes: int) -> Objective:
    """Build the objective of a loss for a task.

    Args:
        loss: Description of the loss.
        num_classes: Number of classes; 0 for regression.

    Returns:
        The objective.

    Raises:
        SpecError: If the loss needs classes but the task is a regression, or if the output is bounded but the targets
            are real numbers.

    Example:
        >>> from descentlab.spec import CrossEntropySpec
        >>> build_objective(CrossEntropySpec(), num_classes=3).num_outputs
        3
    """
    is_regression = num_classes == 0
    match loss:
        case CrossEntropySpec() | BinaryCrossEntropySpec() if is_regression:
            raise SpecError(
                f"loss '{loss.kind}' needs classes, but the target is a real number; use squared-error "
                "(`--set loss=squared-error`)"
            )
        case CrossEntropySpec():
            return CrossEntropy(num_classes)
        case BinaryCrossEntropySpec():
            return BinaryCrossEntropy(num_classes)
        case SquaredErrorSpec():
            output: Link = ("linear" if is_regression else "sigmoid") if loss.output == "auto" else loss.output
            if is_regression and output in ("softmax", "sigmoid"):
                raise SpecError(f"output '{output}' cannot reach a real target; set loss.output to linear")
            return SquaredError(num_classes, output, loss.over_outputs, loss.factor)
        case HuberSpec():
            return Huber(num_classes, loss.delta)
