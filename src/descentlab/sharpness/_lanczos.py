"""Eigenvalues (Lanczos), trace and spectral density of a matrix of which only products with vectors are known."""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.core import ShapeError, generator

Product = Callable[[Array], Array]
"""Multiplies a symmetric matrix by a vector."""


@dataclass(frozen=True)
class Tridiagonal:
    """The result of Lanczos: a small tridiagonal matrix with about the extreme eigenvalues of the large one.

    Attributes:
        diagonal: Entries of the diagonal.
        beside: Entries beside the diagonal, above and below alike; the last one is outside the matrix and bounds the
            errors.
        basis: Vectors of the basis in which the large matrix becomes tridiagonal, one row a step.
    """

    diagonal: Float[np.ndarray, " steps"]
    beside: Float[np.ndarray, " steps"]
    basis: Float[np.ndarray, "steps size"] = field(repr=False)

    def eigen(self) -> tuple[Float[np.ndarray, " steps"], Float[np.ndarray, "steps steps"]]:
        """Return the eigenvalues, rising, and the eigenvectors as columns."""
        matrix = np.diag(self.diagonal) + np.diag(self.beside[:-1], 1) + np.diag(self.beside[:-1], -1)
        values, vectors = np.linalg.eigh(matrix)
        return values, vectors


@dataclass(frozen=True, eq=False)
class Extremes:
    """The two ends of a spectrum, each with a bound of its error.

    Except for rounding, the estimate of the largest eigenvalue is never above it, and that of the smallest never
    below: each is v.Av of a vector v of length 1. So a negative estimate proves that there is negative curvature.

    Attributes:
        largest: Estimate of the largest eigenvalue, signed.
        largest_error: Distance from `largest` within which there is an eigenvalue.
        smallest: Estimate of the smallest eigenvalue, signed.
        smallest_error: Distance from `smallest` within which there is an eigenvalue.
        num_products: Number of products with the matrix that were computed.
        upward: Direction of the largest eigenvalue, of length 1.
        downward: Direction of the smallest eigenvalue, of length 1.
    """

    largest: float
    largest_error: float
    smallest: float
    smallest_error: float
    num_products: int
    upward: Float[np.ndarray, " size"] = field(repr=False)
    downward: Float[np.ndarray, " size"] = field(repr=False)


MAX_BASIS_BYTES = 2**30
"""Memory for the vectors; for a very large network fewer vectors are kept, and fewer steps made."""
CHECK_EVERY = 5


