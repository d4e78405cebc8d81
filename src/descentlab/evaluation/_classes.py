"""Metrics of predicted classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import ShapeError, TextTable
from descentlab.evaluation._calibration import ReliabilityBin, calibration_error, reliability_bins
from descentlab.evaluation._intervals import Interval, wilson_interval
from descentlab.evaluation._metric import CLASS_METRICS, CLASS_SCORES, Metric
from descentlab.evaluation._scores import brier_score, log_loss, roc_auc
from descentlab.evaluation._weights import ExampleWeights, Weighting, weighted_mean

_FURTHER = tuple(metric.name for metric in CLASS_METRICS if metric.name not in ("loss", "accuracy"))
"""Metrics that JSON has after the loss, the accuracy and its interval."""


@dataclass(frozen=True)
class ClassScore:
    """Metrics of one class; the shares are by weight where examples have weights.

    Attributes:
        name: Name of the class.
        precision: Share of the examples predicted as this class that are of it; None if none is predicted as it.
        recall: Share of the examples of this class that are predicted as it; None if there are none.
        f1: Harmonic mean of precision and recall; None if no example is of this class or predicted as it.
        support: Number of examples of this class.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, eq=False)
class ClassMetrics:
    """Metrics of a network that predicts classes, on one part of the data.

    Where examples have weights, every score is by weight: a mean sums values times weights and divides by the sum of
    the weights, so that a weight of 2 is an example that is there twice. Numbers of examples count each once.

    A network that has diverged gives NaN as probabilities. Such examples count as wrong, are in no cell of the
    confusion matrix, and make the scores of probabilities NaN.

    Attributes:
        num_examples: Number of examples.
        loss: Mean of the loss that training minimises.
        accuracy: Share of the examples that is predicted correctly.
        accuracy_ci95: Wilson's 95% interval of the accuracy, for the effective number of examples if they have weights.
        balanced_accuracy: Mean of the classes' recalls.
        macro_f1: Mean of the classes' F1, over classes that have examples or are predicted.
        roc_auc: Area under the ROC curve, for more than two classes the mean over classes, each against the rest;
            None if all examples are of one class.
        log_loss: Mean negative logarithm of the right class's probability, in nats.
        brier: Mean squared distance between probabilities and truth; halved for two classes.
        calibration_error: Mean gap between confidence and accuracy.
        baseline_accuracy: Accuracy of always predicting `baseline_class`.
        baseline_class: Most frequent class of the training part.
        num_undefined: Number of examples whose probabilities are NaN.
        by_class: Metrics of each class.
        confusion: Number of examples of each class (rows) that are predicted as each class (columns).
        reliability: Confidence beside accuracy, in bins of the confidence.
        weighting: Column of the weights and the effective number of examples; None if every example counts once.
        confusion_weights: As `confusion`, with the sum of the examples' weights in each cell; None without weights.
    """

    declared: ClassVar[tuple[Metric, ...]] = CLASS_METRICS

    num_examples: int
    loss: float
    accuracy: float
    accuracy_ci95: Interval
    balanced_accuracy: float
    macro_f1: float
    roc_auc: float | None
    log_loss: float
    brier: float
    calibration_error: float
    baseline_accuracy: float
    baseline_class: str
    num_undefined: int
    by_class: tuple[ClassScore, ...]
    confusion: Int[np.ndarray, "classes classes"]
    reliability: tuple[ReliabilityBin, ...]
    weighting: Weighting | None = None
    confusion_weights: Float[np.ndarray, "classes classes"] | None = None

    @property
    def num_right(self) -> int:
        """Number of examples that are predicted correctly."""
        return int(np.trace(self.confusion))

    @property
    def is_better_than_baseline(self) -> bool:
        """Whether the accuracy's whole interval lies above the baseline's accuracy."""
        return self.accuracy_ci95[0] > self.baseline_accuracy

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as plain values, the scores first."""
        return {
            "loss": self.loss,
            "accuracy": self.accuracy,
            "n": self.num_examples,
            "ci95": list(self.accuracy_ci95),
            **{name: getattr(self, name) for name in _FURTHER},
            "baseline": {"accuracy": self.baseline_accuracy, "class": self.baseline_class},
            "is_better_than_baseline": self.is_better_than_baseline,
            **({"num_undefined": self.num_undefined} if self.num_undefined else {}),
            "per_class": [vars(score) for score in self.by_class],
            "confusion": self.confusion.tolist(),
            "reliability": [part.to_json() for part in self.reliability],
            **({} if self.weighting is None else {"weighting": self.weighting.to_json()}),
            **({} if self.confusion_weights is None else {"confusion_weights": self.confusion_weights.tolist()}),
        }

    def table(self) -> TextTable:
        """Return the scores as a table of words, one row a class."""
        low, high = self.accuracy_ci95
        weighting = self.weighting
        by = "" if weighting is None else f", weighted by '{weighting.column}': they {weighting.words}"
        title = (
            f"accuracy {self.accuracy:.3f} ({self.num_right} of {self.num_examples}{by}, 95% interval {low:.3f} to "
            f"{high:.3f}); always '{self.baseline_class}': {self.baseline_accuracy:.3f}; loss {self.loss:.4g}"
        )
        header = ("class", *(metric.title for metric in CLASS_SCORES), "examples")
        rows = tuple(
            (score.name, *(_word(getattr(score, metric.name)) for metric in CLASS_SCORES), f"{score.support:,}")
            for score in self.by_class
        )
        return TextTable(header=header, rows=rows, title=title)

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def evaluate_classes(
    probabilities: Float[np.ndarray, "examples classes"],
    labels: Int[np.ndarray, " examples"],
    *,
    classes: Sequence[str],
    loss: float,
    majority: int,
    predicted: Int[np.ndarray, " examples"] | None = None,
    weights: ExampleWeights | None = None,
) -> ClassMetrics:
    """Evaluate the probabilities that a network gave to one part of the data.

    Args:
        probabilities: Predicted probabilities, one row an example, which sum to one.
        labels: Right class of each example.
        classes: Names of the classes by id.
        loss: Mean loss over the same examples, by weight.
        majority: Most frequent class of the training part, which the baseline always predicts.
        predicted: Predicted class of each example, if it is not that of the greatest probability.
        weights: Weight of each example; None counts every example once, with the same bits as weights of 1.

    Returns:
        The metrics.

    Raises:
        ShapeError: If there are no examples, all have weight 0, or labels and classes do not fit the probabilities.
    """
    num_examples, num_classes = probabilities.shape
    _check(labels, num_examples=num_examples, num_classes=num_classes, num_names=len(classes))
    is_defined = np.all(np.isfinite(probabilities), axis=1)
    answers = np.argmax(probabilities, axis=1) if predicted is None else predicted
    weighting = None if weights is None else weights.weighting
    mass = np.ones(num_examples) if weights is None else weights.values
    num_effective = float(num_examples) if weighting is None else weighting.num_effective
    # Without any defined example NumPy counts in whole numbers.
    matrix = _confusion(labels[is_defined], answers[is_defined], mass[is_defined], num_classes).astype(np.float64)
    class_mass = np.bincount(labels, weights=mass, minlength=num_classes)
    by_class = _score_classes(matrix, class_mass, np.bincount(labels, minlength=num_classes), classes)
    confidence = probabilities[np.arange(num_examples), answers].astype(np.float64)
    known = None if weights is None else mass
    bins = reliability_bins(
        confidence[is_defined], (answers == labels)[is_defined], None if known is None else known[is_defined]
    )
    all_defined = bool(np.all(is_defined))
    right, total = float(np.trace(matrix)), float(np.sum(mass))
    return ClassMetrics(
        num_examples=num_examples,
        loss=loss,
        accuracy=right / total,
        accuracy_ci95=wilson_interval(num_effective * right / total, num_effective),
        balanced_accuracy=_mean([score.recall for score in by_class]),
        macro_f1=_mean([score.f1 for score in by_class]),
        roc_auc=roc_auc(probabilities, labels, known) if all_defined else float("nan"),
        log_loss=log_loss(probabilities, labels, known) if all_defined else float("nan"),
        brier=brier_score(probabilities, labels, known) if all_defined else float("nan"),
        calibration_error=calibration_error(bins) if all_defined else float("nan"),
        baseline_accuracy=weighted_mean(labels == majority, known),
        baseline_class=classes[majority],
        num_undefined=int(np.sum(~is_defined)),
        by_class=by_class,
        confusion=_confusion(labels[is_defined], answers[is_defined], None, num_classes),
        reliability=bins,
        weighting=weighting,
        confusion_weights=None if weights is None else matrix,
    )


def _confusion(
    labels: Int[np.ndarray, " examples"],
    answers: Int[np.ndarray, " examples"],
    weights: Float[np.ndarray, " examples"] | None,
    num_classes: int,
) -> Shaped[np.ndarray, "classes classes"]:
    cells = labels.astype(np.int64) * num_classes + answers
    return np.bincount(cells, weights=weights, minlength=num_classes**2).reshape(num_classes, num_classes)


def _check(labels: Int[np.ndarray, " examples"], *, num_examples: int, num_classes: int, num_names: int) -> None:
    if num_examples == 0:
        raise ShapeError("there are no examples to evaluate; choose a part that has some")
    if num_names != num_classes:
        raise ShapeError(f"got {num_names} names of classes, but probabilities of {num_classes}: give a name for each")
    outside = labels[(labels < 0) | (labels >= num_classes)]
    if outside.size:
        raise ShapeError(f"label {outside[0]} is not one of the {num_classes} classes; leave such examples out")


def _score_classes(
    confusion: Float[np.ndarray, "classes classes"],
    mass: Float[np.ndarray, " classes"],
    support: Int[np.ndarray, " classes"],
    classes: Sequence[str],
) -> tuple[ClassScore, ...]:
    hits, predicted = np.diag(confusion), np.sum(confusion, axis=0)
    return tuple(
        ClassScore(
            name=name,
            precision=_share(hits[c], predicted[c]),
            recall=_share(hits[c], mass[c]),
            f1=_share(2 * hits[c], predicted[c] + mass[c]),
            support=int(support[c]),
        )
        for c, name in enumerate(classes)
    )


def _share(part: np.floating, whole: np.floating) -> float | None:
    return float(part / whole) if whole else None


def _mean(values: Sequence[float | None]) -> float:
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined)


def _word(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
