"""A training report as one self-contained HTML page."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from descentlab.results._account import account_view
from descentlab.results._boundary import boundary_view
from descentlab.results._calibration import calibration_view
from descentlab.results._confusion import confusion_view
from descentlab.results._content import TrainingReport
from descentlab.results._examples import columns_of, view_examples
from descentlab.results._history import curves_view
from descentlab.results._members import members_view
from descentlab.results._metrics import metrics_view
from descentlab.results._numbers import count
from descentlab.results._regression import regression_view
from descentlab.results._summary import as_sentence, key_figures, mark_code, part_shares, phases

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"


def render(report: TrainingReport) -> str:
    """Write a training report as a page that needs nothing but itself.

    Styles, script, pictures and every figure's numbers are inside; the page's own policy forbids it to load
    anything. All names, which may come from files of strangers, are escaped.

    Args:
        report: What to say.

    Returns:
        The page's HTML.
    """
    mistakes = view_examples(report.mistakes, _classes(report))
    return page_frame(
        "report.html",
        report=report,
        outcome=mark_code(report.outcome),
        figures=key_figures(report),
        shares=part_shares(report.facts.parts),
        phases=phases(report.facts.seconds),
        num_params=sum(layer.num_params for layer in report.layers),
        multiply_adds=sum(layer.multiply_adds for layer in report.layers),
        curves=curves_view(report.history, tuple(member.seed for member in report.members)),
        metrics=metrics_view(report),
        members=members_view(report.members),
        confusion=report.confusion and confusion_view(report.confusion),
        calibration=report.calibration and calibration_view(report.calibration),
        regression=report.predictions and regression_view(report.predictions),
        mistakes=mistakes,
        mistake_columns=columns_of(mistakes),
        boundary=report.boundary and boundary_view(report.boundary),
        account=report.account and account_view(report.account),
    )


def page_frame(template: str, *, assets: tuple[str, ...] = (), **values: Any) -> str:
    """Fill in a template of a whole page, with the styles and the script that all pages share, and what it needs else.

    Args:
        template: The template's file name.
        assets: Names of further styles and scripts, each a `.css` and a `.js` file beside the templates.
        values: What the template asks for.

    Returns:
        The page's HTML.
    """
    script, style = (_joined(("report", *assets), kind) for kind in ("js", "css"))
    script_hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return fill_template(template, style=style, script=script, script_hash=script_hash, **values)


def fill_template(template: str, **values: Any) -> str:
    """Fill in a template by its file name."""
    return _environment().get_template(template).render(**values)


def shared_style() -> str:
    """Return the styles that all pages share."""
    return _joined(("report", "steps"), "css")


def _joined(names: tuple[str, ...], kind: str) -> str:
    return "\n".join((TEMPLATES / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


def _classes(report: TrainingReport) -> tuple[str, ...]:
    return report.confusion.classes if report.confusion else report.account.classes if report.account else ()


@cache
def _environment() -> "jinja2.Environment":
    # Imported here, because a quarter of the time of `import descentlab` would go into a page that is seldom written.
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
