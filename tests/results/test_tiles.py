"""Small pictures side by side on a page."""

import base64
import io

import numpy as np
from PIL import Image

from descentlab.results import Section, Tile, Tiles, render_page
from descentlab.results._tiles import tiles_view
from tests.results.page_to_try import declared


def pixels(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def test_grey_runs_from_the_smallest_to_the_largest_or_between_limits() -> None:
    values = np.array([[0.0, 0.5], [1.0, np.nan]])
    own, told, even = tiles_view(Tiles("t", (Tile(values), Tile(values, limits=(0.0, 2.0)), Tile(values * 0.0))))
    assert pixels(own.uri).tolist() == [[0, 128], [255, 0]]
    assert pixels(told.uri).tolist() == [[0, 64], [128, 0]]
    assert pixels(even.uri).max() == 0


def test_signs_have_colours_and_colours_stay_colours() -> None:
    signs, colours = tiles_view(
        Tiles("t", (Tile(np.array([[-1.0, 1.0]]), scale="signed"), Tile(np.eye(3)[None], limits=(0.0, 1.0))))
    )
    below, above = pixels(signs.uri)[0].astype(int)
    assert below[0] > below[2]
    assert above[2] > above[0]
    assert pixels(colours.uri)[0].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


def test_a_box_is_where_its_pixels_are_and_captions_are_never_run() -> None:
    evil = "<script>alert(1)</script>"
    tiles = Tiles(evil, (Tile(np.zeros((10, 20)), evil, box=(1, 4, 5, 10)),), note=evil)
    (drawn,) = tiles_view(tiles)
    assert drawn.box == (20.0, 10.0, 50.0, 50.0)
    html = render_page(declared(Section("s", (), (tiles,))))
    assert "left: 20.0%; top: 10.0%; width: 50.0%; height: 50.0%" in html
    assert "<script>alert" not in html
