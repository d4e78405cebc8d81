"""The playground in a real browser, as a person goes through it: by mouse, keys and touch, from a link, on a phone."""

import functools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.studio.conftest import Studio
from tests.studio.playground_page import (
    biases,
    choose,
    epoch,
    is_scrolled_sideways,
    open_playground,
    picture,
    press,
    reading,
    readings,
    wait_for_epoch,
)

pytestmark = pytest.mark.browser

Open = Callable[..., Any]

DOTS_ARE = """([spots, colors]) => {
    const canvas = document.querySelector('.plane-dots');
    const copy = Object.assign(document.createElement('canvas'), {width: canvas.width, height: canvas.height});
    const context = copy.getContext('2d', {willReadFrequently: true});
    context.drawImage(canvas, 0, 0);
    const ratio = canvas.width / canvas.clientWidth;
    return spots.every(([x, y], place) =>
        context.getImageData(x * ratio, y * ratio, 1, 1).data.join() === colors[place]);
}"""


@pytest.fixture
def show(visit: Open) -> Open:
    return functools.partial(open_playground, visit)


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
    assert wrong.inner_text() == "saturated units"
    assert reading(page, "test accuracy", row=1) == 1.0
    assert reading(page, "train loss", row=2) > 0.5  # what the best constant answer has
    wrong.click()
    told = page.locator(".evidence").inner_text()
    assert told.startswith("saturated units: ")
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


def test_pauses_and_numbers_act_at_once_and_keep_what_was_learned(show: Open) -> None:
    page = show()
    press(page, "Train (space)")
    wait_for_epoch(page, 20)
    press(page, "Pause (space)")
    page.get_by_role("button", name="Train (space)").wait_for()
    time.sleep(0.5)  # What is being trained is finished.
    paused = epoch(page)
    learned = biases(page)
    time.sleep(0.5)
    assert (epoch(page), biases(page)) == (paused, learned)
    choose(page, "Optimizer", "sgd")
    choose(page, "Penalty", "L2")
    choose(page, "Learning rate", "0.1")
    page.get_by_role("slider", name="Noise").locator("[tabindex='0']").press("ArrowRight")
    page.get_by_text("Noise: 5").wait_for()
    page.wait_for_function("location.href.includes('rate=0.1') && location.href.includes('noise=5')")
    assert (epoch(page), biases(page)) == (paused, learned)
    press(page, "One epoch (E)")
    page.wait_for_function("n => document.querySelector('.readout-epoch b').textContent == n", arg=str(paused + 1))
    choose(page, "Activation", "relu")
    page.wait_for_function("document.querySelector('.readout-epoch b').textContent === '0'")


def test_the_past_can_be_looked_at_and_gone_on_from(show: Open) -> None:
    page = show()
    before = readings(page)
    for number in range(1, 4):
        page.keyboard.press("e")
        wait_for_epoch(page, number)
    now = readings(page)
    time_range = page.get_by_role("slider", name="Go back to an earlier epoch")
    time_range.press("Home")
    page.wait_for_function("document.querySelector('.readout-epoch b').textContent === '0'")
    assert before.split()[:4] != now.split()[:4]
    time_range.press("End")
    wait_for_epoch(page, 3)
    assert readings(page) == now


def test_everything_can_be_done_by_keys(show: Open) -> None:
    page = show()
    page.keyboard.press("Space")
    wait_for_epoch(page, 3)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Train (space)").wait_for()
    assert page.evaluate("scrollY") == 0  # space does not turn the page
    page.keyboard.press("r")
    page.wait_for_function("document.querySelector('.readout-epoch b').textContent === '0'")
    # A button that was pressed keeps the focus; keys go on, and space presses it again.
    page.get_by_role("button", name="One epoch (E)").focus()
    page.keyboard.press("Space")
    wait_for_epoch(page, 1)
    assert page.get_by_role("button", name="Train (space)").is_visible()
    page.keyboard.press("s")
    page.locator(".readout-epoch", has_text="+ 1 steps").wait_for()
    # What is typed is no command.
    page.get_by_role("button", name='Expand "Save').press("Enter")
    page.get_by_label("A link to open").press_sequentially("r e s")
    time.sleep(0.3)
    assert epoch(page) == 1
    assert "+ 1 steps" in page.locator(".readout-epoch").inner_text()


