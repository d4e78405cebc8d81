"""Eigenvalues of a matrix that is known by its products alone (Lanczos), its trace, and the density of its spectrum."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from gradlab.core import ShapeError, generator

Product = Callable[[Array], Array]
"""Multiplies a symmetric matrix by a vector."""


@dataclass(frozen=True)
class Tridiagonal:
    """What Lanczos makes of a matrix: a small tridiagonal one that has its extreme eigenvalues.

    Attributes:
        diagonal: Its diagonal.
        beside: Its second diagonals, which are equal; the last entry leads out of it and bounds the errors.
    """

    diagonal: Float[np.ndarray, " steps"]
    beside: Float[np.ndarray, " steps"]

    def eigen(self) -> tuple[Float[np.ndarray, " steps"], Float[np.ndarray, "steps steps"]]:
        """Return its eigenvalues, rising, and its eigenvectors as columns."""
        matrix = np.diag(self.diagonal) + np.diag(self.beside[:-1], 1) + np.diag(self.beside[:-1], -1)
        values, vectors = np.linalg.eigh(matrix)
        return values, vectors


@dataclass(frozen=True)
class Extremes:
    """The two ends of a spectrum, each with a bound of its error.

    Attributes:
        largest: Largest eigenvalue, signed.
        largest_error: Some eigenvalue is at most this far from it.
        smallest: Smallest eigenvalue, signed; where the spectrum reaches below 0, the steepest way down.
        smallest_error: The same.
        num_products: Products with the matrix that were spent.
    """

    largest: float
    largest_error: float
    smallest: float
    smallest_error: float
    num_products: int


def lanczos(product: Product, start: Float[np.ndarray, " size"], *, num_steps: int) -> Tridiagonal:
    """Run Lanczos with full re-orthogonalisation.

    Each step multiplies the matrix by a vector once and keeps the vector; the vectors so far are taken out of each new
    one twice, since in floating point they do not stay orthogonal by themselves, and copies of an eigenvalue appear.

    Args:
        product: Multiplies by the matrix.
        start: First vector, not zero.
        num_steps: Products to spend; at most the size.

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
    basis = np.zeros((min(num_steps, size), size))
    diagonal: list[float] = []
    beside: list[float] = []
    scale = 0.0
    for step in range(len(basis)):
        basis[step] = vector
        image = np.asarray(product(jnp.asarray(vector, dtype)), np.float64)
        diagonal.append(float(vector @ image))
        for _ in range(2):
            image -= basis[: step + 1].T @ (basis[: step + 1] @ image)
        length = float(np.linalg.norm(image))
        beside.append(length)
        scale = max(scale, abs(diagonal[-1]), length)
        if length <= 1e-10 * scale or not np.isfinite(length):
            break
        vector = image / length
    return Tridiagonal(np.array(diagonal), np.array(beside))


def find_extremes(
    product: Product, size: int, *, num_steps: int = 40, seed: int = 0, dtype: str = "float32"
) -> Extremes:
    """Estimate the largest and the smallest eigenvalue, signed and apart.

    The largest in magnitude may be either end; Lanczos finds both at once. The bound of an error is the residual of its
    Ritz vector: |Av - av| = beta |last entry|.

    Args:
        product: Multiplies by the matrix.
        size: Its number of rows.
        num_steps: Products to spend.
        seed: Draws the first vector.
        dtype: In which precision the products are.

    Returns:
        Both ends.

    Raises:
        ShapeError: If the matrix is empty.
    """
    start = generator(seed, "lanczos").normal(size=size).astype(dtype)
    spent = min(num_steps, size)
    found = lanczos(product, start, num_steps=spent)
    values, vectors = found.eigen()
    last = np.abs(vectors[-1]) * found.beside[-1]
    floor = np.finfo(dtype).eps * max(abs(values[0]), abs(values[-1]))
    return Extremes(
        largest=float(values[-1]),
        largest_error=float(max(last[-1], floor)),
        smallest=float(values[0]),
        smallest_error=float(max(last[0], floor)),
        num_products=len(found.diagonal),
    )


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
    """

    at: Float[np.ndarray, " points"]
    density: Float[np.ndarray, " points"]
    width: float


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
    return Density(grid, bumps @ share, width)


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
