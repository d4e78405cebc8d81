"""The runs page in a real browser: list, details, report, comparison, and a deletion that is undone."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import gradlab as gl
from gradlab.spec import override, preset

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
NAMES = ("slow", "fast", "flow ers", "study")


@pytest.fixture(scope="module")
def runs(studio: Any) -> Iterator[Path]:
    """Two runs that compare, one with a report, one that was stopped, and a study, as long as these tests last."""
    folder = studio.folder / "runs"
    circle = override(preset("circle"), ["epochs=2", "num_seeds=7"])
    gl.train(circle, out=folder / "slow", report=False)
    gl.train(override(circle, ["optimizer.learning_rate=0.3"]), out=folder / "fast", report=False)
    gl.train(override(preset("iris"), ["epochs=5"]), out=folder / "flow ers")
    shutil.copytree(folder / "slow", folder / "stopped")
    (folder / "stopped" / "metrics.json").unlink()
    gl.sweep("circle", learning_rate=[0.01, 0.1], seeds=2, epochs=2, out=folder / "study")
    yield folder
    for name in (*NAMES, "stopped"):
        shutil.rmtree(folder / name, ignore_errors=True)


@pytest.fixture
def show(visit: Open, runs: Path) -> Open:
    """Open the page and wait for its list."""

    def open_page(**options: Any) -> Any:
        page = visit("runs", **options)
        page.locator("tr[data-run='slow']").wait_for()
        return page

    return open_page


def test_the_list_says_what_there_is(show: Open) -> None:
    page = show()
    row = lambda name: page.locator(f"tr[data-run='{name}']").text_content()
    assert "mean of 7 seeds" in row("fast")
    assert "can be resumed" in row("stopped")
    assert "4 networks over learning_rate" in row("study")
    boxes = lambda name: page.locator(f"tr[data-run='{name}']").get_by_role("checkbox").count()
    choices = {name: boxes(name) for name in (*NAMES, "stopped")}
    assert choices == {"slow": 1, "fast": 1, "flow ers": 1, "study": 0, "stopped": 0}
    assert page.get_by_role("button", name="Compare").is_disabled()


def test_a_report_opens_beside_the_page(show: Open) -> None:
    page = show()
    for name in ("flow ers", "study"):
        with page.expect_popup() as opened:
            page.get_by_role("link", name=f"report of {name}").click()
        opened.value.wait_for_load_state()
        assert opened.value.locator("h1").count() == 1
        opened.value.close()


def test_details_tell_what_was_trained_and_what_came_of_it(show: Open, runs: Path) -> None:
    page = show()
    page.get_by_role("button", name="Details of flow ers").click()
    details = page.get_by_role("region", name="Details", exact=True)
    details.get_by_text("epochs = 5", exact=False).wait_for()
    assert details.get_by_role("region", name="Scores").get_by_role("row").count() == 4
    page.get_by_role("button", name="Details of stopped").click()
    details.get_by_text("gradlab train --resume runs/stopped").wait_for()


def test_two_runs_are_compared_with_what_is_sure(show: Open) -> None:
    page = show()
    for name in ("fast", "slow"):
        page.get_by_role("checkbox", name=f"Choose {name}").click()
    page.get_by_text("2 chosen").wait_for()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("fast minus slow", exact=False).wait_for()
    differs = page.get_by_role("region", name="What differs")
    assert differs.get_by_role("row").nth(1).text_content() == "optimizer.learning_rate0.30.03"
    page.get_by_role("checkbox", name="Choose flow ers").click()
    page.get_by_text("3 chosen").wait_for()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("their scores do not compare", exact=False).wait_for()


def test_a_deletion_asks_and_can_be_undone(show: Open, runs: Path) -> None:
    page = show()
    page.get_by_role("button", name="Delete slow").click()
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    assert (runs / "slow").is_dir()
    page.get_by_role("button", name="Delete slow").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("slow is deleted.").wait_for()
    page.locator("tr[data-run='slow']").wait_for(state="detached")
    assert not (runs / "slow").exists()
    page.get_by_role("button", name="Undo").click()
    page.locator("tr[data-run='slow']").wait_for()
    assert (runs / "slow").is_dir()


def test_leaving_makes_a_deletion_final(show: Open, runs: Path) -> None:
    shutil.copytree(runs / "slow", runs / "gone")
    page = show()
    page.get_by_role("button", name="Delete gone").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("gone is deleted.").wait_for()
    assert list((runs / ".trash").iterdir())
    page.goto("about:blank")
    for _ in range(200):
        if not (runs / ".trash").exists():
            break
        page.wait_for_timeout(100)
    assert not (runs / ".trash").exists()
    assert not (runs / "gone").exists()


def test_it_fits_a_phone_and_goes_by_keys(show: Open) -> None:
    page = show(width=390, height=844, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("checkbox", name="Choose fast").focus()
    page.keyboard.press("Space")
    page.get_by_text("1 chosen").wait_for()
    page.get_by_role("button", name="Details of fast").focus()
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Scores").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
