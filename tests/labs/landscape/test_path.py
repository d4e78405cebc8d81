"""The plane of a path: against scikit-learn, and the shares of random walks against their theory."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from descentlab.core import ShapeError
from descentlab.labs.landscape.measure import path_plane


def bent_path(count: int = 12, size: int = 30) -> np.ndarray:
    rng = np.random.default_rng(0)
    time = np.linspace(0.0, 1.0, count)[:, None]
    first, second = rng.normal(size=(2, size))
    return 5.0 * time * first + time**2 * second + 0.05 * rng.normal(size=(count, size))


def test_components_and_shares_are_those_of_principal_component_analysis() -> None:
    path = bent_path()
    found = path_plane(range(12), path)
    oracle = PCA(n_components=11, svd_solver="full").fit(path)
    np.testing.assert_allclose(found.shares, np.asarray(oracle.explained_variance_ratio_), rtol=1e-6)
    cosines = np.abs(np.sum(found.directions * np.asarray(oracle.components_)[:2], axis=1))
    np.testing.assert_allclose(cosines, 1.0, rtol=1e-9)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-12)


def test_places_and_distances_put_the_path_together_again() -> None:
    path = bent_path()
    found = path_plane(range(12), path)
    shadows = path[-1] + found.places @ found.directions
    np.testing.assert_allclose(np.linalg.norm(path - shadows, axis=1), found.distances, atol=1e-9)
    np.testing.assert_allclose(
        found.lengths**2, found.distances**2 + (found.places**2).sum(axis=1), rtol=1e-9, atol=1e-9
    )
    assert not found.places[-1].any()
    assert (found.places[0] <= 0.0).all()
    assert found.distances[-1] == 0.0


def test_random_walks_have_the_shares_of_their_theory() -> None:
    # Equal steps in more dimensions than steps: the k-th share tends to 6 / (pi k)^2.
    rng = np.random.default_rng(1)
    steps = rng.normal(size=(60, 1_000))
    walk = np.cumsum(steps / np.linalg.norm(steps, axis=1, keepdims=True), axis=0)
    found = path_plane(range(60), walk)
    theory = 6.0 / (np.pi * np.arange(1, 6)) ** 2
    np.testing.assert_allclose(found.walk_shares[:5], theory, rtol=0.05)
    assert found.walk_totals[0] == pytest.approx(0.76, abs=0.02)
    # A walk is no more than a walk; a bent line is.
    assert found.walk_ranges[0, 0] * 0.95 < found.shares[0] < found.walk_ranges[0, 1] * 1.05
    plane = path_plane(range(12), bent_path())
    assert plane.share > plane.walk_totals[2]


def test_walks_take_steps_as_long_as_the_path_s() -> None:
    # One step that is far longer than all others puts nearly all of any walk's variance on one line.
    path = 0.01 * np.cumsum(np.random.default_rng(2).normal(size=(10, 50)), axis=0)
    path[5:] += 100.0
    found = path_plane(range(10), path)
    assert found.walk_shares[0] > 0.999
    assert found.walk_totals[0] > 0.999


def test_what_spans_no_plane_is_said() -> None:
    line = np.linspace(0.0, 1.0, 5)[:, None] * np.ones((1, 4))
    with pytest.raises(ShapeError, match="3 networks or more"):
        path_plane([0, 1], line[:2])
    with pytest.raises(ShapeError, match="span no plane"):
        path_plane([0, 1, 2], np.ones((3, 4)))
    with pytest.raises(ShapeError, match="span no plane"):
        path_plane(range(5), line)
