"""Templates that are filled in: whole self-contained pages, and parts of pages."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from descentlab.results._numbers import count
from descentlab.results._summary import as_sentence

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"


def page_frame(template: str, *, assets: tuple[str, ...] = (), **values: Any) -> str:
    """Fill in the template of a whole page, with the styles and the script that all pages share.

    Args:
        template: File name of the template.
        assets: Names of further styles and scripts, each a `.css` and a `.js` file beside the templates.
        values: Values that the template takes.

    Returns:
        The HTML of the page.
    """
    script, style = (_joined(("report", *assets), kind) for kind in ("js", "css"))
    script_hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return fill_template(template, style=style, script=script, script_hash=script_hash, **values)


def fill_template(template: str, **values: Any) -> str:
    """Fill in a template.

    Args:
        template: File name of the template.
        values: Values that the template takes.

    Returns:
        The HTML.
    """
    return _environment().get_template(template).render(**values)


def shared_style() -> str:
    """Return the styles that all pages share."""
    return _joined(("report", "steps"), "css")


def _joined(names: tuple[str, ...], kind: str) -> str:
    return "\n".join((TEMPLATES / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


@cache
def _environment() -> "jinja2.Environment":
    # Imported here, because it would take a quarter of the time of `import descentlab`, and pages are seldom written.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "sentence": as_sentence}
    return environment
