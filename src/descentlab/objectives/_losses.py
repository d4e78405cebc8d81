"""The losses. A new one is a class here, a rule in `_constant.py`, and one in `backpropagation/_cost.py`."""

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, Int

from descentlab.objectives._objective import Objective, Targets, reduce_outputs
from descentlab.spec import Over

CLIPPED = 1e-7
"""How near to 0 and 1 an output may be whose logarithm is taken, where the loss is not fused with the head; Keras's."""


@final
@dataclass(frozen=True)
class CrossEntropy(Objective):
    """Minus the logarithm of the output of the right class, in nats.

    After any head but softmax it is what Keras computes: the outputs are divided by their sum, and held between 1e-7
    and 1 - 1e-7. Outputs that sum to 0 give NaN.
    """

    title = "cross-entropy (nats)"
    loss_name = "cross-entropy"

    def losses(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Float[Array, " batch"]:
        if self.is_fused and self.num_classes and self.num_outputs > 1 and self.head.codes == (0.0, 1.0):
            # log_softmax subtracts the largest logit first, so that logits of 1000 and 999 lose no digits.
            is_target = targets[:, None] == jnp.arange(logits.shape[1])[None, :]
            return -jnp.sum(jnp.where(is_target, jax.nn.log_softmax(logits, axis=1), 0.0), axis=1)
        logarithms, coded = self.pair(self._logarithms(logits), targets)
        return -jnp.sum(coded * logarithms, axis=1)

    def _logarithms(self, logits: Array) -> Array:
        if self.is_fused:
            return jax.nn.log_softmax(logits, axis=1)
        return jnp.log(jnp.clip(_as_shares(self.outputs(logits)), CLIPPED, 1.0 - CLIPPED))

    def _loss_sides(self, outputs: Array, coded: Array) -> tuple[Int[Array, "..."], ...]:
        return () if self.is_fused else (_clipped_sides(_as_shares(outputs)),)


@final
@dataclass(frozen=True)
class BinaryCrossEntropy(Objective):
    """Cross-entropy of each output by itself: -y ln a - (1 - y) ln(1 - a), in nats.

    After any head but a sigmoid the outputs are held between 1e-7 and 1 - 1e-7, as Keras does.

    Attributes:
        over_outputs: Whether the terms of several outputs are averaged or summed.
    """

    title = "binary cross-entropy (nats)"
    loss_name = "binary-cross-entropy"

    over_outputs: Over

    def losses(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Float[Array, " batch"]:
        if self.is_fused:
            # log(1 + e^z) - yz, which neither overflows nor takes the logarithm of zero.
            logits, coded = self.pair(logits, targets)
            return reduce_outputs(self.over_outputs, jax.nn.softplus(logits) - coded * logits)
        outputs, coded = self.pair(self.outputs(logits), targets)
        outputs = jnp.clip(outputs, CLIPPED, 1.0 - CLIPPED)
        terms = -coded * jnp.log(outputs) - (1.0 - coded) * jnp.log(1.0 - outputs)
        return reduce_outputs(self.over_outputs, terms)

    def _loss_sides(self, outputs: Array, coded: Array) -> tuple[Int[Array, "..."], ...]:
        return () if self.is_fused else (_clipped_sides(outputs),)


@final
@dataclass(frozen=True)
class SquaredError(Objective):
    """Squared error between outputs and coded targets, multiplied by a factor.

    Attributes:
        over_outputs: Whether the squares of several outputs are averaged or summed.
        factor: Factor of the loss, such as 0.5.
    """

    title = "squared error"
    loss_name = "squared-error"

    over_outputs: Over
    factor: float

    def losses(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Float[Array, " batch"]:
        outputs, coded = self.pair(self.outputs(logits), targets)
        return self.factor * reduce_outputs(self.over_outputs, (outputs - coded) ** 2)


@final
@dataclass(frozen=True)
class AbsoluteError(Objective):
    """Distance between outputs and coded targets; its best constant answer is the median.

    Attributes:
        over_outputs: Whether the distances of several outputs are averaged or summed.
    """

    title = "absolute error"
    loss_name = "absolute-error"

    over_outputs: Over

    def losses(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Float[Array, " batch"]:
        outputs, coded = self.pair(self.outputs(logits), targets)
        return reduce_outputs(self.over_outputs, jnp.abs(outputs - coded))

    def _loss_sides(self, outputs: Array, coded: Array) -> tuple[Int[Array, "..."], ...]:
        return (jnp.sign(outputs - coded).astype(jnp.int8),)


@final
@dataclass(frozen=True)
class Huber(Objective):
    """Half the squared error up to `delta`, linear beyond it, so that the gradient of an outlier is bounded.

    Attributes:
        over_outputs: Whether the terms of several outputs are averaged or summed.
        delta: Distance from the target at which the loss becomes linear.

    References:
        Huber, "Robust estimation of a location parameter" (1964).
    """

    title = "Huber loss"
    loss_name = "huber"

    over_outputs: Over
    delta: float

    def losses(self, logits: Float[Array, "batch outputs"], targets: Targets) -> Float[Array, " batch"]:
        outputs, coded = self.pair(self.outputs(logits), targets)
        distance = jnp.abs(outputs - coded)
        near = jnp.minimum(distance, self.delta)
        return reduce_outputs(self.over_outputs, 0.5 * near**2 + self.delta * (distance - near))

    def _loss_sides(self, outputs: Array, coded: Array) -> tuple[Int[Array, "..."], ...]:
        return (jnp.sign(jnp.abs(outputs - coded) - self.delta).astype(jnp.int8),)


def _as_shares(outputs: Array) -> Array:
    return outputs / jnp.sum(outputs, axis=1, keepdims=True)


def _clipped_sides(shares: Array) -> Array:
    above = (shares > CLIPPED).astype(jnp.int8)
    return above + (shares > 1.0 - CLIPPED).astype(jnp.int8)