NAME = """() => {
  const own = document.activeElement;
  const by = document.getElementById(own.getAttribute("aria-labelledby"));
  const label = own.closest("label")?.querySelector(".q-field__label");
  const slider = own.closest("[role=slider]");
  return (own.getAttribute("aria-label") || by?.innerText || label?.innerText || slider?.getAttribute("aria-label")
    || own.innerText || "").trim();
}"""
IS_SEEN = """() => {
  const own = document.activeElement;
  const style = getComputedStyle(own);
  const field = own.closest(".q-field--focused, .q-slider--focus");
  const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return hasOutline || style.boxShadow.includes("0px 0px 0px 2px") || field !== null;
}"""


def test_tab_reaches_every_control_and_shows_where_it_is(show: Open) -> None:
    page = show()
    page.locator("body").focus()
    reached = []
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        name = page.evaluate(NAME)
        assert name, page.evaluate("document.activeElement.outerHTML")
        assert page.evaluate(IS_SEEN), name
        reached.append(name)
    wanted = {
        "Playground", "Light or dark", "Reset to the same weights (R)", "Train (space)", "One mini-batch (S)",
        "One epoch (E)", "New draw of the weights (N)", "Speed", "Learning rate", "Activation", "Optimizer", "Penalty",
        "Data set", "Training share", "Noise", "Batch size", "One layer less", "One layer more",
        "One neuron less in layer 1", "One neuron more in layer 2", "Activation of layer 1", "input x1",
        "input sin(x2)", "hidden1, neuron 1 (tanh)", "Show test data", "Discretize", "Log scale", "too short to tell",
    }  # fmt: skip
    assert wanted - set(reached) == set()


def test_a_link_hides_controls(show: Open, tmp_path: Path) -> None:
    page = show("?hide=noise,rate,layers,race,regularization,step,time")
    for gone in ("Learning rate", "Penalty", "Penalty rate"):
        assert not page.get_by_role("combobox", name=gone, exact=True).is_visible()
    for gone in ("One mini-batch (S)", "One epoch (E)", "One layer more", "One neuron more in layer 1"):
        assert not page.get_by_role("button", name=gone).is_visible()
    assert not page.get_by_role("slider", name="Go back to an earlier epoch").is_visible()
    assert not page.get_by_text("Noise: ").is_visible()
    assert not page.get_by_text("Race: ").is_visible()
    for kept in ("Speed", "Activation", "Optimizer", "Data set"):
        assert page.get_by_role("combobox", name=kept, exact=True).is_visible()
    choose(page, "Activation", "relu")
    page.wait_for_function("location.href.includes('activation=relu') && location.href.includes('hide=')")
    picture(page, tmp_path, "hidden")
    # Their keys are gone with them; others are not.
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("e")
    page.keyboard.press("Space")
    wait_for_epoch(page, 2)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Train (space)").wait_for()
    time.sleep(0.3)  # The last frame may be on its way.
    stood = epoch(page)
    page.keyboard.press("e")
    time.sleep(0.3)
    assert epoch(page) == stood


