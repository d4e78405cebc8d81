"""Holes, ends and directions of hand-made pictures."""

import numpy as np
import pytest

from descentlab.representations import (
    CLASS,
    DIRECTION,
    HOLES,
    count_ends,
    count_holes,
    find_ink,
    measure_properties,
    stroke_direction,
    thin,
)


def drawn(text: str) -> np.ndarray:
    rows = [line.strip() for line in text.strip().splitlines()]
    return np.array([[cell == "#" for cell in row] for row in rows])[None]


RING = drawn("""
.......
.#####.
.#...#.
.#...#.
.#####.
.......
""")
EIGHT = drawn("""
.###.
.#.#.
.###.
.#.#.
.###.
.....
""")
DIAMOND = drawn("""
..#..
.#.#.
..#..
""")
CROSS = drawn("""
....#....
....#....
....#....
#########
....#....
....#....
....#....
""")
LINE = drawn("""
.......
.#####.
.......
""")
DIAGONAL = np.eye(9, dtype=bool)[None]


@pytest.mark.parametrize(
    ("ink", "holes"), [(RING, 1), (EIGHT, 2), (DIAMOND, 1), (CROSS, 0), (LINE, 0), (np.zeros((1, 4, 4), bool), 0)]
)
def test_holes_are_ground_that_ink_shuts_off(ink: np.ndarray, holes: int) -> None:
    assert count_holes(ink).tolist() == [holes]


def test_a_figure_that_touches_the_edge_shuts_nothing_off_with_it() -> None:
    bowl = drawn("""
    #...#
    #...#
    #####
    """)
    assert count_holes(bowl).tolist() == [0]


@pytest.mark.parametrize(("ink", "ends"), [(RING, 0), (CROSS, 4), (LINE, 2), (DIAGONAL, 2), (EIGHT, 0)])
def test_ends_are_where_ink_goes_on_one_way_only(ink: np.ndarray, ends: int) -> None:
    assert count_ends(ink).tolist() == [ends]


def test_thick_strokes_are_thinned_to_a_line_with_the_same_holes_and_parts() -> None:
    from scipy import ndimage

    thick = np.kron(np.concatenate([RING, RING[:, ::-1]]), np.ones((1, 4, 4), bool)).astype(bool)
    thinned = thin(thick)
    assert thinned.sum() < thick.sum() / 3
    assert not (thinned & ~thick).any()
    assert count_holes(thinned).tolist() == [1, 1]
    parts = np.empty(thinned[0].shape, np.int32)
    for one in thinned:
        ndimage.label(one, np.ones((3, 3)), output=parts)
        assert parts.max() == 1
    # A line a pixel wide holds no square of ink.
    squares = thinned[:, 1:, 1:] & thinned[:, :-1, 1:] & thinned[:, 1:, :-1] & thinned[:, :-1, :-1]
    assert not squares.any()


def test_many_pictures_at_once_are_as_each_alone() -> None:
    rng = np.random.default_rng(0)
    blobs = rng.random((12, 16, 16)) > 0.6
    assert count_ends(blobs).tolist() == [int(count_ends(one[None])[0]) for one in blobs]


@pytest.mark.parametrize("degrees", [0.0, 30.0, 45.0, 90.0, 150.0])
def test_a_bar_runs_in_its_own_direction(degrees: float) -> None:
    angle = np.deg2rad(degrees)
    up, right = 20.0 - np.arange(41)[:, None], np.arange(41)[None] - 20.0
    across, along = up * np.cos(angle) - right * np.sin(angle), up * np.sin(angle) + right * np.cos(angle)
    bar = np.exp(-((across / 2.0) ** 2) - (along / 14.0) ** 2)
    cosine, sine = stroke_direction(bar[None])[0]
    told = np.rad2deg(np.arctan2(sine, cosine)) / 2.0 % 180.0
    assert abs((told - degrees + 90.0) % 180.0 - 90.0) < 0.5
    assert np.hypot(cosine, sine) > 0.9


def test_a_disc_runs_nowhere() -> None:
    up, right = np.mgrid[-15:16, -15:16]
    disc = np.exp(-(up**2 + right**2) / 40.0)
    assert np.abs(stroke_direction(disc[None])).max() < 1e-6


def test_ink_is_found_on_a_bright_ground_too() -> None:
    grey = RING.astype(np.float32)
    assert (find_ink(grey) == RING).all()
    assert (find_ink(1.0 - grey) == RING).all()


def test_a_property_that_all_pictures_share_is_left_out() -> None:
    rng = np.random.default_rng(0)
    pictures = np.zeros((100, 19, 19, 1), np.float32)
    pictures[:, 8:11, 2:17, 0] = 1.0
    pictures[:50] = pictures[:50].transpose(0, 2, 1, 3)
    labels = rng.integers(0, 2, 100).astype(np.int32)
    found = {one.name: one for one in measure_properties(pictures, labels, ("a", "b"))}
    assert set(found) == {DIRECTION, CLASS}
    assert HOLES not in found
    np.testing.assert_allclose(found[DIRECTION].values[[0, 99]], [[-1.0, 0.0], [1.0, 0.0]], atol=0.3)
