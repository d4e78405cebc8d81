"""Steps in a real browser: by buttons, list, keys and touch, with the drawing that goes along, and without a script."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.results import Chart, Series
from tests.results.test_steps import page as render_steps, steps

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture
def show(visit: Open, tmp_path: Path) -> Open:
    """Open steps beside a chart."""
    x = np.arange(1.0, 6.0)
    path = tmp_path / "steps.html"
    path.write_text(render_steps(steps(), Chart("chart", "x", "y", (Series("s", x, x),))), encoding="utf-8")
    return partial(visit, path)


def shown(page: Any) -> list[str]:
    return [step.get_attribute("id") for step in page.locator(".step").all() if step.is_visible()]


def test_buttons_go_through_the_steps_and_stop_at_the_ends(show: Open) -> None:
    page = show()
    on, back = page.get_by_role("button", name="Next"), page.get_by_role("button", name="Back")
    assert shown(page) == ["step-1"]
    assert back.get_attribute("aria-disabled") == "true"
    on.click()
    assert shown(page) == ["step-2"]
    assert page.locator("[data-at]").text_content() == "2"
    assert page.locator("[data-status]").text_content() == "Step 2 of 4: Forward, hidden: forward"
    assert page.locator("[data-status]").get_attribute("aria-live") == "polite"
    page.get_by_role("button", name="Last step").click()
    assert shown(page) == ["step-4"]
    assert on.get_attribute("aria-disabled") == "true"
    on.click(force=True)
    assert shown(page) == ["step-4"]
    back.click()
    assert shown(page) == ["step-3"]
    page.get_by_role("button", name="First step").click()
    assert shown(page) == ["step-1"]


def test_the_list_leads_to_a_step_and_the_address_keeps_it(show: Open) -> None:
    page = show()
    link = page.locator("a[href='#step-3']")
    assert "differs" in link.text_content()
    link.click()
    assert shown(page) == ["step-3"]
    assert link.get_attribute("aria-current") == "step"
    assert page.locator("a[aria-current]").count() == 1
    assert page.url.endswith("#step-3")
    assert shown(show(at="#step-2")) == ["step-2"]


def test_keys_step_and_leave_to_charts_and_tables_what_is_theirs(show: Open) -> None:
    page = show()
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["step-2"]
    page.keyboard.press("ArrowLeft")
    assert shown(page) == ["step-1"]
    # Home and End scroll the page, unless the steps have the focus.
    page.keyboard.press("End")
    assert shown(page) == ["step-1"]
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("End")
    assert shown(page) == ["step-4"]
    page.keyboard.press("Home")
    assert shown(page) == ["step-1"]
    page.locator("[data-chart] svg").focus()
    page.keyboard.press("ArrowLeft")
    assert shown(page) == ["step-1"]
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".step.is-shown .scroll").first.focus()
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["step-2"]
    page.locator("a[href='#step-3']").focus()
    page.keyboard.press("Enter")
    assert shown(page) == ["step-3"]


def test_the_drawing_goes_along(show: Open) -> None:
    page = show()
    column = lambda k: page.locator(f".stage .column[data-column='{k}']")
    lit = page.locator(".stage .is-lit .column-name")
    rings, lines = column(1).locator(".nudge-ring").first, page.locator(".gap[data-column='1'] .example path").first
    assert lit.text_content() == "inputs"
    assert not rings.is_visible()
    page.keyboard.press("ArrowRight")
    assert lit.text_content() == "hidden"
    assert not lines.is_visible()
    page.keyboard.press("ArrowRight")
    assert rings.is_visible()
    assert lines.is_visible()
    mean = page.locator(".gap[data-column='1'] .mean path").first
    assert not mean.is_visible()
    page.keyboard.press("ArrowRight")
    assert mean.is_visible()
    assert not lines.is_visible()
    # A layer leads to its next step, and from the last around to its first.
    column(1).locator(".column-name").click()
    assert shown(page) == ["step-2"]
    column(1).locator(".column-name").click()
    assert shown(page) == ["step-3"]


def test_a_finger_steps_on_a_phone(show: Open) -> None:
    page = show(width=390, has_touch=True, is_mobile=True)
    on = page.get_by_role("button", name="Next")
    box = on.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    for number in (2, 3, 4):
        on.tap()
        assert shown(page) == [f"step-{number}"]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("a[href='#step-2']").tap()
    assert shown(page) == ["step-2"]


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_no_step_is_wider_than_the_window(show: Open, width: int) -> None:
    page = show(width=width)
    for _ in range(4):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.keyboard.press("ArrowRight")


def test_without_a_script_all_steps_stand_below_each_other(show: Open) -> None:
    page = show(java_script_enabled=False)
    assert shown(page) == ["step-1", "step-2", "step-3", "step-4"]
    assert not page.get_by_role("button", name="Next").is_visible()
    assert page.locator(".stage .nudge-ring").first.is_visible()


def test_on_paper_all_steps_stand_below_each_other(show: Open) -> None:
    page = show()
    page.emulate_media(media="print")
    assert shown(page) == ["step-1", "step-2", "step-3", "step-4"]


def test_a_long_step_is_left_at_its_head(show: Open) -> None:
    page = show(width=390)
    page.keyboard.press("ArrowRight")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.keyboard.press("ArrowRight")
    top = page.evaluate("document.querySelector('.step.is-shown').getBoundingClientRect().top")
    assert 0 <= top < 900


def test_colours_follow_the_reader_s_theme(show: Open) -> None:
    ground = "getComputedStyle(document.querySelector('.step-nav')).backgroundColor"
    assert show().evaluate(ground) != show(color_scheme="dark").evaluate(ground)
