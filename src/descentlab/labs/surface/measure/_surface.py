"""A surface to descend on: a formula of one or two variables over a domain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.core import SpecError
from descentlab.labs.surface.measure._latex import to_latex
from descentlab.labs.surface.measure._parse import parse_formula
from descentlab.labs.surface.measure._tree import FUNCTIONS, Node, evaluate, is_smooth, variables_of
from descentlab.training import precision_of

Domain = tuple[tuple[float, float], ...]
"""The lowest and the highest value of each variable."""

FEWEST_POINTS = 2048
"""Points that a program computes at least: more of them cost nothing, and each other number would compile anew."""

_JAX = {function.in_numpy: getattr(jnp, function.in_numpy) for function in FUNCTIONS.values()}


@dataclass(frozen=True)
class Surface:
    """A loss of one or two variables.

    Attributes:
        name: Name of the surface; if it has none, its formula.
        formula: The formula as it is typed.
        tree: The formula as a tree.
        domain: Range of each variable in which starts are drawn and minima are searched for.
        about: What the surface is known for, in a few words; empty for an unnamed formula.
        source: Author, title and year of the publication that it comes from.
        known_minima: Points where it is lowest according to the literature.
    """

    name: str
    formula: str
    tree: Node
    domain: Domain
    about: str = ""
    source: str = ""
    known_minima: tuple[tuple[float, ...], ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables: `x`, or `x` and `y`."""
        return ("x", "y")[: len(self.domain)]

    @property
    def dimensions(self) -> int:
        """Number of variables, one or two."""
        return len(self.domain)

    @property
    def latex(self) -> str:
        """The formula as LaTeX."""
        return to_latex(self.tree)

    @property
    def is_smooth(self) -> bool:
        """Whether it has derivatives wherever it has values."""
        return is_smooth(self.tree)

    @property
    def width(self) -> float:
        """Width of the domain along its longer side."""
        return max(high - low for low, high in self.domain)

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def make_surface(formula: str, *, domain: Domain | None = None) -> Surface:
    """Read a formula as a surface.

    Args:
        formula: A formula of x, or of x and y; see `parse_formula`.
        domain: Lowest and highest value of each variable, or of all. Default: -3 to 3.

    Returns:
        The surface.

    Raises:
        SpecError: If the formula cannot be read or has no x, or the domain does not fit.

    Example:
        >>> make_surface("x^4 - 3*x^2 + x").dimensions
        1
    """
    text = formula.strip()
    tree = parse_formula(text)
    variables = variables_of(tree)
    if "x" not in variables:
        what = "has y without x; call the only variable x" if variables else "has no variable; use x, or x and y"
        raise SpecError(f"the formula '{text[:60]}' {what}")
    return Surface(text, text, tree, check_domain(domain or ((-3.0, 3.0),), len(variables)))


def check_domain(domain: Domain, dimensions: int) -> Domain:
    """Return a domain with a range for each variable.

    Raises:
        SpecError: If there are too many ranges, or one is empty or not finite.
    """
    shown = ",".join(f"{low:g}:{high:g}" for low, high in domain)
    if len(domain) not in (1, dimensions):
        raise SpecError(f"--domain {shown}: expected one range, or one for each of {dimensions} variables")
    for low, high in domain:
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise SpecError(f"--domain {shown}: expected LOW:HIGH with LOW below HIGH, as -3:3 or -2:2,-1:3")
    return tuple((float(low), float(high)) for low, high in (domain * dimensions if len(domain) == 1 else domain))


def loss_fn(surface: Surface) -> Callable[[Mapping[str, Array]], Array]:
    """Return the surface as a function for JAX, of the variables by name, each an array of one shape."""

    def loss(point: Mapping[str, Array]) -> Array:
        return evaluate(surface.tree, point, jnp, _JAX)

    return loss


@dataclass(frozen=True)
class Local:
    """A surface around some points.

    Attributes:
        values: Loss at each point; not finite where the formula has no value.
        gradients: Gradient at each point.
        hessians: Hessian at each point.
    """

    values: Float[np.ndarray, " points"]
    gradients: Float[np.ndarray, "points dims"]
    hessians: Float[np.ndarray, "points dims dims"]


def look_at(surface: Surface, points: Float[np.ndarray, "points dims"]) -> Local:
    """Compute value, gradient and Hessian at some points, in 64 bits.

    Args:
        surface: The surface.
        points: The points.

    Returns:
        Values, gradients and Hessians.

    Example:
        >>> local = look_at(make_surface("x^3"), np.array([[2.0]]))
        >>> local.values.tolist(), local.gradients.tolist(), local.hessians.tolist()
        ([8.0], [[12.0]], [[[12.0]]])
    """
    with precision_of("float64"):
        values, gradients, hessians = local_of(surface, jax.device_put(_padded(points)))
    num = len(points)
    return Local(np.asarray(values)[:num], np.asarray(gradients)[:num], np.asarray(hessians)[:num])


def values_at(surface: Surface, points: Float[np.ndarray, "points dims"]) -> Float[np.ndarray, " points"]:
    """Compute the values at some points, in 64 bits."""
    with precision_of("float64"):
        return np.asarray(_values(surface, jax.device_put(_padded(points))))[: len(points)]


def _padded(points: Float[np.ndarray, "points dims"]) -> Float[np.ndarray, "padded dims"]:
    """Fill up to a power of two, so that a few compiled programs serve any number of points."""
    size = max(FEWEST_POINTS, 1 << max(0, len(points) - 1).bit_length())
    padded = np.zeros((size, points.shape[1]))
    padded[: len(points)] = points
    return padded


def _named(surface: Surface, points: Array) -> dict[str, Array]:
    return {name: points[:, k] for k, name in enumerate(surface.variables)}


@partial(jax.jit, static_argnums=0)
def _values(surface: Surface, points: Array) -> Array:
    return loss_fn(surface)(_named(surface, points))


@partial(jax.jit, static_argnums=0)
def local_of(surface: Surface, points: Array) -> Any:
    """Return values, gradients and Hessians at some points, for JAX."""
    loss = loss_fn(surface)

    # Each value depends on its own point alone, so the gradient of their sum holds the gradient of each.
    def gradient(at: Array) -> Array:
        return jax.grad(lambda each: loss(_named(surface, each)).sum())(at)

    def column(k: int) -> Array:
        direction = jnp.zeros_like(points).at[:, k].set(1.0)
        return jax.jvp(gradient, (points,), (direction,))[1]

    hessians = jnp.stack([column(k) for k in range(surface.dimensions)], axis=-1)
    return loss(_named(surface, points)), gradient(points), hessians
