"""One Chromium with the same options for every page that is measured in it."""

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

PATH = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextlib.contextmanager
def blank_page(script: str) -> Iterator[Page]:
    """Open an empty page; the script runs before those of any address that it opens."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=PATH, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(script)
        yield page
        chromium.close()
