"""The playground in a real browser, as a person goes through it: by mouse, keys and touch, from a link, on a phone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
DRAWN = ".net-node canvas"


@pytest.fixture
def show(visit: Open) -> Open:
    """Open the playground and wait for its first frame."""

    def open_page(query: str = "", **options: Any) -> Any:
        page = visit(query, **options)
        page.locator(DRAWN).first.wait_for()
        page.wait_for_function("document.querySelectorAll('.readout tbody td').length > 1")
        return page

    return open_page


def epoch(page: Any) -> int:
    return int(page.locator(".readout-epoch b").text_content())


def reading(page: Any, name: str, *, row: int = 0) -> float:
    return float(page.locator(f"td[data-name='{name}']").nth(row).text_content())


def readings(page: Any) -> str:
    return page.locator(".readout tbody").inner_text()


def wait_for_epoch(page: Any, number: int) -> None:
    page.wait_for_function("n => Number(document.querySelector('.readout-epoch b').textContent) >= n", arg=number)


def biases(page: Any) -> list[str]:
    return [button.get_attribute("aria-label") for button in page.locator(".net-bias").all()]


def press(page: Any, name: str, *, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def is_scrolled_sideways(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def picture(page: Any, folder: Path, name: str) -> None:
    """Keep what is seen, for a look by eye."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_a_first_visit_ends_at_a_trained_spiral(show: Open, tmp_path: Path) -> None:
    page = show()
    assert epoch(page) == 0
    choose(page, "Data set", "Spiral")
    for name in ("x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"):
        page.get_by_role("button", name=f"input {name}", exact=True).click()
        page.locator(f"button[aria-label='input {name}'][aria-pressed=true]").wait_for()
    press(page, "One neuron more in layer 1", times=4)
    press(page, "One neuron more in layer 2", times=2)
    page.wait_for_function("document.querySelectorAll('.net-node canvas').length === 8 + 4 + 1")
    assert reading(page, "test accuracy") < 0.7
    choose(page, "Speed", "as fast as it goes")
    press(page, "Train (space)")
    page.wait_for_function(
        "Number(document.querySelector(\"td[data-name='test accuracy']\").textContent) > 0.95", timeout=60_000
    )
    press(page, "Pause (space)")
    assert reading(page, "train loss") < 0.1
    assert "data=spiral" in page.url
    assert "layers=8,4" in page.url
    picture(page, tmp_path, "spiral")


def test_a_race_shows_which_rate_fails_and_says_why(show: Open, tmp_path: Path) -> None:
    page = show()
    page.get_by_role("button", name='Expand "Race').click()
    choose(page, "What differs", "learning rate")
    page.get_by_label("Values, with commas").fill("0.003, 0.1, 30")
    press(page, "Race")
    rows = page.locator(".readout tbody tr")
    page.wait_for_function("document.querySelectorAll('.readout tbody tr').length === 3")
    assert [row.locator("th").inner_text() for row in rows.all()] == ["0.003", "0.1", "30"]
    assert page.locator(".plane-map").count() == 3
    press(page, "Train (space)")
    wait_for_epoch(page, 60)
    press(page, "Pause (space)")
    right, wrong = rows.nth(1).locator(".verdict"), rows.nth(2).locator(".verdict")
    assert right.inner_text() == "converged"
    assert wrong.inner_text() == "saturated"
    assert reading(page, "test accuracy", row=1) == 1.0
    assert reading(page, "train loss", row=2) > 0.5  # what the best constant answer has
    wrong.click()
    told = page.locator(".evidence").inner_text()
    assert told.startswith("saturated: ")
    assert "worse than the best constant prediction" in told
    picture(page, tmp_path, "race")


SETTINGS = "?data=xor&noise=15&features=x1,x2,x1x2&layers=3,2&activation=relu&rate=0.1&batch=20&seed=3&test=1"


def test_an_address_gives_the_same_network_to_another_browser(show: Open) -> None:
    told = []
    for _ in range(2):
        page = show(SETTINGS)
        page.keyboard.press("e")
        page.keyboard.press("e")
        page.keyboard.press("s")
        page.locator(".readout-epoch", has_text="+ 1 steps").wait_for()
        assert epoch(page) == 2
        told.append((readings(page), biases(page)))
    assert told[0] == told[1]
    assert len(set(told[0][1])) == 3 + 2 + 1


def test_what_is_changed_stands_in_the_address(show: Open) -> None:
    page = show()
    choose(page, "Activation", "relu")
    choose(page, "Optimizer", "adam")
    page.get_by_text("Show test data").click()
    page.wait_for_function(
        "['activation=relu', 'optimizer=adam', 'test=1'].every(word => location.href.includes(word))"
    )
    again = show(page.url.split("/", 3)[3])
    assert again.get_by_role("combobox", name="Activation", exact=True).input_value() == "relu"
    assert again.get_by_role("checkbox", name="Show test data").is_checked()
    assert readings(again) == readings(page)


def test_a_copied_link_carries_the_weights(show: Open) -> None:
    page = show()
    choose(page, "Speed", "10 epochs a frame")
    press(page, "Train (space)")
    wait_for_epoch(page, 30)
    press(page, "Pause (space)")
    page.get_by_role("button", name='Expand "Save').click()
    press(page, "Copy link")
    page.wait_for_function("document.querySelector(\"input[aria-label='A link to open']\").value.includes('weights=')")
    again = show(page.get_by_label("A link to open").input_value())
    assert epoch(again) == 0
    assert reading(again, "train loss") == reading(page, "train loss") < 0.5
    assert biases(again) == biases(page)
