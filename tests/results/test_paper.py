"""What a page of tables and maps looks like in a window and on paper."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.results import Column, Map, Section, TableForm, render_page
from tests.results.page_to_try import declared

pytestmark = pytest.mark.browser
PAPER = 718
"""Width of a sheet of A4 between its margins, in pixels of CSS."""
GRID = np.arange(3.0)
SIDES = tuple(f"{part} {side} (cm)" for part in ("sepal", "petal") for side in ("length", "width"))
FLOWERS = TableForm(
    "mistakes",
    "Mistakes",
    (
        *(Column("example"), Column("label"), Column("p", format="fixed"), Column("predicted")),
        *(Column("sure", "p", format="fixed"), Column("or"), Column("next", "p", format="fixed")),
        *(Column(side, format="number", digits=2) for side in SIDES),
    ),
).fill([("107", "virginica", 0.096, "versicolor", 0.904, "virginica", 0.096, 4.9, 2.5, 4.5, 1.7)])


@pytest.fixture
def shown(visit: Any, tmp_path: Path) -> Any:
    basins = Map("basins", "x", "y", GRID, GRID, np.eye(3), "end", names=("here", "there"))
    html = render_page(declared(Section("tables", (), (FLOWERS, basins))))
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    return visit(tmp_path / "page.html", width=1280)


def test_a_table_of_mistakes_shows_all_columns_in_a_window(shown: Any) -> None:
    assert shown.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.scroll'))")


def test_paper_shows_whole_tables_with_whole_words(shown: Any) -> None:
    shown.emulate_media(media="print")
    shown.set_viewport_size({"width": PAPER, "height": 1000})
    assert shown.evaluate("document.documentElement.scrollWidth") <= PAPER
    heights = shown.evaluate("[...document.querySelectorAll('tbody td')].map(e => e.getBoundingClientRect().height)")
    assert max(heights) < 35.0, "a word of the only row was broken in two"


def test_paper_shows_the_picture_of_a_map(shown: Any) -> None:
    shown.emulate_media(media="print")
    assert shown.evaluate("document.querySelector('.map image').getBoundingClientRect().width") > 100.0
