"""The page that any analysis fills in: hostile names, odd numbers, and what a browser makes of it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from descentlab.results import (
    Band,
    Boundary2D,
    BoundaryRow,
    Chart,
    Declaration,
    Map,
    Mark,
    Path2D,
    Picture,
    Row,
    Section,
    Series,
    render_page,
)
from descentlab.results._chart import chart_view
from descentlab.results._map import map_view
from tests.results.page_to_try import declared, table_of

EVIL = '</script><script>alert("x")</script>'
GRID = np.linspace(-1.0, 1.0, 8)


def boundary(shift: float) -> Boundary2D:
    field = np.stack([np.tile(GRID + shift * k, (8, 1)) for k in range(3)])
    points = np.array([[0.5, 0.5], [-0.5, -0.5]])
    return Boundary2D(
        GRID, GRID, np.array([0, 1, 9]), field, None, points, np.array([1, 0]), points, np.array([0, 1]), ("x1", "x2"),
        ("orange", "blue"),
    )  # fmt: skip


def page(name: str) -> Declaration:
    x = np.array([0.0, 0.01, 0.1, 1.0, 10.0])
    y = np.array([1.0, 0.0, np.nan, np.inf, 1e-8])
    chart = Chart(
        name, name, name, (Series(name, x, y, y * 0.5, y * 2.0), Series("points", x, x, style="points", tone=7)),
        x_log=True, y_log=True, marks=(Mark(name, x=0.1), Mark(name, y=0.5)), bands=(Band(name, 0.01, 0.5, "good"),),
    )  # fmt: skip
    values = np.array([[0.0, 1.0, np.nan], [2.0, -1.0, 5.0]])
    drawn = Map(
        name, name, name, np.array([1.0, 10.0, 100.0]), np.array([0.0, 1.0]), values, name, x_log=True, contours=(0.5,),
        paths=(Path2D(name, np.array([[2.0, 0.2], [50.0, 0.9]])),), points=np.array([[10.0, 0.5], [-5.0, 0.0]]),
    )  # fmt: skip
    classes = Map(name, "x", "y", GRID[:2], GRID[:2], np.array([[0.0, 1.0], [1.0, np.nan]]), "kind", names=(name, "b"))
    parts = (
        chart,
        drawn,
        classes,
        Chart("nothing", "x", "y", (Series("none", x, x * np.nan),)),
        table_of(name, (name, "n"), ((name, "1.5 ± 0.2"), ("`code`", "−3"))),
        BoundaryRow(name, (name, "b"), (boundary(0.0), boundary(0.3))),
        Picture(name, np.arange(12).reshape(3, 4) * 20, name),
    )
    return declared(
        Section(name, (name,), parts), title=name, outcome=(name, f"`{name}`", "c", "d"),
        key_figures=(Row(name, name),), notes=(name,),
    )  # fmt: skip


def test_names_of_strangers_are_shown_and_never_run() -> None:
    html = render_page(page(EVIL))
    assert "alert(" in html
    assert "<script>alert" not in html
    assert html.count("<script>") == 1
    assert ">nan<" not in html.lower()
    assert "NaN" not in html.split("<script>")[0]


def test_a_logarithmic_axis_says_what_it_cannot_show() -> None:
    view = chart_view(page("a").sections[0].parts[0], "key")  # type: ignore[arg-type]
    assert view is not None
    assert any("at or below 0" in note for note in view.notes)
    assert view.saved is not None
    assert view.saved.num_rows == 10


def test_nothing_to_draw_is_said_in_words() -> None:
    assert chart_view(Chart("t", "x", "y", ()), "key") is None
    assert map_view(Map("t", "x", "y", GRID, GRID, np.full((8, 8), np.nan), "v"), "key") is None
    assert "there is no finite number to draw" in render_page(page("a"))


def test_a_map_of_pixels_has_its_first_row_on_top() -> None:
    rows = np.array([[0.0, 0.0], [0.0, 9.0]])
    up, down = (
        map_view(Map("t", "x", "y", np.array([1.0, 2.0]), np.array([1.0, 2.0]), rows, "v", y_down=y_down), "key")
        for y_down in (False, True)
    )
    turned = map_view(Map("t", "x", "y", np.array([1.0, 2.0]), np.array([1.0, 2.0]), rows[::-1], "v"), "key")
    assert up is not None
    assert down is not None
    assert turned is not None
    assert down.picture == turned.picture != up.picture
    assert down.y_ticks[0].at < down.y_ticks[-1].at
    assert up.y_ticks[0].at > up.y_ticks[-1].at


def test_a_long_curve_keeps_the_page_small() -> None:
    x = np.arange(200_000.0)
    long = Chart("t", "x", "y", tuple(Series(str(k), x, np.sin(x / 1e4)) for k in range(4)))
    assert len(render_page(declared(Section("s", (), (long,))))) < 800_000


@pytest.mark.browser
def test_a_browser_shows_it_without_a_complaint(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="install playwright to test in a browser")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on the path")
    (tmp_path / "page.html").write_text(render_page(page(EVIL)))
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 390, "height": 800})
        said: list[str] = []
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto((tmp_path / "page.html").as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        slider = shown.locator(".boundary-row input")
        slider.focus()
        slider.press("ArrowLeft")
        assert shown.locator(".boundary-row output").inner_text() == "1"
        assert shown.locator(".planes .frame.is-shown").count() == 2
        browser.close()
    assert said == []
