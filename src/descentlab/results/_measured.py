"""One metric of one part, read from the form that `--json` has."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.results._numbers import fixed

PART_TITLES = {"train": "training", "validation": "validation", "test": "test"}
TITLES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_precision": "precision, mean of classes",
    "macro_recall": "recall, mean of classes",
    "macro_f1": "F1, mean of classes",
    "roc_auc": "ROC-AUC",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "loss": "loss",
    "log_loss": "log loss (nats)",
    "brier": "Brier score",
    "brier_score": "Brier score",
    "calibration_error": "calibration error",
    "expected_calibration_error": "calibration error",
}
"""Known metrics in the order in which they are shown; others follow under their own names."""


def metric_title(name: str) -> str:
    """Say what a metric is called on the page."""
    return TITLES.get(name, name.replace("_", " "))


@dataclass(frozen=True)
class Measured:
    """One metric of one part.

    Attributes:
        value: The value, or the mean over members.
        interval: Its 95% interval.
        deviation: Standard deviation over members.
        baseline: The naive baseline's value.
    """

    value: float
    interval: tuple[float, float] | None = None
    deviation: float | None = None
    baseline: float | None = None

    @property
    def text(self) -> str:
        """The value in words."""
        return fixed(self.value)

    @property
    def interval_text(self) -> str:
        """The interval in words; empty where there is none."""
        return f"{fixed(self.interval[0])} – {fixed(self.interval[1])}" if self.interval else ""

    @property
    def deviation_text(self) -> str:
        """The deviation in words; empty for one network."""
        return "" if self.deviation is None else f"sd {fixed(self.deviation)}"

    @property
    def baseline_text(self) -> str:
        """The baseline in words."""
        return "" if self.baseline is None else fixed(self.baseline)


def read_part(part: Mapping[str, Any]) -> dict[str, Measured]:
    """Read one part's metrics from the form that `--json` has; what is not a metric is passed over."""
    baseline = part.get("baseline")
    naive = baseline if isinstance(baseline, Mapping) else {}
    found = {}
    for name, entry in part.items():
        if name in ("n", "baseline") or name.startswith("num_") or name.endswith("ci95"):
            continue
        measured = read_measured(entry, _interval(part.get(f"{name}_ci95")), _real(naive.get(name)))
        if measured is not None:
            found[name] = measured
    leading = leading_metric(found)
    if leading and found[leading].interval is None and _interval(part.get("ci95")):
        old = found[leading]
        found[leading] = Measured(old.value, _interval(part.get("ci95")), old.deviation, old.baseline)
    return found


def leading_metric(found: Mapping[str, Measured]) -> str | None:
    """Name the metric by which the run is judged, to which a lone `ci95` belongs."""
    return next((name for name in ("accuracy", "rmse", "loss") if name in found), None)


def best_part(metrics: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Name the part that says most of new examples: test, else validation, else training."""
    return next((part for part in ("test", "validation", "train") if metrics.get(part)), None)


def read_measured(entry: object, interval: tuple[float, float] | None, baseline: float | None) -> Measured | None:
    """Read a metric that is a number or a mapping; None where it is neither."""
    if isinstance(entry, Mapping):
        value = _real(entry.get("mean", entry.get("value")))
        own = _interval(entry.get("ci95")) or interval
        return None if value is None else Measured(value, own, _real(entry.get("sd")), baseline)
    value = _real(entry)
    return None if value is None else Measured(value, interval, None, baseline)


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    return float(value)


def _interval(value: object) -> tuple[float, float] | None:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    low, high = _real(value[0]), _real(value[1])
    return None if low is None or high is None or not math.isfinite(low + high) else (low, high)
