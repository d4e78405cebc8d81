"""Eigenvalues of a matrix that is known by its products alone (Lanczos), its trace, and the density of its spectrum."""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.core import ShapeError, generator

Product = Callable[[Array], Array]
"""Multiplies a symmetric matrix by a vector."""


@dataclass(frozen=True)
class Tridiagonal:
    """What Lanczos makes of a matrix: a small tridiagonal one that has its extreme eigenvalues.

    Attributes:
        diagonal: Its diagonal.
        beside: Its second diagonals, which are equal; the last entry leads out of it and bounds the errors.
        basis: The vectors in which it was found, a row a step.
    """

    diagonal: Float[np.ndarray, " steps"]
    beside: Float[np.ndarray, " steps"]
    basis: Float[np.ndarray, "steps size"] = field(repr=False)

    def eigen(self) -> tuple[Float[np.ndarray, " steps"], Float[np.ndarray, "steps steps"]]:
        """Return its eigenvalues, rising, and its eigenvectors as columns."""
        matrix = np.diag(self.diagonal) + np.diag(self.beside[:-1], 1) + np.diag(self.beside[:-1], -1)
        values, vectors = np.linalg.eigh(matrix)
        return values, vectors


@dataclass(frozen=True, eq=False)
class Extremes:
    """The two ends of a spectrum, each with a bound of its error.

    An estimate of the largest eigenvalue is never above it and one of the smallest never below, rounding apart: each is
    v.Av of a vector v of length 1. So a negative estimate proves that the matrix bends down somewhere.

    Attributes:
        largest: Largest eigenvalue, signed.
        largest_error: Some eigenvalue is at most this far from it.
        smallest: Smallest eigenvalue, signed; where the spectrum reaches below 0, the steepest way down.
        smallest_error: The same.
        num_products: Products with the matrix that were spent.
        upward: Direction of the largest eigenvalue, of length 1.
        downward: Direction of the smallest.
    """

    largest: float
    largest_error: float
    smallest: float
    smallest_error: float
    num_products: int
    upward: Float[np.ndarray, " size"] = field(repr=False)
    downward: Float[np.ndarray, " size"] = field(repr=False)


MAX_BASIS_BYTES = 2**30
"""Of a very large network fewer vectors are kept, and fewer steps made."""
CHECK_EVERY = 5


