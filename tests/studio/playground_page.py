"""The playground's page as tests go through it: opened, read, and pressed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

DRAWN = ".net-node canvas"


def open_playground(visit: Callable[..., Any], query: str = "", **options: Any) -> Any:
    """Open the playground and wait for its first frame."""
    page = visit(query, **options)
    page.locator(DRAWN).first.wait_for()
    page.wait_for_function("document.querySelectorAll('.readout tbody td').length > 1")
    return page


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
