"""A number written as a sum of products."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Term:
    """One product of a sum.

    Attributes:
        label: The place that the term comes from, as `a[3]`.
        factors: The numbers that are multiplied, in the order of the sum's `factor_names`.
        value: The product.
    """

    label: str
    factors: tuple[float, ...]
    value: float


@dataclass(frozen=True)
class Largest:
    """The largest terms of a sum, and all others as one number, so that the total still adds up.

    Attributes:
        terms: The largest terms, the largest first.
        num_rest: The number of other terms.
        rest: The sum of the other terms.
        constants: Numbers that are added to the products, as `("b", 0.1)`.
        total: The whole sum.
    """

    terms: tuple[Term, ...]
    num_rest: int
    rest: float
    constants: tuple[tuple[str, float], ...]
    total: float


@dataclass(frozen=True, eq=False)
class Sum:
    """One number of the account as a sum of products.

    Attributes:
        name: The name of the number, as `z[3]`.
        labels: The place that each term comes from.
        factor_names: The names of the factors of each term.
        factors: The factors of each term.
        constants: Numbers that are added to the products, by name.

    Example:
        >>> z = Sum("z[0]", ("a[0]", "a[1]"), ("w", "a"), np.array([[2.0, 0.5], [1.0, -3.0]]), (("b", 0.25),))
        >>> z.total
        -1.75
        >>> z.largest(1)
        Largest(terms=(Term(label='a[1]', factors=(1.0, -3.0), value=-3.0),), num_rest=1, rest=1.0,
            constants=(('b', 0.25),), total=-1.75)
    """

    name: str
    labels: tuple[str, ...]
    factor_names: tuple[str, ...]
    factors: Float[np.ndarray, "terms factors"]
    constants: tuple[tuple[str, float], ...] = ()

    @property
    def values(self) -> Float[np.ndarray, " terms"]:
        """Each term's product."""
        return self.factors.prod(axis=1)

    @property
    def total(self) -> float:
        """What all terms add up to."""
        return float(self.values.sum()) + sum(value for _, value in self.constants)

    def largest(self, top: int) -> Largest:
        """Name the largest terms and add up the others.

        Args:
            top: How many terms to name.

        Returns:
            The terms; the rest is what is left of the total, so that no rounding is lost between them.
        """
        values = self.values
        order = np.argsort(-np.abs(values), kind="stable")[:top]
        left = np.delete(values, order)
        terms = tuple(Term(self.labels[k], tuple(map(float, self.factors[k])), float(values[k])) for k in order)
        return Largest(terms, len(left), float(left.sum()), self.constants, self.total)


def at(letter: str, place: Iterable[int]) -> str:
    """Word a place in an array, as `a[3]` or `a[2,5,0]`."""
    return f"{letter}[{','.join(map(str, place))}]"


def all_at(letter: str, places: Int[np.ndarray, "terms axes"]) -> tuple[str, ...]:
    """Word many places in an array."""
    return tuple(at(letter, place) for place in places.tolist())


def all_places(shape: tuple[int, ...]) -> Int[np.ndarray, "terms axes"]:
    """List every place of an array of some shape, the last axis running fastest."""
    return np.indices(shape).reshape(len(shape), -1).T
