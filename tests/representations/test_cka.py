"""Linear CKA against other ways to write it, and what it must not see."""

import numpy as np
import pytest

from descentlab.representations import gram_of, linear_cka


def unbiased_hsic(K: np.ndarray, L: np.ndarray) -> float:
    """Song et al.'s formula, as it is printed, without the factor that CKA cancels."""
    n = len(K)
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    one = np.ones(n)
    whole = (one @ K @ one) * (one @ L @ one) / ((n - 1) * (n - 2))
    return float(np.trace(K @ L) + whole - 2.0 / (n - 2) * one @ K @ L @ one)


def test_it_is_the_printed_formula() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(30, 5)), rng.normal(size=(30, 90))
    Y[:, :5] += 2.0 * X
    K, L = gram_of(X), gram_of(Y)
    wanted = unbiased_hsic(K, L) / np.sqrt(unbiased_hsic(K, K) * unbiased_hsic(L, L))
    assert linear_cka([K], [L])[0, 0] == pytest.approx(wanted, rel=1e-9)


def test_with_many_examples_it_is_kornbliths() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 4))
    Y = X @ rng.normal(size=(4, 6)) + rng.normal(size=(3_000, 6))
    A, B = X - X.mean(axis=0), Y - Y.mean(axis=0)
    plain = np.linalg.norm(B.T @ A) ** 2 / (np.linalg.norm(A.T @ A) * np.linalg.norm(B.T @ B))
    assert linear_cka([gram_of(X)], [gram_of(Y)])[0, 0] == pytest.approx(plain, abs=2e-3)


def test_rotations_scales_and_shifts_change_nothing() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 6))
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    assert linear_cka([gram_of(X)], [gram_of(3.0 * X @ turn + 5.0)])[0, 0] == pytest.approx(1.0)


def test_unrelated_wide_layers_are_not_alike() -> None:
    # The plain estimate gives these 0.95 and more, since each has a hundred units an example.
    rng = np.random.default_rng(0)
    found = [
        linear_cka([gram_of(rng.normal(size=(50, 5_000)))], [gram_of(rng.normal(size=(50, 5_000)))])[0, 0]
        for _ in range(10)
    ]
    assert abs(np.mean(found)) < 0.1


def test_pictures_are_laid_out_and_silent_layers_have_no_value() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3, 4, 2))
    found = linear_cka([gram_of(X), gram_of(X * 0.0)], [gram_of(X.reshape(20, 24))])
    assert found[0, 0] == pytest.approx(1.0)
    assert np.isnan(found[1, 0])