def test_an_address_that_cannot_be_read_says_why(show: Open) -> None:
    page = show("?data=circel&rate=x")
    told = page.get_by_role("alert").filter(has_text="circel")
    assert "did you mean 'circle'?" in told.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_and_reaches_everything(show: Open, tmp_path: Path, scheme: str) -> None:
    page = show("?data=wine", width=390, height=844, has_touch=True, is_mobile=True, color_scheme=scheme)
    page.get_by_role("button", name="Train (space)").tap()
    wait_for_epoch(page, 10)
    page.get_by_role("button", name="Pause (space)").tap()
    assert not is_scrolled_sideways(page)
    for name in ("More", "Race", "Save", "Own data", "Step through", "Stability gauge"):
        page.get_by_role("button", name=f'Expand "{name}').tap()
    page.wait_for_timeout(600)  # they unfold
    assert not is_scrolled_sideways(page)
    controls = page.locator("button:visible, input:visible, [role=checkbox]:visible, [role=slider]:visible").all()
    assert len(controls) > 50
    for control in controls:
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box["x"] >= -1, control.evaluate("own => own.outerHTML")
        assert box["x"] + box["width"] <= 391, control.evaluate("own => own.outerHTML")
    picture(page, tmp_path, f"phone-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_turn_from_what_is_shown(show: Open, tmp_path: Path, scheme: str) -> None:
    page = show(color_scheme=scheme)
    is_dark = "document.body.classList.contains('body--dark')"
    assert page.evaluate(is_dark) == (scheme == "dark")
    picture(page, tmp_path, scheme)
    press(page, "Light or dark")
    turned = f"{is_dark} === {'false' if scheme == 'dark' else 'true'}"
    page.wait_for_function(turned)
    # The choice holds for the other pages.
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("heading", name="Data", level=1).wait_for()
    page.wait_for_function(turned)


def used_s(pid: int) -> float:
    """Return the seconds of a core that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_leaving_the_page_ends_its_training(show: Open, studio: Studio) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("what a process has used is read from /proc")
    page = show()
    choose(page, "Speed", "as fast as it goes")
    press(page, "Train (space)")
    wait_for_epoch(page, 200)
    begin = used_s(studio.pid)
    time.sleep(1.0)
    busy = used_s(studio.pid) - begin
    page.context.close()
    time.sleep(1.0)
    begin = used_s(studio.pid)
    time.sleep(1.0)
    assert used_s(studio.pid) - begin < 0.25 * busy


def test_a_rate_is_typed_as_it_is_even_where_the_one_before_contains_it(show: Open) -> None:
    page = show()
    rate = page.get_by_role("combobox", name="Learning rate", exact=True)
    for typed, shown in (("3", "3"), ("0.07", "0.07"), ("1e-5", "0.00001")):
        rate.click()
        page.get_by_role("listbox").wait_for()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_function("typed => location.search.endsWith('rate=' + typed)", arg=f"{float(typed):g}")
        page.wait_for_function("([field, shown]) => field.value === shown", arg=[rate.element_handle(), shown])
    page.keyboard.press("Escape")
    rate.click()
    page.keyboard.type("fast")
    page.keyboard.press("Enter")
    page.get_by_text("rate=fast: a number is needed").wait_for()
    page.wait_for_function("field => field.value === '0.00001'", arg=rate.element_handle())


def test_keys_work_right_after_something_was_chosen(show: Open) -> None:
    page = show()
    choose(page, "Data set", "Exclusive or")
    page.keyboard.press("e")
    wait_for_epoch(page, 1)
    page.get_by_role("listbox").wait_for(state="detached")


def test_cards_of_layers_stay_while_others_come_and_go(show: Open) -> None:
    page = show()
    first = page.get_by_role("button", name="One neuron more in layer 1", exact=True).element_handle()
    press(page, "One layer more", times=3)
    for _ in range(4):
        first.click()
    press(page, "One layer less")
    page.wait_for_function("document.querySelectorAll('.net-node canvas').length === 8 + 2 + 2 + 2 + 1")
    assert "layers=8,2,2,2" in page.url


def test_points_are_seen_where_they_are_drawn(show: Open) -> None:
    page = show()
    page.get_by_role("button", name='Expand "Own data').click()
    plane = page.locator(".plane-dots")
    for color, spots in (("blue", [(40, 40), (60, 40)]), ("orange", [(200, 200), (220, 200)])):
        choose(page, "Draw", color)
        for x, y in spots:
            plane.click(position={"x": x, "y": y})
    page.get_by_text("4 points drawn.").wait_for()
    page.wait_for_function("location.search.includes('points=')")
    assert page.get_by_role("combobox", name="Data set", exact=True).input_value() == "Own points"
    spots = [[40, 40], [60, 40], [200, 200], [220, 200]]
    colors = ["8,119,189,255"] * 2 + ["245,147,34,255"] * 2
    page.wait_for_function(DOTS_ARE, arg=[spots, colors])
    choose(page, "Data set", "Circle")
    page.wait_for_function(DOTS_ARE, arg=[spots[:1], ["0,0,0,0"]])


def test_training_that_ends_at_once_can_be_started_again(show: Open) -> None:
    page = show("?data=plane&rate=10&activation=relu")
    for _ in range(2):  # The second time it is over before it begins.
        press(page, "Train (space)")
        page.locator(".verdict", has_text="diverged").wait_for()
        page.get_by_role("button", name="Train (space)", exact=True).wait_for()
    told = page.get_by_role("alert").filter(has_text="has diverged and trains no further")
    told.wait_for()
    press(page, "Reset to the same weights (R)")
    told.wait_for(state="hidden")
    choose(page, "Learning rate", "0.03")
    press(page, "Train (space)")
    wait_for_epoch(page, 3)
