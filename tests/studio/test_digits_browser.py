"""The digits page in a real browser: a digit drawn by mouse, finger and keys, an example, a step, a training."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from descentlab.core import RunError
from descentlab.runs import RunFolder
from descentlab.workbench import train

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
Points = list[tuple[float, float]]
SEVEN: Points = [(0.28, 0.18), (0.7, 0.18), (0.6, 0.4), (0.48, 0.65), (0.42, 0.88)]
THREE: Points = [
    (0.32, 0.2), (0.45, 0.14), (0.6, 0.17), (0.66, 0.28), (0.6, 0.42), (0.46, 0.48), (0.62, 0.53), (0.7, 0.66),
    (0.62, 0.8), (0.46, 0.86), (0.3, 0.8),
]  # fmt: skip


@pytest.fixture(scope="module")
def trained(studio: Any) -> Iterator[str]:
    """A run of digits in the studio's own folder, as long as these tests last."""
    run = train("digits-cnn", report=False, root=studio.folder / "runs")
    yield run.folder.name
    shutil.rmtree(run.path)


@pytest.fixture
def show(visit: Open, trained: str) -> Open:
    """Open the page and wait until the network is ready."""

    def open_page(**options: Any) -> Any:
        page = visit(f"digits?run={trained}", **options)
        page.get_by_text("learned numbers").wait_for()
        return page

    return open_page


