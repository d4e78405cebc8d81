"""The head of one network: its kind, the number of its outputs, and how targets are coded for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.core import SpecError
from descentlab.spec import CODES, HEADS, Coding, HeadFacts, HeadName


@dataclass(frozen=True)
class _Maps:
    """The functions of a kind of head. `logit` is the inverse of a head that has one."""

    of: Callable[[Array], Array]
    logit: Callable[[Any], Any] | None = None


_MAPS: dict[HeadName, _Maps] = {
    "linear": _Maps(lambda z: z, np.asarray),
    "softmax": _Maps(lambda z: jax.nn.softmax(z, axis=-1)),
    "sigmoid": _Maps(jax.nn.sigmoid, lambda a: np.log(a / (1.0 - a))),
    "tanh": _Maps(jnp.tanh, np.arctanh),
    "relu": _Maps(jax.nn.relu, np.asarray),
    "exponential": _Maps(jnp.exp, np.log),
}
NEAR_THE_END = 1e-6
"""How near to the end of a head's range an output may be whose logit is asked for, as at the end it is infinite."""


@dataclass(frozen=True)
class Head:
    """What a network's logits pass through.

    Attributes:
        activation: Kind of head by name.
        outputs: Number of logits, and of outputs.
        coding: How classes and labels are coded as targets of the outputs.
    """

    activation: HeadName
    outputs: int
    coding: Coding = "0/1"

    @property
    def facts(self) -> HeadFacts:
        """What is known of its kind."""
        return HEADS[self.activation]

    @property
    def codes(self) -> tuple[float, float]:
        """Targets of an output whose class or label is wrong, and right."""
        return CODES[self.coding]

    @property
    def middle(self) -> float:
        """Output half-way between wrong and right."""
        return sum(self.codes) / 2.0

    @property
    def threshold(self) -> float | None:
        """Logit above which an output is nearer to right than to wrong; None if it depends on the other logits."""
        return None if self.facts.is_joint else float(self.logit(np.array(self.middle)))

    def of(self, logits: Float[Array, "..."]) -> Float[Array, "..."]:
        """Compute the outputs of logits; a joint head goes over the last axis."""
        return _MAPS[self.activation].of(logits)

    def logit(self, outputs: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return the logits of outputs; of outputs outside of the head's range, those of the nearest ones inside."""
        inverse = _MAPS[self.activation].logit
        if inverse is None:
            raise SpecError(f"an output of head.activation='{self.activation}' has no logit of its own; use linear")
        low, high = self.facts.range
        return np.asarray(inverse(np.clip(outputs, low + NEAR_THE_END, high - NEAR_THE_END)))
