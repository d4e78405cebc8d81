"""The section that shows the outcome of a training."""

from typing import Any

from nicegui import ui

from descentlab import workbench
from descentlab.core import PARTS
from descentlab.studio.pages.data._parts import section, sentences, word_table
from descentlab.studio.shelf import report_address

CLASS_HEADER = ("part", "examples", "accuracy", "95% interval", "baseline", "loss", "ROC AUC")
REAL_HEADER = ("part", "examples", "RMSE", "95% interval", "baseline", "R²", "95% interval", "loss")


class OutcomeSection:
    """The section with the outcome of a training."""

    def build(self) -> None:
        """Show the section; it is hidden until there is a run."""
        with section("4 What came out") as self._panel:
            self._box = ui.element("div").style("display: contents")
        self._panel.visible = False

    def show(self, run: workbench.Run | None) -> None:
        """Show a finished run; None hides the section."""
        self._box.clear()
        self._panel.visible = run is not None
        if run is None:
            return
        with self._box:
            with ui.element("div").classes("data-verdict"):
                sentences(run.outcome)
            header, rows = score_rows(run.metrics)
            word_table(header, rows, numeric=frozenset(range(1, len(header))))
            with ui.element("div").classes("data-row"):
                if run.folder.report_path.is_file():
                    ui.link("Open the report", report_address(run.folder.name), new_tab=True).props('rel="noopener"')
                ui.label(f"Kept as {run.path}").classes("quiet")


def score_rows(metrics: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows of a run's scores as words, one row a part."""
    parts = [(part, metrics[part]) for part in PARTS if part in metrics]
    if any("accuracy" in scores for _, scores in parts):
        return CLASS_HEADER, [
            (
                part,
                f"{scores['n']:,}",
                _word(scores["accuracy"]),
                _interval(scores["ci95"]),
                _word(scores["baseline"]["accuracy"]),
                _word(scores["loss"]),
                _word(scores.get("roc_auc")),
            )
            for part, scores in parts
        ]
    return REAL_HEADER, [
        (
            part,
            f"{scores['n']:,}",
            _word(scores["rmse"]),
            _interval(scores["ci95"]),
            _word(scores["baseline"]["rmse"]),
            _word(scores["r2"]),
            _interval(scores.get("r2_ci95")),
            _word(scores["loss"]),
        )
        for part, scores in parts
    ]


def _word(value: float | None) -> str:
    if value is None:
        return "–"
    if value != 0.0 and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 1_000 else f"{value:.4g}"


def _interval(ends: list[float | None] | None) -> str:
    return "–" if ends is None or None in ends else f"{_word(ends[0])} to {_word(ends[1])}"
