"""The metrics, each declared once: what it is called, between which bounds it lies, and what goes with it."""

from dataclasses import dataclass

from descentlab.evaluation._intervals import SHARE, Interval


@dataclass(frozen=True)
class Metric:
    """One metric of a part of the data, or of a class.

    Attributes:
        name: Attribute of the object that holds the value, and key in JSON.
        title: What a reader is shown.
        bounds: The least and the greatest value, at which an interval over seeds is cut off; None leaves it as it is.
        interval: Attribute that holds the 95% interval of a single network; empty if there is none.
        baseline: Attribute that holds the value of the naive baseline; empty if there is none.
    """

    name: str
    title: str
    bounds: Interval | None = None
    interval: str = ""
    baseline: str = ""


CLASS_METRICS = (
    Metric("accuracy", "accuracy", SHARE, interval="accuracy_ci95", baseline="baseline_accuracy"),
    Metric("balanced_accuracy", "balanced accuracy", SHARE),
    Metric("macro_f1", "F1, mean of classes", SHARE),
    Metric("roc_auc", "ROC-AUC", SHARE),
    Metric("loss", "loss"),
    Metric("log_loss", "log loss (nats)"),
    Metric("brier", "Brier score"),
    Metric("calibration_error", "calibration error", SHARE),
)
"""Metrics of predicted classes, attributes of `ClassMetrics`, in the order in which they are shown; runs are judged by
the first."""

CLASS_SCORES = (Metric("precision", "precision", SHARE), Metric("recall", "recall", SHARE), Metric("f1", "F1", SHARE))
"""Metrics of one class, attributes of `ClassScore`."""

REAL_METRICS = (
    Metric("rmse", "RMSE", interval="rmse_ci95", baseline="baseline_rmse"),
    Metric("mae", "MAE", baseline="baseline_mae"),
    Metric("r2", "R²", interval="r2_ci95"),
    Metric("loss", "loss"),
)
"""Metrics of predicted real numbers, attributes of `RealMetrics`; runs are judged by the first."""

SEVERAL_REAL_METRICS = (
    Metric("rmse", "RMSE, mean of targets", interval="rmse_ci95", baseline="baseline_rmse"),
    Metric("mae", "MAE, mean of targets", baseline="baseline_mae"),
    Metric("r2", "R², mean of targets", interval="r2_ci95"),
    Metric("loss", "loss"),
)
"""Metrics of several predicted real numbers, attributes of `SeveralRealMetrics`; runs are judged by the first."""

LABEL_METRICS = (
    Metric("accuracy", "all labels right", SHARE, interval="accuracy_ci95", baseline="baseline_accuracy"),
    Metric("hamming_loss", "wrong labels (Hamming loss)", SHARE, baseline="baseline_hamming_loss"),
    Metric("macro_f1", "F1, mean of labels", SHARE),
    Metric("roc_auc", "ROC-AUC, mean of labels", SHARE),
    Metric("loss", "loss"),
    Metric("log_loss", "log loss (nats), mean of labels"),
)
"""Metrics of predicted labels, attributes of `LabelMetrics`; runs are judged by the first."""

LABEL_SCORES = (
    Metric("accuracy", "accuracy", SHARE),
    Metric("f1", "F1", SHARE),
    Metric("roc_auc", "ROC-AUC", SHARE),
    Metric("log_loss", "log loss"),
)
"""Metrics of one label, attributes of `LabelScore`."""