def lanczos(
    product: Product,
    start: Float[np.ndarray, " size"],
    *,
    num_steps: int,
    is_done: Callable[[Tridiagonal], bool] | None = None,
) -> Tridiagonal:
    """Run Lanczos with full re-orthogonalisation.

    Each step multiplies the matrix by a vector once and keeps the vector; the vectors so far are taken out of each new
    one twice, since in floating point they do not stay orthogonal by themselves, and copies of an eigenvalue appear.

    Args:
        product: Multiplies by the matrix.
        start: First vector, not zero.
        num_steps: Products to spend; at most the size.
        is_done: Asked every few steps whether what was found is enough.

    Returns:
        The tridiagonal matrix; shorter where the vectors span an invariant subspace earlier.

    Raises:
        ShapeError: If `start` is empty.

    References:
        Golub and Van Loan, "Matrix computations" (4th edition, 2013), chapter 10.
    """
    size = len(start)
    if not size:
        raise ShapeError("a network without weights has no curvature")
    dtype = start.dtype
    vector = start.astype(np.float64) / np.linalg.norm(start)
    basis = np.zeros((max(2, min(num_steps, size, MAX_BASIS_BYTES // (8 * size))), size))
    diagonal: list[float] = []
    beside: list[float] = []
    scale = 0.0

    def found(last: int) -> Tridiagonal:
        return Tridiagonal(np.array(diagonal), np.array(beside), basis[: last + 1])

    for step in range(len(basis)):
        basis[step] = vector
        image = np.array(product(jnp.asarray(vector, dtype)), np.float64)
        diagonal.append(float(vector @ image))
        for _ in range(2):
            image -= basis[: step + 1].T @ (basis[: step + 1] @ image)
        length = float(np.linalg.norm(image))
        beside.append(length)
        scale = max(scale, abs(diagonal[-1]), length)
        if length <= 1e-10 * scale or not np.isfinite(length):
            break
        vector = image / length
        if is_done is not None and step % CHECK_EVERY == CHECK_EVERY - 1 and is_done(found(step)):
            break
    return found(len(diagonal) - 1)


def find_extremes(
    product: Product,
    size: int,
    *,
    num_steps: int = 40,
    tolerance: float = 0.0,
    seed: int = 0,
    dtype: str = "float32",
) -> Extremes:
    """Estimate the largest and the smallest eigenvalue, signed and apart.

    The largest in magnitude may be either end; Lanczos finds both at once. The bound of an error is the residual of its
    Ritz vector: |Av - av| = beta |last entry|.

    Args:
        product: Multiplies by the matrix.
        size: Its number of rows.
        num_steps: Most products to spend.
        tolerance: Stop where the errors of both ends are bounded by this share of the larger one; 0 spends all.
        seed: Draws the first vector.
        dtype: In which precision the products are.

    Returns:
        Both ends.

    Raises:
        ShapeError: If the matrix is empty.
    """
    start = generator(seed, "lanczos").normal(size=size).astype(dtype)

    def is_done(now: Tridiagonal) -> bool:
        values, _, errors = _ritz(now)
        return bool(max(errors[0], errors[-1]) <= tolerance * max(abs(values[0]), abs(values[-1])))

    found = lanczos(product, start, num_steps=min(num_steps, size), is_done=is_done if tolerance else None)
    values, vectors, errors = _ritz(found)
    floor = float(np.finfo(dtype).eps) * max(abs(values[0]), abs(values[-1]))
    return Extremes(
        largest=float(values[-1]),
        largest_error=max(float(errors[-1]), floor),
        smallest=float(values[0]),
        smallest_error=max(float(errors[0]), floor),
        num_products=len(found.diagonal),
        upward=vectors[:, -1] @ found.basis,
        downward=vectors[:, 0] @ found.basis,
    )


def _ritz(
    found: Tridiagonal,
) -> tuple[Float[np.ndarray, " steps"], Float[np.ndarray, "steps steps"], Float[np.ndarray, " steps"]]:
    values, vectors = found.eigen()
    return values, vectors, np.abs(vectors[-1]) * found.beside[-1]


def estimate_trace(
    product: Product, size: int, *, num_probes: int = 10, seed: int = 0, dtype: str = "float32"
) -> tuple[float, float]:
    """Estimate the trace by random signs: the mean of v.Av over vectors v of +1 and -1.

    Args:
        product: Multiplies by the matrix.
        size: Its number of rows.
        num_probes: Vectors to draw, at least 2.
        seed: Draws them.
        dtype: In which precision the products are.

    Returns:
        The estimate, and its standard error.

    References:
        Hutchinson, "A stochastic estimator of the trace of the influence matrix" (1990).
    """
    signs = generator(seed, "trace").integers(0, 2, (num_probes, size)) * 2.0 - 1.0
    values = [float(np.asarray(product(jnp.asarray(row, dtype)), np.float64) @ row) for row in signs]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(num_probes))


@dataclass(frozen=True)
class Density:
    """How the eigenvalues are spread.

    Attributes:
        at: Eigenvalues, rising.
        density: Share of the eigenvalues per unit there; it integrates to 1.
        width: Standard deviation of the bumps that it is made of: finer features cannot be seen.
        nodes: Eigenvalues that stand for all of them.
        weights: The share of all eigenvalues that each stands for.
    """

    at: Float[np.ndarray, " points"]
    density: Float[np.ndarray, " points"]
    width: float
    nodes: Float[np.ndarray, " nodes"] = field(repr=False)
    weights: Float[np.ndarray, " nodes"] = field(repr=False)

    def share_between(self, low: float, high: float) -> float:
        """Estimate the share of the eigenvalues in a range."""
        return float(self.weights[(self.nodes >= low) & (self.nodes <= high)].sum())


def spectral_density(
    product: Product, size: int, *, num_probes: int = 6, num_steps: int = 40, seed: int = 0, dtype: str = "float32"
) -> Density:
    """Estimate the density of the spectrum by stochastic Lanczos quadrature.

    Args:
        product: Multiplies by the matrix.
        size: Its number of rows.
        num_probes: Random first vectors.
        num_steps: Lanczos steps from each.
        seed: Draws the vectors.
        dtype: In which precision the products are.

    Returns:
        The density.

    References:
        Ghorbani, Krishnan and Xiao, "An investigation into neural net optimization via Hessian eigenvalue density"
        (2019).
    """
    nodes, weights = [], []
    rng = generator(seed, "density")
    for _ in range(num_probes):
        found = lanczos(product, rng.normal(size=size).astype(dtype), num_steps=min(num_steps, size))
        values, vectors = found.eigen()
        nodes.append(values)
        weights.append(vectors[0] ** 2 / num_probes)
    at, share = np.concatenate(nodes), np.concatenate(weights)
    low, high = float(at.min()), float(at.max())
    width = max((high - low) / 100.0, 1e-12)
    grid = np.linspace(low - 4.0 * width, high + 4.0 * width, 400)
    bumps = np.exp(-0.5 * ((grid[:, None] - at[None, :]) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
    return Density(grid, bumps @ share, width, at, share)


def hessian_product(loss_fn: Callable[[Array], Array], at: Array) -> Product:
    """Return the product with the Hessian of a loss at a point: the slope of its gradient along a vector.

    Args:
        loss_fn: Loss of a flat vector of parameters.
        at: The point.

    Returns:
        A compiled function of a vector, at the price of about two gradients; the Hessian itself is never formed.

    References:
        Pearlmutter, "Fast exact multiplication by the Hessian" (1994).
    """

    @jax.jit
    def product(vector: Array) -> Array:
        return jax.jvp(jax.grad(loss_fn), (at,), (vector,))[1]

    return product