def corners(page: Any, points: Points) -> Points:
    page.locator(".pad-board").scroll_into_view_if_needed()
    box = page.locator(".pad-board").bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def draw(page: Any, points: Points) -> None:
    first, *others = corners(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def wait_for_answer(page: Any, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('.digit-answer').textContent.includes(words)", arg=words, timeout=10_000
    )


def is_trained(runs: Path, pattern: str) -> bool:
    """Whether a process is training into a run."""
    for path in runs.glob(pattern):
        try:
            with RunFolder(path).lock():
                pass
        except RunError:
            return True
    return False


def wait_until(page: Any, holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(100)
    raise TimeoutError


def shares(page: Any) -> list[float]:
    return [float(text.rstrip("%") or 0) for text in page.locator(".digit-bar-share").all_text_contents()]


def fits(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_digit_is_told_while_it_is_drawn(show: Open) -> None:
    page = show()
    begin, *others = corners(page, THREE)
    page.mouse.move(*begin)
    page.mouse.down()
    seen = set()
    for point in others:
        page.mouse.move(*point, steps=3)
        page.wait_for_timeout(120)
        seen.add(tuple(shares(page)))
    assert len(seen) > 3  # before the pen is lifted
    page.mouse.up()
    wait_for_answer(page, "The network says 3 with")
    assert shares(page)[3] == max(shares(page)) > 50.0
    assert sum(shares(page)) == pytest.approx(100.0, abs=0.6)
    assert page.locator(".digit-bar.first .digit-bar-name").text_content() == "3"


def test_layers_reasons_and_wishes_follow_the_drawing(show: Open) -> None:
    page = show()
    draw(page, SEVEN)
    wait_for_answer(page, "The network says")
    page.locator(".digit-reason.chosen").wait_for()
    assert page.locator(".digit-layer").count() == 5
    assert page.locator(".digit-reason").count() == 10
    sizes = page.eval_on_selector_all("img.pixels", "all => all.map(one => [one.naturalWidth, Boolean(one.alt)])")
    assert all(width > 0 and has_words for width, has_words in sizes)
    before = page.locator(".digit-maps").first.get_attribute("src")
    page.get_by_label("Class to explain").click()
    page.get_by_role("option", name="4", exact=True).click()
    page.get_by_text("The logit of 4 is").wait_for()
    assert page.locator(".digit-reason.chosen figcaption").text_content().startswith("4:")
    page.get_by_role("button", name="Clear").click()
    wait_for_answer(page, "Nothing is drawn yet")
    assert page.locator(".digit-reason").count() == 0
    draw(page, THREE)
    page.locator(".digit-reason").first.wait_for()
    assert page.locator(".digit-maps").first.get_attribute("src") != before


def test_an_example_is_shown_by_number_and_moved_towards_another_class(show: Open) -> None:
    page = show()
    page.get_by_label("Example picture").fill("4")
    page.keyboard.press("Enter")
    told = page.get_by_text("Example 4 of the 359 of the test part")
    told.wait_for()
    label = told.text_content().rstrip(".")[-1]
    wait_for_answer(page, f"The network says {label} with")
    page.get_by_text(f"Were this a {label}, it would cost").wait_for()
    other = "0" if label != "0" else "8"
    page.get_by_label("It should be").click()
    page.get_by_role("option", name=other, exact=True).click()
    page.get_by_text(f"Were this a {other}, it would cost").wait_for()
    before = shares(page)[int(other)]
    for _ in range(6):
        words = page.get_by_text("Blue pixels should be brighter").text_content()
        page.get_by_role("button", name="Take this step").click()
        page.wait_for_function(
            "words => { const found = [...document.querySelectorAll('.digit-wish p')].map(one => one.textContent);"
            " return found.some(text => text.startsWith('Blue') && text !== words); }",
            arg=words,
        )
        if shares(page)[int(other)] > 50.0:
            break
    assert shares(page)[int(other)] > max(50.0, before)
    page.get_by_label("Example picture").fill("99999")
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="there is no example 99999").wait_for()


def test_keys_draw_take_back_and_clear(show: Open) -> None:
    page = show()
    page.locator(".pad-board").focus()
    for key, times in (("ArrowUp", 10), ("Space", 1), ("ArrowDown", 20), ("Space", 1)):
        for _ in range(times):
            page.keyboard.press(key)
    wait_for_answer(page, "The network says 1 with")
    page.keyboard.press("Backspace")
    wait_for_answer(page, "Nothing is drawn yet")
    assert page.get_by_role("button", name="Undo").is_disabled()
    page.keyboard.press("Space")
    wait_for_answer(page, "The network says")
    page.keyboard.press("Delete")
    wait_for_answer(page, "Nothing is drawn yet")


def test_a_finger_draws_on_a_phone(show: Open) -> None:
    page = show(width=390, height=844, has_touch=True, is_mobile=True)
    touch = page.context.new_cdp_session(page)
    send = lambda kind, points: touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    path = corners(page, SEVEN)
    scrolled = page.evaluate("window.scrollY")
    send("touchStart", [{"x": path[0][0], "y": path[0][1]}])
    for x, y in path[1:]:
        send("touchMove", [{"x": x, "y": y}])
    send("touchEnd", [])
    wait_for_answer(page, "The network says")
    page.locator(".digit-reason").first.wait_for()
    assert page.evaluate("window.scrollY") == scrolled
    assert fits(page)
    for button in page.locator(".pad-tools button, .digits .q-btn:visible").all():
        assert button.bounding_box()["height"] >= 44


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(show: Open, scheme: str) -> None:
    page = show(color_scheme=scheme)
    contrasts = page.evaluate(
        """() => {
          const linear = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          const light = (css) => css.match(/[\\d.]+/g).slice(0, 3).map(Number).map(linear)
            .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
          const ground = light(getComputedStyle(document.querySelector('.panel')).backgroundColor);
          return [...document.querySelectorAll('.digits .quiet, .digits h2, .digits .q-btn, .digit-bar')].map((one) => {
            const [low, high] = [light(getComputedStyle(one).color), ground].sort((a, b) => a - b);
            return (high + 0.05) / (low + 0.05);
          });
        }"""
    )
    assert len(contrasts) > 10
    assert min(contrasts) >= 4.5


def test_a_network_is_trained_on_the_page_and_answers(show: Open, studio: Any, trained: str) -> None:
    page = show()
    page.get_by_role("button", name="Train digits-cnn").click()
    page.get_by_role("button", name="Stop").wait_for()
    names = lambda: sorted(path.name for path in (studio.folder / "runs").glob("digits-cnn-*"))
    page.wait_for_function(
        "old => { const chosen = document.querySelector('.digit-run input, .digit-run .q-field__native');"
        " const words = document.querySelector('.digit-run').textContent;"
        " return chosen && words.includes('digits-cnn-') && !words.includes(old)"
        " && document.querySelector('.digit-status').textContent.includes('learned numbers'); }",
        arg=trained,
        timeout=60_000,
    )
    (new,) = [name for name in names() if name != trained]
    assert (studio.folder / "runs" / new / "metrics.json").is_file()
    draw(page, THREE)
    wait_for_answer(page, "The network says 3")
    shutil.rmtree(studio.folder / "runs" / new)


@pytest.mark.slow
@pytest.mark.data
def test_a_page_that_is_left_ends_its_training(show: Open, studio: Any, data_dir: Path) -> None:
    page = show()
    page.get_by_role("button", name="Train mnist-cnn").click()
    page.get_by_role("button", name="Stop").wait_for()
    runs = studio.folder / "runs"
    wait_until(page, lambda: is_trained(runs, "mnist-cnn-*"))
    page.goto(studio.address)
    wait_until(page, lambda: not is_trained(runs, "mnist-cnn-*"))
    (left,) = runs.glob("mnist-cnn-*")
    assert not (left / "metrics.json").exists()
    shutil.rmtree(left)
