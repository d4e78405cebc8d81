"""Moved pictures, beside SciPy's and NumPy's."""

import jax
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import ndimage

from descentlab.distortions import move

SIDES = [(28, 28, 1), (9, 16, 3), (1, 5, 2)]
MOVE = jax.jit(move)


def _pictures(shape: tuple[int, int, int], count: int = 6) -> np.ndarray:
    return np.random.default_rng(0).random((count, *shape), np.float32)


def _moved(
    pictures: np.ndarray,
    down: np.ndarray | float = 0.0,
    right: np.ndarray | float = 0.0,
    degrees: np.ndarray | float = 0.0,
    is_flipped: np.ndarray | bool = False,
) -> np.ndarray:
    def each(number: np.ndarray | float) -> np.ndarray:
        return np.broadcast_to(number, len(pictures)).astype(np.float32)

    flips = np.broadcast_to(is_flipped, len(pictures))
    return np.asarray(MOVE(pictures, each(down), each(right), each(degrees), flips))


@pytest.mark.parametrize("shape", SIDES)
def test_nothing_asked_changes_no_bit(shape: tuple[int, int, int]) -> None:
    pictures = _pictures(shape)
    np.testing.assert_array_equal(_moved(pictures), pictures)


@pytest.mark.parametrize("shape", SIDES)
def test_a_flip_is_exact(shape: tuple[int, int, int]) -> None:
    pictures = _pictures(shape)
    wanted = np.array([True, False, True, True, False, False])
    expected = np.where(wanted[:, None, None, None], pictures[:, :, ::-1], pictures)
    np.testing.assert_array_equal(_moved(pictures, is_flipped=wanted), expected)


@given(down=st.integers(-3, 3), right=st.integers(-3, 3))
def test_whole_pixels_roll_exactly_where_nothing_comes_in(down: int, right: int) -> None:
    pictures = _pictures((9, 16, 3))
    framed = np.pad(pictures, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="edge")
    rolled = np.roll(framed, (down, right), (1, 2))[:, 3:-3, 3:-3]
    np.testing.assert_array_equal(_moved(pictures, float(down), float(right)), rolled)


@pytest.mark.parametrize("shape", SIDES)
def test_parts_of_pixels_are_scipy_s_shift(shape: tuple[int, int, int]) -> None:
    pictures, rng = _pictures(shape), np.random.default_rng(1)
    down, right = rng.uniform(-4, 4, 6), rng.uniform(-4, 4, 6)
    expected = [
        ndimage.shift(picture.astype(np.float64), (a, b, 0), order=1, mode="nearest")
        for picture, a, b in zip(pictures, down, right, strict=True)
    ]
    np.testing.assert_allclose(_moved(pictures, down, right), expected, atol=2e-6)


@pytest.mark.parametrize("shape", SIDES)
def test_rotation_is_scipy_s(shape: tuple[int, int, int]) -> None:
    pictures, degrees = _pictures(shape), np.array([-180.0, -33.0, 5.0, 10.0, 90.0, 271.0])
    expected = [
        ndimage.rotate(picture.astype(np.float64), angle, order=1, mode="nearest", reshape=False)
        for picture, angle in zip(pictures, degrees, strict=True)
    ]
    np.testing.assert_allclose(_moved(pictures, degrees=degrees), expected, atol=2e-5)


def test_a_quarter_turn_is_numpy_s_anticlockwise_one() -> None:
    pictures = _pictures((8, 8, 1))
    np.testing.assert_allclose(_moved(pictures, degrees=90.0), np.rot90(pictures, axes=(1, 2)), atol=1e-5)


def test_all_at_once_is_scipy_s_affine_transform() -> None:
    pictures, rng = _pictures((12, 10, 1)), np.random.default_rng(2)
    down, right, degrees = rng.uniform(-2, 2, 6), rng.uniform(-2, 2, 6), rng.uniform(-40, 40, 6)
    flips = np.array([True, True, False, True, False, True])
    centre, expected = np.array([5.5, 4.5]), []
    for picture, a, b, angle, flip in zip(pictures[..., 0], down, right, degrees, flips, strict=True):
        turn = np.deg2rad(angle)
        back = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        back = np.diag([1.0, -1.0 if flip else 1.0]) @ back
        homogeneous = np.column_stack([back, centre - back @ (centre + np.array([a, b]))])
        expected.append(ndimage.affine_transform(picture.astype(np.float64), homogeneous, order=1, mode="nearest"))
    found = _moved(pictures, down, right, degrees, flips)[..., 0]
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_a_picture_moves_alone_as_it_moves_in_a_batch() -> None:
    pictures, rng = _pictures((9, 16, 3)), np.random.default_rng(3)
    down, right, degrees = rng.uniform(-3, 3, (3, 6))
    flips = np.array([True, False, True, False, True, False])
    together = _moved(pictures, down, right, degrees, flips)
    for place in range(6):
        alone = _moved(pictures[[place]], down[place], right[place], degrees[place], flips[place])
        np.testing.assert_array_equal(alone[0], together[place])
