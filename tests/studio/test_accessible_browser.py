"""Every page of the studio under axe-core, in light and in dark, wide and narrow."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from descentlab.studio.pages._frame_of_page import PAGES

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
UNFOLD = "document.querySelectorAll('.q-expansion-item--collapsed > div > .q-item').forEach(item => item.click())"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_page_keeps_anybody_out(visit: Open, path: str, scheme: str, width: int) -> None:
    page = visit(path.lstrip("/"), width=width, color_scheme=scheme)
    page.locator(".studio-main").wait_for()
    page.wait_for_timeout(1_000)  # what is drawn by frames and charts is there by then
    page.evaluate(UNFOLD)
    page.wait_for_timeout(600)
    found = Axe().run(page).response
    assert len(found["passes"]) > 15
    assert [
        (told["id"], [node["html"][:200] for node in told["nodes"]])
        for told in found["violations"]
        if told["impact"] in ("serious", "critical")
    ] == []
