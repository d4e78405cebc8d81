"""Probes against scikit-learn, and what they can and cannot read."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge, RidgeClassifier

from descentlab.representations import (
    PIXELS,
    Division,
    Property,
    Reading,
    WeightedNetwork,
    by_class,
    chance,
    difference_interval,
    find_axes,
    read_properties,
    reduce_layers,
    ridge_path,
    score_interval,
)


def read_one(rows: np.ndarray, wanted: Property, division: Division) -> Reading:
    (told,) = read_properties(rows, [wanted], division)
    return told


def test_all_penalties_at_once_are_scikit_learns_one_by_one() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(80, 12)), rng.normal(size=(80, 3))
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    penalties = (1e-3, 0.1, 10.0)
    found = ridge_path(X, Y, penalties)
    for share, weight in zip(penalties, found, strict=True):
        alpha = share * np.trace(X.T @ X) / 12
        np.testing.assert_allclose(weight.T, Ridge(alpha=alpha).fit(X, Y).coef_, rtol=1e-8)


def test_more_units_than_examples_are_solved_too() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(20, 60)), rng.normal(size=(20, 2))
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    alpha = 0.1 * np.trace(X.T @ X) / 60
    np.testing.assert_allclose(ridge_path(X, Y, (0.1,))[0].T, Ridge(alpha=alpha).fit(X, Y).coef_, rtol=1e-7)


def test_classes_are_told_as_scikit_learns_ridge_classifier_tells_them() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, 600)
    X = rng.normal(size=(600, 9)) + np.eye(4, 9)[labels] * 1.5
    wanted = Property("kind", labels, tuple("abcd"))
    told = read_one(X, wanted, Division(300, 100, 200))
    variance = np.trace(np.cov(X[:300].T, bias=True)) * 300 / 9
    peer = RidgeClassifier(alpha=told.penalty * variance).fit(X[:300], labels[:300])
    told_by_peer: np.ndarray = np.asarray(peer.predict(X[400:]))
    assert (told.credits == (told_by_peer == labels[400:])).all()
    assert told.score == pytest.approx(peer.score(X[400:], labels[400:]))


def test_reals_are_scored_by_r_squared() -> None:
    from sklearn.metrics import r2_score

    rng = np.random.default_rng(2)
    X = rng.normal(size=(500, 6))
    Y = X @ rng.normal(size=(6, 2)) + rng.normal(size=(500, 2)) * [[0.5, 2.0]]
    told = read_one(X, Property("place", Y), Division(250, 100, 150))
    alpha = told.penalty * np.trace(np.cov(X[:250].T, bias=True)) * 250 / 6
    guess = Ridge(alpha=alpha).fit(X[:250], Y[:250]).predict(X[350:])
    assert told.score == pytest.approx(r2_score(Y[350:], guess, multioutput="variance_weighted"))


def test_noise_tells_nothing_and_gets_the_largest_penalties() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 2000)
    wanted = Property("coin", labels, ("heads", "tails"))
    told = read_one(rng.normal(size=(2000, 100)), wanted, Division(800, 200, 1000))
    low, high = score_interval(told.credits, is_classes=True)
    assert low < 0.5 < high
    reals = read_one(
        rng.normal(size=(2000, 100)), Property("noise", rng.normal(size=(2000, 2))), Division(800, 200, 1000)
    )
    assert reals.score < 0.02
    assert reals.penalty == 10.0


def test_chance_is_the_most_frequent_class_of_the_fitted_examples() -> None:
    labels = np.array([0, 0, 1, 9, 0, 1, 1, 1])
    wanted = Property("kind", labels, tuple("0123456789"))
    assert chance(wanted, Division(3, 1, 4)) == 0.25
    assert chance(Property("reals", np.zeros((8, 2))), Division(3, 1, 4)) == 0.0


def test_many_properties_at_once_are_read_as_each_alone() -> None:
    rng = np.random.default_rng(4)
    labels, X = rng.integers(0, 3, 400), rng.normal(size=(400, 8))
    X[:, 0] += labels
    both = [Property("kind", labels, tuple("abc")), Property("place", X[:, :2] + rng.normal(size=(400, 2)))]
    division = Division(200, 100, 100)
    for told, wanted in zip(read_properties(X, both, division), both, strict=True):
        alone = read_one(X, wanted, division)
        assert (told.penalty, told.chosen_score) == (alone.penalty, pytest.approx(alone.chosen_score))
        np.testing.assert_allclose(told.credits, alone.credits)


def test_knowing_the_class_tells_what_its_classes_share() -> None:
    labels = np.array([0, 0, 1, 1, 2, 0, 1, 0, 1])
    holes = Property("holes", np.array([1, 1, 0, 0, 2, 0, 0, 1, 2]), ("0", "1", "2"))
    assert by_class(holes, labels, Division(4, 1, 4)).score == 0.5
    place = np.array([[1.0], [3.0], [7.0], [7.0], [0.0], [2.0], [7.0], [2.0], [7.0]])
    assert by_class(Property("place", place), labels, Division(4, 1, 4)).score == 1.0


def test_a_difference_is_paired() -> None:
    rng = np.random.default_rng(0)
    hard = (rng.random(400) < 0.5).astype(float)
    better = np.where(rng.random(400) < 0.06, 1.0, hard)
    difference, (low, high) = difference_interval(better, hard, is_classes=True)
    assert difference == pytest.approx((better - hard).mean())
    assert 0.0 < low < difference < high < 0.07
    # Unpaired, the interval of either share alone is 0.1 wide.
    reals = difference_interval(better + hard, hard * 2.0, is_classes=False)
    assert reals[0] == pytest.approx(difference)
    assert reals[1][0] == pytest.approx(low, abs=0.01)


def test_where_nothing_differs_a_difference_has_still_a_width() -> None:
    same = np.ones(40)
    value, (low, high) = difference_interval(same, same, is_classes=True)
    assert value == 0.0
    assert low < -0.02 < 0.02 < high


def test_the_bootstraps_interval_is_the_textbooks_for_a_mean() -> None:
    values = np.random.default_rng(0).normal(0.3, 1.0, 2_000)
    low, high = score_interval(values, is_classes=False)
    half = 1.96 * values.std(ddof=1) / np.sqrt(2_000)
    assert low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_axes_are_scikit_learns_principal_components() -> None:
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(60, 200)) * np.linspace(3.0, 0.1, 200)).astype(np.float32)
    axes, peer = find_axes(X, 10), PCA(10, svd_solver="full").fit(X)
    mine, theirs = axes.apply(X), peer.transform(X)
    signs = np.sign((mine * theirs).sum(axis=0))
    np.testing.assert_allclose(mine * signs, theirs, atol=5e-3)
    assert axes.kept == pytest.approx(peer.explained_variance_ratio_.sum(), rel=1e-5)


def test_a_small_layer_is_taken_as_it_is() -> None:
    X = np.random.default_rng(0).normal(size=(40, 7)).astype(np.float32)
    axes = find_axes(X, 10)
    assert (axes.kept, axes.width) == (1.0, 7)
    assert (axes.apply(X) == X).all()


def test_layers_are_reduced_chunk_by_chunk_as_all_at_once(small_cnn: WeightedNetwork) -> None:
    pictures = np.random.default_rng(0).random((150, 12, 10, 1)).astype(np.float32)
    found = reduce_layers(small_cnn, ("conv1", "output"), pictures, num_fit=100, size=20)
    assert list(found) == [PIXELS, "conv1", "output"]
    flat = small_cnn.record_all(pictures, ["conv1/activation"])["conv1/activation"].reshape(150, -1)
    axes = find_axes(flat[:100], 20)
    np.testing.assert_allclose(found["conv1"].rows, axes.apply(flat), atol=1e-4)
    assert found["conv1"].width == 480
    np.testing.assert_allclose(found["output"].rows, small_cnn.logits(pictures), atol=1e-5)
