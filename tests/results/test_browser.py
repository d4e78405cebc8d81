"""The page in a real browser: nothing breaks, nothing sticks out, and what can be pressed works."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from descentlab.results import render

pytestmark = pytest.mark.browser

Variants = dict[str, Callable[[], Any]]
Open = Callable[..., Any]


@pytest.fixture
def show(visit: Open, variants: Variants, tmp_path: Path) -> Open:
    """Open a kind of report."""

    def open_page(name: str, **options: Any) -> Any:
        path = tmp_path / "report.html"
        path.write_text(render(variants[name]()), encoding="utf-8")
        return visit(path, **options)

    return open_page


def _sticks_out(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


WIDE = (
    "table",
    "pictures",
    "hundred classes",
    "long names",
    "hostile",
    "regression",
    "population, some diverged",
    "plane",
)


@pytest.mark.parametrize("name", WIDE)
def test_no_report_is_wider_than_the_window(show: Open, name: str) -> None:
    page = show(name)
    for width in (1280, 800, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert not _sticks_out(page), width


def test_no_text_of_a_figure_is_cut_off(show: Open) -> None:
    page = show("plane", width=390)
    outside = page.evaluate(
        """[...document.querySelectorAll("svg text")].filter(t => {
          const box = t.getBoundingClientRect();
          return box.width && (box.left < 0 || box.right > innerWidth);
        }).map(t => t.textContent)"""
    )
    assert outside == []


def test_the_axis_switches_between_linear_and_logarithmic(show: Open) -> None:
    page = show("table")
    linear, logarithmic = page.locator("[data-chart=loss] .panel.linear"), page.locator("[data-chart=loss] .panel.log")
    assert linear.is_visible()
    assert not logarithmic.is_visible()
    page.get_by_text("log", exact=True).click()
    assert logarithmic.is_visible()
    assert not linear.is_visible()
    page.keyboard.press("ArrowLeft")
    assert linear.is_visible()


def test_the_pointer_and_the_keys_read_out_numbers(show: Open) -> None:
    page = show("table")
    chart = page.locator("[data-chart=loss]")
    epoch, value = chart.locator("[data-epoch]"), chart.locator("[data-line]").first
    assert epoch.text_content() == "6"
    last = value.text_content()
    chart.locator("svg").hover(position={"x": 60, "y": 100})
    assert epoch.text_content() == "1"
    assert value.text_content() != last
    assert chart.locator(".cursor circle").count() == 2
    page.mouse.move(0, 0)
    assert epoch.text_content() == "6"
    chart.locator("svg").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert epoch.text_content() == "2"


def test_the_read_out_dot_lies_on_the_line(show: Open) -> None:
    page = show("table")
    for kind in ("linear", "log"):
        page.locator("[data-chart=loss]").get_by_text(kind, exact=True).click()
        page.locator("[data-chart=loss] svg").hover(position={"x": 60, "y": 100})
        distance = page.evaluate(
            f"""(() => {{
              const line = document.querySelector("[data-chart=loss] .panel.{kind} .line.tone0");
              const dot = document.querySelector("[data-chart=loss] .cursor .tone0");
              const start = line.getPointAtLength(0);
              return Math.hypot(dot.getAttribute("cx") - start.x, dot.getAttribute("cy") - start.y);
            }})()"""
        )
        assert distance < 0.2


def test_a_cell_of_the_confusion_matrix_opens_its_examples(show: Open) -> None:
    page = show("pictures")
    assert page.locator("#cell-0-1").is_visible()
    link = page.locator("table.confusion a[href='#cell-9-0']")
    link.focus()
    page.keyboard.press("Enter")
    assert page.locator("#cell-9-0").is_visible()
    assert page.locator("#cell-9-0 img").count() == 1
    assert not page.locator("#cell-0-1").is_visible()
    assert link.get_attribute("aria-current") == "true"
    assert page.locator("[data-status]").text_content() == "9 taken for 0"
    assert page.url.endswith("#cell-9-0")


def test_a_link_to_a_cell_opens_it(show: Open) -> None:
    page = show("pictures")
    page.goto(f"{page.url}#cell-9-0")
    page.reload()
    assert page.locator("#cell-9-0").is_visible()


def test_without_a_script_cells_and_switch_work_still(show: Open) -> None:
    page = show("pictures", java_script_enabled=False)
    assert page.locator("#cell-0-1").is_visible()
    page.locator("table.confusion a[href='#cell-9-0']").click()
    assert page.locator("#cell-9-0").is_visible()
    assert not page.locator("#cell-0-1").is_visible()
    page.get_by_text("log", exact=True).click()
    assert page.locator("[data-chart=loss] .panel.log").is_visible()


def test_a_figure_s_numbers_are_saved_as_a_file(show: Open) -> None:
    page = show("table", accept_downloads=True)
    page.get_by_text("Numbers", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_text("Every epoch as CSV").click()
    assert waiting.value.suggested_filename == "history.csv"
    assert Path(waiting.value.path()).read_text().startswith("epoch,train_loss,validation_loss")


def test_hostile_names_run_nothing(show: Open) -> None:
    page = show("hostile")
    assert page.locator("script").count() == 3
    assert page.locator("[onerror]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(show: Open, scheme: str) -> None:
    page = show("pictures", color_scheme=scheme)
    # WCAG 2.2's contrast of text and of what stands behind it, which is opaque or the page.
    contrasts = page.evaluate(
        """(() => {
          const parse = (text) => {
            const parts = text.match(/[\\d.]+/g).map(Number);
            return text.startsWith("color(") ? parts.slice(-3).map((v) => v * 255) : parts;
          };
          const level = (rgb) => {
            const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const colour = getComputedStyle(at).backgroundColor;
              if (colour !== "rgba(0, 0, 0, 0)") return parse(colour).slice(0, 3);
            }
          };
          const all = {};
          for (const element of document.body.querySelectorAll("*")) {
            const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
            if (!own || !element.checkVisibility() || element.closest("script")) continue;
            const style = getComputedStyle(element);
            const ink = parse(element instanceof SVGElement ? style.fill : style.color).slice(0, 3);
            const [dark, light] = [level(ink), level(behind(element))].sort((a, b) => a - b);
            const ratio = (light + 0.05) / (dark + 0.05);
            if (ratio < 4.5) all[element.outerHTML.slice(0, 80)] = ratio;
          }
          return all;
        })()"""
    )
    assert contrasts == {}
