"""Noise and contrast."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from descentlab.distortions import add_noise, change_contrast


def test_noise_is_normal_with_the_given_spread() -> None:
    grey = jnp.full((20, 30, 30, 3), 0.5)
    noise = np.asarray(add_noise(grey, jax.random.key(0), 0.05)) - 0.5
    assert stats.kstest(noise.ravel(), "norm", args=(0.0, 0.05)).pvalue > 0.01
    assert abs(np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]) < 0.02


def test_noise_depends_on_its_key_alone_and_stays_within_bounds() -> None:
    pictures = jnp.asarray(np.random.default_rng(0).random((2, 5, 5, 1), np.float32))
    first = add_noise(pictures, jax.random.key(0), 2.0)
    np.testing.assert_array_equal(first, add_noise(pictures, jax.random.key(0), 2.0))
    assert np.any(first != add_noise(pictures, jax.random.key(1), 2.0))
    assert np.min(first) == 0.0
    assert np.max(first) == 1.0


@pytest.mark.parametrize("factor", [0.0, 0.5, 0.9])
def test_contrast_scales_each_picture_s_spread_and_keeps_its_mean(factor: float) -> None:
    pictures = (
        np.random.default_rng(0).random((4, 6, 5, 3), np.float32) * np.array([0.3, 0.5, 0.8, 1.0])[:, None, None, None]
    )
    changed = np.asarray(change_contrast(jnp.asarray(pictures, jnp.float32), factor))
    axes = (1, 2, 3)
    np.testing.assert_allclose(changed.mean(axes), pictures.mean(axes), rtol=1e-5)
    np.testing.assert_allclose(changed.std(axes), factor * pictures.std(axes), rtol=1e-4, atol=1e-6)


def test_contrast_of_black_and_white_is_cut_off() -> None:
    board = jnp.asarray(np.indices((4, 4)).sum(0) % 2, jnp.float32)[None, :, :, None]
    np.testing.assert_array_equal(change_contrast(board, 3.0), board)
    np.testing.assert_allclose(change_contrast(board, 1.0), board, atol=1e-7)