def lanczos(
    product: Product,
    start: Float[np.ndarray, " size"],
    *,
    num_steps: int,
    is_done: Callable[[Tridiagonal], bool] | None = None,
) -> Tridiagonal:
    """Run Lanczos with full re-orthogonalisation.

    Each step multiplies the matrix by a vector once and keeps the vector. Each new vector is made orthogonal to all
    earlier ones twice: in floating point they do not stay orthogonal, and copies of an eigenvalue appear.

    Args:
        product: Multiplies by the matrix.
        start: First vector, not zero.
        num_steps: Number of products to compute, at most the size.
        is_done: Called every few steps with the result so far; True ends the iteration.

    Returns:
        The tridiagonal matrix; smaller if the vectors span an invariant subspace earlier.

    Raises:
        ShapeError: If `start` is empty.

    References:
        Golub and Van Loan, "Matrix computations" (4th edition, 2013), chapter 10.
    """
    size = len(start)
    if not size:
        raise ShapeError("the network has no weights, so its loss has no curvature; give it a layer with weights")
    dtype = start.dtype
    vector = start.astype(np.float64) / np.linalg.norm(start)
    basis = np.zeros((max(2, min(num_steps, size, MAX_BASIS_BYTES // (8 * size))), size))
    diagonal: list[float] = []
    beside: list[float] = []
    scale = 0.0

    def result(last: int) -> Tridiagonal:
        return Tridiagonal(np.array(diagonal), np.array(beside), basis[: last + 1])

    for step in range(len(basis)):
        basis[step] = vector
        image = np.array(product(jax.device_put(vector.astype(dtype))), np.float64)
        diagonal.append(float(vector @ image))
        for _ in range(2):
            image -= basis[: step + 1].T @ (basis[: step + 1] @ image)
        length = float(np.linalg.norm(image))
        beside.append(length)
        scale = max(scale, abs(diagonal[-1]), length)
        if length <= 1e-10 * scale or not np.isfinite(length):
            break
        vector = image / length
        if is_done is not None and step % CHECK_EVERY == CHECK_EVERY - 1 and is_done(result(step)):
            break
    return result(len(diagonal) - 1)


def find_extremes(
    product: Product,
    size: int,
    *,
    num_steps: int = 40,
    tolerance: float = 0.0,
    seed: int = 0,
    dtype: str = "float32",
) -> Extremes:
    """Estimate the largest and the smallest eigenvalue, both with their sign.

    The largest in magnitude may be either end; Lanczos finds both at once. The bound of an error is the residual of its
    Ritz vector: |Av - av| = beta |last entry|.

    Args:
        product: Multiplies by the matrix.
        size: Number of rows of the matrix.
        num_steps: Largest number of products to compute.
        tolerance: Stop once the errors of both ends are bounded by this share of the larger one; 0 computes all steps.
        seed: Draws the first vector.
        dtype: Precision of the products.

    Returns:
        Both ends of the spectrum.

    Raises:
        ShapeError: If the matrix is empty.
    """
    start = generator(seed, "lanczos").normal(size=size).astype(dtype)

    def is_done(now: Tridiagonal) -> bool:
        values, _, errors = _ritz(now)
        return bool(max(errors[0], errors[-1]) <= tolerance * max(abs(values[0]), abs(values[-1])))

    matrix = lanczos(product, start, num_steps=min(num_steps, size), is_done=is_done if tolerance else None)
    values, vectors, errors = _ritz(matrix)
    floor = float(np.finfo(dtype).eps) * max(abs(values[0]), abs(values[-1]))
    return Extremes(
        largest=float(values[-1]),
        largest_error=max(float(errors[-1]), floor),
        smallest=float(values[0]),
        smallest_error=max(float(errors[0]), floor),
        num_products=len(matrix.diagonal),
        upward=vectors[:, -1] @ matrix.basis,
        downward=vectors[:, 0] @ matrix.basis,
    )


def _ritz(
    matrix: Tridiagonal,
) -> tuple[Float[np.ndarray, " steps"], Float[np.ndarray, "steps steps"], Float[np.ndarray, " steps"]]:
    values, vectors = matrix.eigen()
    return values, vectors, np.abs(vectors[-1]) * matrix.beside[-1]


def estimate_trace(
    product: Product, size: int, *, num_probes: int = 10, seed: int = 0, dtype: str = "float32"
) -> tuple[float, float]:
    """Estimate the trace by random signs: the mean of v.Av over vectors v of +1 and -1.

    Args:
        product: Multiplies by the matrix.
        size: Number of rows of the matrix.
        num_probes: Number of vectors to draw, at least 2.
        seed: Draws the vectors.
        dtype: Precision of the products.

    Returns:
        The estimate, and its standard error.

    References:
        Hutchinson, "A stochastic estimator of the trace of the influence matrix" (1990).
    """
    signs = generator(seed, "trace").integers(0, 2, (num_probes, size)) * 2.0 - 1.0
    values = [float(np.asarray(product(jax.device_put(row.astype(dtype))), np.float64) @ row) for row in signs]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(num_probes))


@dataclass(frozen=True)
class Density:
    """The density of the eigenvalues.

    Attributes:
        at: Eigenvalues at which the density is given, rising.
        density: Share of all eigenvalues per unit at each of them; it integrates to 1.
        width: Standard deviation of the bumps that make up the density: it shows no finer features.
        nodes: Eigenvalues that represent the spectrum.
        weights: Share of all eigenvalues that each node represents.
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
        size: Number of rows of the matrix.
        num_probes: Number of random first vectors.
        num_steps: Number of Lanczos steps from each vector.
        seed: Draws the vectors.
        dtype: Precision of the products.

    Returns:
        The density.

    References:
        Ghorbani, Krishnan and Xiao, "An investigation into neural net optimization via Hessian eigenvalue density"
        (2019).
    """
    nodes, weights = [], []
    rng = generator(seed, "density")
    for _ in range(num_probes):
        matrix = lanczos(product, rng.normal(size=size).astype(dtype), num_steps=min(num_steps, size))
        values, vectors = matrix.eigen()
        nodes.append(values)
        weights.append(vectors[0] ** 2 / num_probes)
    at, share = np.concatenate(nodes), np.concatenate(weights)
    low, high = float(at.min()), float(at.max())
    width = max((high - low) / 100.0, 1e-12)
    grid = np.linspace(low - 4.0 * width, high + 4.0 * width, 400)
    bumps = np.exp(-0.5 * ((grid[:, None] - at[None, :]) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
    return Density(grid, bumps @ share, width, at, share)


def hessian_product(loss_fn: Callable[[Array], Array], at: Array) -> Product:
    """Return the product with the Hessian of a loss at a point: the derivative of its gradient along a vector.

    Args:
        loss_fn: Loss of a flat vector of parameters.
        at: The point.

    Returns:
        A compiled function of a vector that costs about two gradients; the Hessian itself is never formed.

    References:
        Pearlmutter, "Fast exact multiplication by the Hessian" (1994).
    """

    @jax.jit
    def product(vector: Array) -> Array:
        return jax.jvp(jax.grad(loss_fn), (at,), (vector,))[1]

    return product
