"""Drawings are laid out as the pictures of a set are: its own pictures come out as they were."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image, ImageDraw

from descentlab import data
from descentlab.core import SpecError
from descentlab.live import DIGITS, MNIST, PadStyle, centre_drawing, pad_style
from descentlab.spec import BundledData, IdxData, SplitSpec


@pytest.fixture(scope="module")
def mnist(data_dir: Path) -> np.ndarray:
    whole = data.prepare(data.load(IdxData(name="mnist")), SplitSpec(), 0)
    return whole.real_inputs(whole.test[:1_000])[..., 0].astype(np.float64)


@pytest.mark.data
def test_every_picture_of_mnist_is_a_fixed_point(mnist: np.ndarray) -> None:
    laid = np.stack([centre_drawing(picture) for picture in mnist])
    np.testing.assert_allclose(laid, mnist, atol=1e-7)


@pytest.mark.data
def test_a_picture_of_mnist_drawn_large_and_elsewhere_comes_back(mnist: np.ndarray) -> None:
    for place, picture in enumerate(mnist[:100]):
        pad = np.zeros((200, 180))
        # The longer side of the ink is 20 pixels, so that 5 times as large it is 100.
        pad[place % 60 : place % 60 + 140, 40:180] = np.kron(picture, np.ones((5, 5)))
        np.testing.assert_allclose(centre_drawing(pad), picture, atol=1e-7)


def test_most_pictures_of_the_bundled_digits_are_fixed_points() -> None:
    whole = data.prepare(data.load(BundledData(name="digits")), SplitSpec(), 0)
    pictures = whole.real_inputs(np.arange(1_797))[..., 0].astype(np.float64)
    laid = np.stack([centre_drawing(picture, DIGITS) for picture in pictures])
    assert np.mean(np.abs(laid - pictures).max(axis=(1, 2)) < 1e-12) > 0.7
    # One is moved by half a pixel, or narrowed by a seventh; a picture beside another differs by 0.25 on average.
    apart = np.abs(laid - pictures).mean()
    assert apart < 0.2 * np.abs(pictures[1:] - pictures[:-1]).mean()


@given(st.floats(0.15, 0.6), st.floats(0.15, 0.6), st.floats(0.1, 0.25), st.floats(0.1, 0.25))
def test_place_and_size_of_a_drawing_do_not_matter(width: float, height: float, left: float, top: float) -> None:
    pad = Image.new("L", (560, 560))
    box = [560 * left, 560 * top, 560 * (left + width), 560 * (top + height)]
    ImageDraw.Draw(pad).ellipse(box, fill=255)
    picture = centre_drawing(np.asarray(pad) / 255.0)
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 0.0) for axis in (1, 0))
    sizes = len(rows), len(columns)
    assert max(sizes) == 20
    assert min(sizes) == pytest.approx(20.0 * min(width, height) / max(width, height), abs=1.1)
    # An ellipse fills π/4 of its box, and its centre of mass is its middle.
    assert picture.sum() == pytest.approx(np.pi / 4.0 * sizes[0] * sizes[1], rel=0.12)
    mass = np.arange(28.0)
    for axis in (0, 1):
        centre = (mass * picture.sum(axis=1 - axis)).sum() / picture.sum()
        assert 13.5 - 1e-9 <= centre <= 14.5 + 1e-9


def test_scaling_agrees_with_an_area_average_by_pillow() -> None:
    rng = np.random.default_rng(0)
    drawing = np.zeros((100, 100), np.float32)
    drawing[17:77, 30:62] = rng.uniform(0.1, 1.0, (60, 32))
    box = Image.fromarray(drawing[17:77, 30:62]).resize((11, 20), Image.Resampling.BOX, reducing_gap=None)
    picture = centre_drawing(drawing)
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 0.0) for axis in (1, 0))
    assert (len(rows), len(columns)) == (20, 11)
    ours = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # Pillow takes whole pixels where an edge cuts one.
    assert np.abs(ours - np.asarray(box)).mean() < 0.05
    assert ours.mean() == pytest.approx(drawing[17:77, 30:62].mean(), rel=1e-6)


@pytest.mark.parametrize("style", [MNIST, DIGITS])
def test_nothing_drawn_is_black(style: PadStyle) -> None:
    for blank in (np.zeros((50, 40)), np.zeros((0, 0))):
        picture = centre_drawing(blank, style)
        assert picture.shape == (style.side, style.side)
        assert not picture.any()


@pytest.mark.parametrize("style", [MNIST, DIGITS])
def test_a_dot_a_line_and_a_lopsided_drawing_stay_within(style: PadStyle) -> None:
    dot, line, lopsided = (np.zeros((100, 100)) for _ in range(3))
    dot[80, 3] = 1.0
    line[50, :] = 1.0
    lopsided[:, 99] = 1.0
    lopsided[0, :] = 0.01
    for drawing in (dot, line, lopsided):
        picture = centre_drawing(drawing, style)
        assert picture.shape == (style.side, style.side)
        assert 0.0 < picture.max() <= 1.0 + 1e-12
        assert picture.min() >= 0.0


def test_a_narrow_drawing_of_digits_keeps_its_shape_and_a_wide_one_is_narrowed() -> None:
    def columns(width: int) -> int:
        drawing = np.zeros((100, 100))
        drawing[10:90, :width] = 1.0
        return int((centre_drawing(drawing, DIGITS).max(axis=0) > 0.0).sum())

    assert columns(20) == 2  # 8 of 32 fine pixels, in the middle
    assert columns(60) == 6
    assert columns(90) == 6


def test_other_sizes_are_refused_in_one_line() -> None:
    assert pad_style((28, 28, 1)) is MNIST
    assert pad_style((8, 8, 1)) is DIGITS
    with pytest.raises(SpecError, match=r"inputs of shape 32x32x3, .* 28x28x1 or 8x8x1"):
        pad_style((32, 32, 3))
