"""The page of a training run, declared like the page of a laboratory."""

from collections.abc import Callable
from typing import Any, Literal

from descentlab.results._account import account_view
from descentlab.results._boundary import boundary_view
from descentlab.results._calibration import calibration_view
from descentlab.results._confusion import confusion_view
from descentlab.results._content import TrainingReport
from descentlab.results._declaration import Declaration, Section, Statement, Tables, Words
from descentlab.results._examples import columns_of, view_examples
from descentlab.results._history import curves_view
from descentlab.results._members import members_view
from descentlab.results._metrics import metrics_view
from descentlab.results._part_content import Fragment
from descentlab.results._regression import regression_view
from descentlab.results._render import fill_template
from descentlab.results._summary import key_figures, part_shares, phases

Kind = Literal[
    "data", "layers", "curves", "metrics", "confusion", "regression", "mistakes", "plane", "account", "experiment"
]


def declare_training(report: TrainingReport) -> Declaration:
    """Declare the page of a training run.

    Args:
        report: Contents of the page.

    Returns:
        The declaration, whose sections are drawn by templates.
    """
    shown: list[tuple[Kind, str, bool]] = [
        ("data", "Data and training", True),
        ("layers", "The network, layer by layer", bool(report.layers)),
        ("curves", "How it learned", True),
        ("metrics", "How well it predicts", True),
        ("confusion", "Confusion matrix", report.confusion is not None),
        ("regression", "Predicted against true", any(len(each.true) for each in report.predictions)),
        ("mistakes", "The worst mistakes", report.confusion is not None or len(report.predictions) == 1),
        ("plane", "Predictions over the plane", report.boundary is not None and len(report.boundary.epochs) > 0),
        ("account", "One prediction, term by term", report.account is not None),
        ("experiment", "Run it again", True),
    ]
    words = Words(Statement(" ".join(report.outcome)))
    return Declaration(
        laboratory="train",
        title=report.title,
        heading="Training report",
        tables=Tables(()),
        words=lambda _: words,
        key_figures=key_figures(report),
        sections=tuple(
            Section(title, parts=(_draw(kind, report),), key=kind) for kind, title, is_shown in shown if is_shown
        ),
    )


def _draw(kind: Kind, report: TrainingReport) -> Fragment:
    return Fragment(fill_template(f"training_{kind}.html", report=report, **VIEWS[kind](report)))


def _mistakes(report: TrainingReport) -> dict[str, Any]:
    classes = report.confusion.classes if report.confusion else report.account.classes if report.account else ()
    mistakes = view_examples(report.mistakes, classes)
    return {"mistakes": mistakes, "mistake_columns": columns_of(mistakes)}


VIEWS: dict[Kind, Callable[[TrainingReport], dict[str, Any]]] = {
    "data": lambda report: {"shares": part_shares(report.facts.parts)},
    "layers": lambda report: {
        "num_params": sum(layer.num_params for layer in report.layers),
        "multiply_adds": sum(layer.multiply_adds for layer in report.layers),
    },
    "curves": lambda report: {"curves": curves_view(report.history, tuple(member.seed for member in report.members))},
    "metrics": lambda report: {
        "metrics": metrics_view(report),
        "members": members_view(report.members),
        "calibration": report.calibration and calibration_view(report.calibration),
    },
    "confusion": lambda report: {"confusion": report.confusion and confusion_view(report.confusion)},
    "regression": lambda report: {
        "regressions": [view for each in report.predictions if (view := regression_view(each)) is not None]
    },
    "mistakes": _mistakes,
    "plane": lambda report: {"boundary": report.boundary and boundary_view(report.boundary)},
    "account": lambda report: {"account": report.account and account_view(report.account)},
    "experiment": lambda report: {"phases": phases(report.facts.seconds)},
}
"""Function that returns the values of each section's template."""
