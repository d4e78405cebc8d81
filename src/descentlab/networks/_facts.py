"""The forms in which layers state their facts."""

from dataclasses import dataclass
from typing import Any, Literal

Factor = Literal["positive", "sign"]
"""A number that goes through unchanged: any positive one, f(ca) = c f(a), or -1, f(-a) = -f(a)."""
Factors = frozenset[Factor]
NO_FACTOR: Factors = frozenset()
POSITIVE: Factors = frozenset({"positive"})
SIGN: Factors = frozenset({"sign"})
ALL_FACTORS: Factors = frozenset({"positive", "sign"})

Pointwise = Literal["alike", "by channel", "no"]
"""Whether each output depends on the one input at its place: by the same function everywhere, or by a function of its
channel."""

SATURATED_AT = 0.99
"""A unit beyond this share of its range is saturated: its slope is 2% of the largest, or less."""


@dataclass(frozen=True)
class WeightedSum:
    """A layer's z = m Wa + b: W is its learned array `weight`, b its `bias`.

    Attributes:
        is_slid: Whether the same weights are slid over all places of a picture; else each unit weighs every input.
        has_bias: Whether there is a b.
        is_padded: Whether zeros are put around the picture before.
        multiplier: The number m.
    """

    is_slid: bool
    has_bias: bool
    is_padded: bool = False
    multiplier: float = 1.0


@dataclass(frozen=True)
class Saturation:
    """The outputs at which a function hardly answers to its input any more.

    Attributes:
        bounds: The lowest and the highest output, where the function flattens towards both.
        at_most: The output up to which the function is flat, where it flattens towards one side alone.
        is_dead: Whether the slope there is exactly 0, so that a unit is dead and not merely saturated.
    """

    bounds: tuple[float, float] | None = None
    at_most: float | None = None
    is_dead: bool = False

    @property
    def can_happen(self) -> bool:
        """Whether there are such outputs at all."""
        return self.bounds is not None or self.at_most is not None

    def holds(self, outputs: Any) -> Any:
        """Say which outputs are among them.

        Args:
            outputs: A NumPy or a JAX array.

        Returns:
            True or False for each, as an array of the same kind.
        """
        if self.bounds is not None:
            low, high = self.bounds
            return abs((2.0 * outputs - (low + high)) / (high - low)) > SATURATED_AT
        return outputs <= (float("-inf") if self.at_most is None else self.at_most)


NEVER_SATURATED = Saturation()
