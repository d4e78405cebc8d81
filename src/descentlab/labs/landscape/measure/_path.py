"""The plane in which a training's path spreads most, and how much of the path it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import ShapeError, generator

NUM_WALKS = 40
MAX_WALK_SIZE = 2_000
"""Dimensions in which random walks are drawn: with more, their steps are at right angles to each other all the same."""

LEAST_SHARE = 1e-14
"""Of the variance, below which a second component is the rounding of weights in single precision."""


@dataclass(frozen=True, eq=False)
class PathPlane:
    """The plane through a path's end along its first two principal components.

    Attributes:
        epochs: After which the weights are known.
        directions: The two components, of length 1 and at right angles.
        places: The path in the plane: each network's distances from the end along the two.
        distances: How far each network is off the plane.
        lengths: How far each network is from the end in all.
        shares: Shares of the path's variance that each component holds, the first two and those behind them.
        walk_shares: The same of random walks with steps of the path's lengths, their means.
        walk_ranges: From which to which share 95% of those walks are, by component.
        walk_totals: The same of the first two together.
    """

    epochs: Int[np.ndarray, " networks"]
    directions: Float[np.ndarray, "2 params"]
    places: Float[np.ndarray, "networks 2"]
    distances: Float[np.ndarray, " networks"]
    lengths: Float[np.ndarray, " networks"]
    shares: Float[np.ndarray, " components"]
    walk_shares: Float[np.ndarray, " components"]
    walk_ranges: Float[np.ndarray, "components 2"]
    walk_totals: tuple[float, float, float]

    @property
    def share(self) -> float:
        """Share of the variance that the plane's two components hold."""
        return float(self.shares[:2].sum())


def path_plane(
    epochs: Sequence[int], networks: Float[np.ndarray, "networks params"], *, seed: int = 0, num_walks: int = NUM_WALKS
) -> PathPlane:
    """Find the plane of a training's path.

    The components are those of the networks around their mean, each network counting alike. The plane is laid through
    the last network, so that this one is where it seems to be. Random walks of many dimensions have large first
    components too: so the shares are given beside those of walks in random directions with steps of the same lengths.

    Args:
        epochs: After which epochs the networks are known, rising.
        networks: Their weights, a row each; at least 3 that differ.
        seed: Draws the random walks.
        num_walks: How many.

    Returns:
        The plane.

    Raises:
        ShapeError: If there are fewer than 3 networks, or all lie on one line or point.

    References:
        Lorch, "Visualizing deep network training trajectories with PCA" (2016).
        Antognini and Sohl-Dickstein, "PCA of high dimensional random walks with comparison to neural network training"
        (2018).
    """
    path = np.asarray(networks, np.float64)
    if len(path) < 3:
        raise ShapeError(f"a plane of a path needs 3 networks or more along it; there are {len(path)}")
    shares, components = _components(path)
    if len(shares) < 2 or shares[1] < LEAST_SHARE:
        raise ShapeError("the networks along the path lie on one line, or do not differ: they span no plane")
    offsets = path - path[-1]
    directions = components[:2]
    # The start is drawn on the left and at the bottom; a component has no sign of its own.
    directions = directions * np.where(directions @ offsets[0] > 0.0, -1.0, 1.0)[:, None]
    places = offsets @ directions.T
    lengths = np.linalg.norm(offsets, axis=1)
    off = np.linalg.norm(offsets - places @ directions, axis=1)
    walks = _walks(np.linalg.norm(np.diff(path, axis=0), axis=1), path.shape[1], seed, num_walks)
    ranges = np.quantile(walks, (0.025, 0.975), axis=0).T
    totals = walks[:, :2].sum(axis=1)
    low, high = np.quantile(totals, (0.025, 0.975))
    return PathPlane(
        epochs=np.asarray(epochs),
        directions=directions,
        places=places,
        distances=off,
        lengths=lengths,
        shares=shares,
        walk_shares=walks.mean(axis=0),
        walk_ranges=ranges,
        walk_totals=(float(totals.mean()), float(low), float(high)),
    )


def _components(
    path: Float[np.ndarray, "networks params"],
) -> tuple[Float[np.ndarray, " components"], Float[np.ndarray, "components params"]]:
    centred = path - path.mean(axis=0)
    _, spreads, components = np.linalg.svd(centred, full_matrices=False)
    variances = spreads[: len(path) - 1] ** 2
    return variances / (variances.sum() or 1.0), components[: len(path) - 1]


def _walks(
    steps: Float[np.ndarray, " steps"], size: int, seed: int, num_walks: int
) -> Float[np.ndarray, "walks components"]:
    """Return the shares of variance of random walks with steps of given lengths."""
    rng = generator(seed, "random walks")
    shares = []
    for _ in range(num_walks):
        drawn = rng.normal(size=(len(steps), min(size, MAX_WALK_SIZE)))
        drawn *= (steps / np.linalg.norm(drawn, axis=1))[:, None]
        walk = np.concatenate([np.zeros((1, drawn.shape[1])), np.cumsum(drawn, axis=0)])
        centred = walk - walk.mean(axis=0)
        variances = np.linalg.svd(centred, compute_uv=False)[: len(steps)] ** 2
        shares.append(variances / (variances.sum() or 1.0))
    return np.stack(shares)
