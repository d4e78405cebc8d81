"""The axes of a table's plane in a real browser: chosen while it trains, by mouse and keys, from a link."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.studio.playground_page import choose, epoch, open_playground, picture, press, wait_for_epoch

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture
def show(visit: Open) -> Open:
    return functools.partial(open_playground, visit)


def axes(page: Any) -> tuple[str, str]:
    across, up = (page.get_by_role("combobox", name=name, exact=True).input_value() for name in ("Across", "Up"))
    return across, up


def wait_for_plane(page: Any, across: str, up: str) -> None:
    page.locator(".plane-names", has_text=f"{across} →, {up} ↑").wait_for()


def test_a_table_is_looked_at_across_any_two_columns_while_it_trains(show: Open, tmp_path: Path) -> None:
    page = show("?data=iris&layers=3")
    wait_for_plane(page, *axes(page))
    press(page, "Train (space)")
    wait_for_epoch(page, 5)
    choose(page, "Across", "sepal length (cm)")
    choose(page, "Up", "petal length (cm)")
    wait_for_plane(page, "sepal length (cm)", "petal length (cm)")
    assert epoch(page) > 5  # it was not begun anew
    before = epoch(page)
    wait_for_epoch(page, before + 5)
    # By keys: who wants for one axis what the other has changes the two.
    up = page.get_by_role("combobox", name="Up", exact=True)
    up.focus()
    up.press("ArrowDown")
    page.get_by_role("option", name="sepal length (cm)", exact=True).wait_for()
    up.press("ArrowUp")
    up.press("ArrowUp")
    page.locator("[role=option].q-manual-focusable--focused", has_text="sepal length (cm)").wait_for()
    up.press("Enter")
    wait_for_plane(page, "petal length (cm)", "sepal length (cm)")
    assert axes(page) == ("petal length (cm)", "sepal length (cm)")
    page.wait_for_function("location.href.includes('across=petal') && location.href.includes('up=sepal')")
    picture(page, tmp_path, "axes")
    again = show(page.url.split("/", 3)[3])
    wait_for_plane(again, "petal length (cm)", "sepal length (cm)")
    assert axes(again) == axes(page)
    choose(again, "Data set", "Wine (3 growers)")
    again.wait_for_function("!location.href.includes('across=')")
    again.locator(".plane-names", has_not_text="petal").wait_for()
    wait_for_plane(again, *axes(again))
    assert not set(axes(again)) & set(axes(page))


def test_a_link_with_a_column_that_is_not_there_says_so_and_shows_the_usual_plane(show: Open) -> None:
    page = show("?data=iris&across=petal+lenght+(cm)&up=sepal+width+(cm)&rate=0.1")
    told = page.get_by_role("alert").filter(has_text="lenght")
    told.wait_for()
    assert "did you mean 'petal length (cm)'?" in told.inner_text()
    wait_for_plane(page, *axes(page))
    page.wait_for_function("!location.href.includes('across=') && location.href.includes('rate=0.1')")
    page.keyboard.press("e")
    wait_for_epoch(page, 1)


@pytest.mark.parametrize("query", ["", "?data=iris&hide=axes"])
def test_axes_are_not_offered_for_points_nor_where_a_link_hides_them(show: Open, query: str) -> None:
    page = show(query)
    page.keyboard.press("e")
    wait_for_epoch(page, 1)
    assert not page.get_by_role("combobox", name="Across", exact=True).is_visible()


def test_a_table_of_ones_own_obeys_every_control(show: Open) -> None:
    page = show()
    rows = ['width,length,"height, cm",kind']
    rows += [f"{place % 7},{place * 3 % 11},{place % 5 + 0.5},{'ab'[place % 2]}" for place in range(40)]
    page.get_by_role("button", name='Expand "Own data').click()
    page.get_by_label("Paste rows").fill("\n".join(rows))
    press(page, "Use these rows")
    page.get_by_role("combobox", name="Across", exact=True).wait_for()
    choose(page, "Across", "height, cm")
    wait_for_plane(page, "height, cm", axes(page)[1])
    choose(page, "Activation", "relu")
    page.locator("[aria-label='hidden1, neuron 1 (relu)']").wait_for()
    assert axes(page)[0] == "height, cm"
    assert not page.get_by_role("alert").filter(visible=True).all()
