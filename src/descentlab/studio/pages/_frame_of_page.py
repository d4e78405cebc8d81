"""The frame of every page: the studio's name, links to the other pages, and the switch between light and dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from nicegui import ui

from descentlab.studio.pages._parts import icon_button

PAGES = {"/": "Playground", "/data": "Data", "/digits": "Digits", "/runs": "Runs"}

KEPT = "localStorage.descentlabStudio"
"""Place where a browser keeps the choice of light or dark, for all pages."""
STYLE = """
:root { --ink: #1d2733; --quiet: #55616f; --ground: #ffffff; --panel: #f5f7f9; --line: #d5dbe1;
  --orange: #d9730d; --blue: #076fae; --accent: #183d3d; }
body { --q-primary: #0b6aa8 !important; }
body.body--dark { --q-primary: #4fb0ec !important; }
body.body--dark { --ink: #e8edf2; --quiet: #a9b4c0; --ground: #14181d; --panel: #1d232a; --line: #39424d;
  --orange: #f59322; --blue: #4fb0ec; --accent: #8fd0c8; }
body { background: var(--ground); color: var(--ink); font-family: system-ui, sans-serif; }
.nicegui-content { padding: 0; gap: 0; }
.studio-header { background: var(--panel); color: var(--ink); border-bottom: 1px solid var(--line); box-shadow: none;
  padding: 4px 16px; min-height: 44px; width: 100%; gap: 4px; display: flex; align-items: center; flex-wrap: wrap; }
.studio-name { font-weight: 700; font-size: 17px; margin-right: 12px; }
.studio-header a { color: var(--ink); text-decoration: none; padding: 8px 10px; border-radius: 6px; font-size: 14px; }
.studio-header a:hover, .studio-header a:focus-visible { background: var(--line); }
.studio-header a[aria-current=page] { box-shadow: inset 0 -3px 0 var(--accent); border-radius: 6px 6px 0 0; }
.studio-main { width: 100%; max-width: 1500px; margin: 0 auto; padding: 12px 16px 40px; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
.quiet { color: var(--quiet); font-size: 13px; }
.problem { color: #b3261e; font-weight: 600; }
body.body--dark .problem { color: #ffb4ab; }
.studio-main h1 { font-size: 22px; line-height: 1.3; font-weight: 600; margin: 8px 0; }
.studio-main h2 { font-size: 13px; line-height: 1.4; font-weight: 700; margin: 0 0 6px; letter-spacing: .02em; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.q-btn:focus-visible, .q-checkbox:focus-visible { box-shadow: 0 0 0 2px var(--blue); }
.sentence-piece, .sentence-code { display: inline; white-space: pre-wrap; }
.sentence-code { font-family: monospace; font-size: .95em; }
.upload-hidden { display: none; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
@media (max-width: 600px) { .studio-main { padding: 8px; } .studio-header { padding: 2px 6px; } }
"""


@contextmanager
def page_frame(path: str, title: str) -> Iterator[None]:
    """Put the header around a page's content.

    Args:
        path: Path of the page, one of `PAGES`.
        title: Title of the browser's tab.
    """
    ui.page_title(f"{title} · descentlab studio")
    ui.add_css(STYLE)
    dark = ui.dark_mode(value=None)
    with ui.element("header").classes("studio-header"):
        ui.label("descentlab studio").classes("studio-name")
        with ui.element("nav").props('aria-label="Pages"'):
            for target, name in PAGES.items():
                link = ui.link(name, target)
                if target == path:
                    link.props('aria-current="page"')
        ui.element("div").style("flex: 1")
        icon_button("contrast", "Light or dark", partial(_turn, dark)).style("color: var(--ink)")
        ui.run_javascript(f"const kept = {KEPT}; if (kept) Quasar.Dark.set(kept === 'dark')")
    # Quasar puts a `main` around everything.
    with ui.element("div").classes("studio-main"):
        yield


async def _turn(dark: ui.dark_mode) -> None:
    # Before the first switch the browser's setting applies, which only the browser knows.
    dark.value = not await ui.run_javascript("Quasar.Dark.isActive")
    ui.run_javascript(f"{KEPT} = '{'dark' if dark.value else 'light'}'")
