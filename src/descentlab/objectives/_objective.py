"""Objectives: from logits to outputs, losses and right or wrong answers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Bool, Float, Int, Shaped

from descentlab.objectives._head import Head
from descentlab.objectives._task import Task
from descentlab.spec import LossName, Over

Targets = Shaped[Array, "batch ..."]
"""Class ids `(batch,)`; labels of 0 and 1 `(batch, size)`; numbers `(batch,)` if there is one, else `(batch, size)`."""


@dataclass(frozen=True)
class Objective(ABC):
    """The meaning of a network's logits, and their loss.

    Targets are coded as the outputs should be: one output a class (low, but for the right class), a label or a number.
    A single output for classes is to be the class id as a number, 0 and 1 for two classes. A check may be switched off,
    and outputs and targets then differ in number:

    - *Classes.* An output beyond the classes is low for every example; a class beyond the outputs is no output's, and
      never predicted.
    - *Labels, numbers.* A single output is compared with every target, and every output with a single target, as
      PyTorch and Keras broadcast; else those that have no partner take no part in the loss, and are predicted as 0.

    Attributes:
        title: Name and unit of the loss, as charts write them.
        loss_name: Kind of the loss.
        task: What the network answers.
        head: What the logits pass through.
        over_batch: Whether training minimises the mean or the sum of a batch's losses.
    """

    title: ClassVar[str]
    loss_name: ClassVar[LossName]

    task: Task
    head: Head
    over_batch: Over

    @property
    def num_classes(self) -> int:
        """Number of classes; 0 if the target is no class."""
        return self.task.size if self.task.kind == "classes" else 0

    @property
    def num_outputs(self) -> int:
        """Number of logits that the network must compute."""
        return self.head.outputs

    @property
    def has_right_answers(self) -> bool:
        """Whether an answer is right or wrong, rather than near or far."""
        return self.task.kind != "numbers"

    @property
    def is_fused(self) -> bool:
        """Whether the loss is computed together with the head, from the logits."""
        return self.head.facts.fused_with == self.loss_name

    @property
    def has_vanishing_gradient(self) -> bool:
        """Whether the gradient vanishes where an output is saturated at the wrong end."""
        return self.head.facts.saturates and not self.is_fused

    @abstractmethod
    def losses(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Float[Array, " batch"]:
        """Compute the loss of each example.

        Args:
            logits: Outputs of the last layer.
            targets: Class ids, labels or numbers.

        Returns:
            One loss per example; cross-entropies in nats.
        """

    def smoothed_losses(
        self, logits: Float[Array, "batch outputs"], targets: Targets, share: Float[Array, ""] | float
    ) -> Float[Array, " batch"]:
        """Compute the expected loss of each example where a label is drawn anew, evenly, with a probability.

        For cross-entropies this is label smoothing as PyTorch and Keras have it: the loss for targets of
        `1 - share + share / K` and `share / K`. With the squared error, gradients are those of such targets too.

        Args:
            logits: Outputs of the last layer.
            targets: Class ids or labels.
            share: The probability, from 0 to 1.

        Returns:
            One loss per example.

        References:
            Szegedy et al., "Rethinking the Inception architecture for computer vision" (2016), section 7.
        """
        if self.task.kind == "labels":
            either = (self.losses(logits, targets) + self.losses(logits, 1 - targets)) / 2
        else:
            ids = jnp.arange(self.num_classes, dtype=targets.dtype)[:, None]
            of_class = jax.vmap(lambda each: self.losses(logits, each))
            either = jnp.mean(of_class(jnp.broadcast_to(ids, (len(ids), len(targets)))), axis=0)
        return (1.0 - share) * self.losses(logits, targets) + share * either

    def kink_sides(self, logits: Float[Array, "batch outputs"], targets: Targets) -> tuple[Int[Array, "..."], ...]:
        """Say on which side of each corner of the head and of the loss every output is, in whole numbers."""
        sides = tuple(jnp.sign(logits - at).astype(jnp.int8) for at in self.head.facts.kinks)
        return (*sides, *self._loss_sides(*self.pair(self.outputs(logits), targets)))

    def outputs(self, logits: Float[Array, "batch outputs"]) -> Float[Array, "batch outputs"]:
        """Pass the logits through the head."""
        return self.head.of(logits)

    def answers(self, logits: Float[Array, "batch outputs"]) -> Float[Array, "batch answers"]:
        """Turn logits into what the network answers.

        Returns:
            Shares of the classes as `probabilities` gives them, a share for each label, or the numbers.
        """
        if self.task.kind != "numbers":
            return self.probabilities(logits)
        return self._one_each(self.outputs(logits))

    def probabilities(self, logits: Float[Array, "batch outputs"]) -> Float[Array, "batch classes"]:
        """Turn logits into one number per class; the numbers are not negative and sum to one over the classes.

        With cross-entropy they are the probabilities that the model states; with other losses they are its outputs,
        brought into that form so that they can be compared. Of labels there is one for each label, and they have no
        sum. A single output for more than two classes is shared between the two class ids that it lies between.
        """
        low, high = self.head.codes
        outputs = (self.outputs(logits) - low) / (high - low) if (low, high) != (0.0, 1.0) else self.outputs(logits)
        if self.task.kind == "labels":
            return self._one_each(jnp.clip(outputs, 0.0, 1.0))
        count = self.task.size
        if self.num_outputs == 1:
            if count == 2:
                share = jnp.clip(outputs, 0.0, 1.0)
                return jnp.concatenate([1.0 - share, share], axis=1)
            return jnp.clip(1.0 - jnp.abs(jnp.clip(outputs, 0.0, count - 1.0) - jnp.arange(count)[None, :]), 0.0, 1.0)
        if self.head.facts.is_joint and count == self.num_outputs:
            return outputs
        outputs = jnp.clip(outputs, 0.0, 1.0)[:, :count]
        outputs = jnp.pad(outputs, ((0, 0), (0, count - outputs.shape[1])))
        total = jnp.sum(outputs, axis=1, keepdims=True)
        return jnp.where(total > 0.0, outputs / jnp.where(total > 0.0, total, 1.0), 1.0 / count)

    def predicted(self, logits: Float[Array, "batch outputs"]) -> Shaped[Array, "batch ..."]:
        """Decide on an answer.

        Returns:
            Class ids, those of the largest output; labels of 0 and 1, those nearer to the output; or the numbers.
        """
        if self.task.kind == "numbers":
            return self.answers(logits)
        if self.task.kind == "labels":
            return self._one_each(self._is_on(logits).astype(jnp.int32))
        if self.num_outputs > 1:
            # Two outputs may round to the same where their logits do not.
            ordered = logits if self.head.facts.keeps_order else self.outputs(logits)
            return jnp.argmax(ordered[:, : self.task.size], axis=1)
        if self.task.size == 2:
            return self._is_on(logits)[:, 0].astype(jnp.int32)
        low, high = self.head.codes
        nearest = jnp.round((self.outputs(logits)[:, 0] - low) / (high - low))
        return jnp.clip(nearest, 0, self.task.size - 1).astype(jnp.int32)

    def are_right(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Bool[Array, " batch"]:
        """Determine for each example whether its class, or every one of its labels, is predicted correctly.

        One wrong label makes an example wrong ("subset accuracy", scikit-learn's `accuracy_score` of several labels):
        it is the only reading under which an example is right or wrong as a whole.
        """
        if self.task.kind == "labels":
            return jnp.all(self.predicted(logits) == targets, axis=1)
        if self.num_outputs == 1 and self.task.size == 2:
            return self._is_on(logits)[:, 0] == (targets == 1)
        return self.predicted(logits) == targets

    def coded(self, targets: Targets) -> Float[Array, "batch columns"]:
        """Code the targets as the outputs should be: 0 and 1, -1 and 1, or the numbers themselves."""
        low, high = self.head.codes
        match self.task.kind:
            case "numbers":
                return targets if targets.ndim == 2 else targets[:, None]
            case "labels":
                return jnp.where(targets == 1, high, low)
            case "classes" if self.num_outputs > 1:
                return jnp.where(targets[:, None] == jnp.arange(self.num_outputs)[None, :], high, low)
            case "classes" if self.task.size == 2:
                return jnp.where(targets[:, None] == 1, high, low)
            case "classes":
                return low + (high - low) * targets[:, None]

    def pair(
        self, outputs: Float[Array, "batch outputs"], targets: Targets
    ) -> tuple[Float[Array, "batch pairs"], Float[Array, "batch pairs"]]:
        """Pair the outputs with the coded targets; see the class."""
        coded = self.coded(targets).astype(outputs.dtype)
        if outputs.shape[1] != coded.shape[1]:
            if min(outputs.shape[1], coded.shape[1]) == 1:
                outputs, coded = jnp.broadcast_arrays(outputs, coded)
            else:
                least = min(outputs.shape[1], coded.shape[1])
                outputs, coded = outputs[:, :least], coded[:, :least]
        return outputs, coded

    def _loss_sides(self, outputs: Array, coded: Array) -> tuple[Int[Array, "..."], ...]:
        return ()

    def _is_on(self, logits: Array) -> Bool[Array, "batch outputs"]:
        threshold = self.head.threshold
        return self.outputs(logits) > self.head.middle if threshold is None else logits > threshold

    def _one_each(self, columns: Shaped[Array, "batch outputs"]) -> Shaped[Array, "batch answers"]:
        """Bring columns to one for each label or number of the target."""
        width, size = columns.shape[1], self.task.size
        if width == 1:
            return jnp.repeat(columns, size, axis=1)
        return jnp.pad(columns[:, :size], ((0, 0), (0, max(0, size - width))))


def reduce_outputs(over: Over, terms: Float[Array, "batch pairs"]) -> Float[Array, " batch"]:
    """Add up or average the terms of an example's outputs."""
    return jnp.sum(terms, axis=1) if over == "sum" else jnp.mean(terms, axis=1)
