"""Metrics of several yes-or-no labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float

from descentlab.core import ShapeError, TextTable
from descentlab.evaluation._intervals import Interval, wilson_interval
from descentlab.evaluation._metric import LABEL_METRICS, LABEL_SCORES, Metric
from descentlab.evaluation._scores import area_under_roc, log_loss
from descentlab.evaluation._weights import ExampleWeights, Weighting, weighted_mean


@dataclass(frozen=True)
class LabelScore:
    """Metrics of one label; the shares are by weight where examples have weights.

    Attributes:
        name: Name of the label.
        accuracy: Share of the examples for which yes or no is predicted correctly.
        accuracy_ci95: Wilson's 95% interval of the accuracy.
        baseline_accuracy: Accuracy of always giving the training part's more frequent answer.
        f1: F1 of yes; None if no example has the label and none is predicted to have it.
        roc_auc: Area under the ROC curve; None if all examples have the same answer.
        log_loss: Mean negative logarithm of the right answer's probability, in nats.
        support: Number of examples with the label.
    """

    name: str
    accuracy: float
    accuracy_ci95: Interval
    baseline_accuracy: float
    f1: float | None
    roc_auc: float | None
    log_loss: float
    support: int

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as plain values."""
        apart = ("accuracy_ci95", "baseline_accuracy")
        values = {name: value for name, value in vars(self).items() if name not in apart}
        return {**values, "ci95": list(self.accuracy_ci95), "baseline": {"accuracy": self.baseline_accuracy}}


@dataclass(frozen=True)
class LabelMetrics:
    """Metrics of a network that says yes or no for each of several labels, on one part of the data.

    A label is predicted where its probability exceeds one half. A network that has diverged gives NaN as
    probabilities: such examples count as wrong, and make the scores of probabilities NaN.

    Attributes:
        num_examples: Number of examples.
        loss: Mean of the loss that training minimises.
        accuracy: Share of the examples of which all labels are predicted correctly: the exact match.
        accuracy_ci95: Wilson's 95% interval of `accuracy`, for the effective number of examples if they have weights.
        hamming_loss: Share of the labels that are predicted wrongly.
        macro_f1: Mean of the labels' F1.
        roc_auc: Mean of the labels' areas under the ROC curve; None if none is defined.
        log_loss: Mean of the labels' log losses, in nats.
        baseline_accuracy: `accuracy` of always giving each label's more frequent answer in the training part.
        baseline_hamming_loss: `hamming_loss` of the same.
        by_label: Metrics of each label.
        weighting: Column of the weights and the effective number of examples; None if every example counts once.
    """

    declared: ClassVar[tuple[Metric, ...]] = LABEL_METRICS

    num_examples: int
    loss: float
    accuracy: float
    accuracy_ci95: Interval
    hamming_loss: float
    macro_f1: float | None
    roc_auc: float | None
    log_loss: float
    baseline_accuracy: float
    baseline_hamming_loss: float
    by_label: tuple[LabelScore, ...]
    weighting: Weighting | None = None

    @property
    def is_better_than_baseline(self) -> bool:
        """Whether the accuracy's whole interval lies above the baseline's accuracy."""
        return self.accuracy_ci95[0] > self.baseline_accuracy

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as plain values; `ci95` is the interval of `accuracy`."""
        return {
            "loss": self.loss,
            "accuracy": self.accuracy,
            "n": self.num_examples,
            "ci95": list(self.accuracy_ci95),
            "hamming_loss": self.hamming_loss,
            "macro_f1": self.macro_f1,
            "roc_auc": self.roc_auc,
            "log_loss": self.log_loss,
            "baseline": {"accuracy": self.baseline_accuracy, "hamming_loss": self.baseline_hamming_loss},
            "is_better_than_baseline": self.is_better_than_baseline,
            "per_label": [score.to_json() for score in self.by_label],
            **({} if self.weighting is None else {"weighting": self.weighting.to_json()}),
        }

    def table(self) -> TextTable:
        """Return the scores as a table of words, one row a label."""
        low, high = self.accuracy_ci95
        weighting = self.weighting
        by = "" if weighting is None else f"; weighted by '{weighting.column}': they {weighting.words}"
        title = (
            f"all labels right: {self.accuracy:.3f} of {self.num_examples:,} examples (95% interval {low:.3f} to "
            f"{high:.3f}{by}); always the more frequent answers: {self.baseline_accuracy:.3f}; wrong labels "
            f"{self.hamming_loss:.3f}; loss {self.loss:.4g}"
        )
        header = ("label", *(metric.title for metric in LABEL_SCORES), "baseline", "examples")
        rows = tuple(
            (
                score.name,
                *(_word(getattr(score, metric.name)) for metric in LABEL_SCORES),
                f"{score.baseline_accuracy:.3f}",
                f"{score.support:,}",
            )
            for score in self.by_label
        )
        return TextTable(header=header, rows=rows, title=title)

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def evaluate_labels(
    probabilities: Float[np.ndarray, "examples labels"],
    truth: Float[np.ndarray, "examples labels"],
    *,
    names: Sequence[str],
    loss: float,
    frequent: Sequence[bool],
    weights: ExampleWeights | None = None,
) -> LabelMetrics:
    """Evaluate the probabilities that a network gave to several labels of one part of the data.

    Args:
        probabilities: Predicted probability of each label.
        truth: 1 where an example has a label, else 0.
        names: Names of the labels.
        loss: Mean loss over the same examples, by weight.
        frequent: For each label whether most examples of the training part have it, which the baseline always says.
        weights: Weight of each example; None counts every example once.

    Returns:
        The metrics.

    Raises:
        ShapeError: If there are no examples, or the sizes differ.
    """
    if not len(truth):
        raise ShapeError("there are no examples to evaluate; choose a part that has some")
    if probabilities.shape != truth.shape or len(names) != truth.shape[1] or len(frequent) != truth.shape[1]:
        raise ShapeError(
            f"got probabilities of shape {probabilities.shape}, labels of shape {truth.shape}, {len(names)} names and "
            f"{len(frequent)} frequent answers: give one column each for every label"
        )
    is_defined, has_label = np.isfinite(probabilities), truth == 1.0
    mass = None if weights is None else weights.values
    weighting = None if weights is None else weights.weighting
    num_effective = float(len(truth)) if weighting is None else weighting.num_effective
    is_right = is_defined & ((probabilities > 0.5) == has_label)
    always = has_label == np.array(frequent, bool)
    columns = zip(names, probabilities.T, has_label.T, is_right.T, always.T, strict=True)
    by_label = tuple(_score_label(*column, weights=weights) for column in columns)
    accuracy = weighted_mean(is_right.all(axis=1), mass)
    return LabelMetrics(
        num_examples=len(truth),
        loss=loss,
        accuracy=accuracy,
        accuracy_ci95=wilson_interval(num_effective * accuracy, num_effective),
        hamming_loss=weighted_mean(1.0 - is_right.mean(axis=1), mass),
        macro_f1=_mean([score.f1 for score in by_label]),
        roc_auc=_mean([score.roc_auc for score in by_label]),
        log_loss=float(np.mean([score.log_loss for score in by_label])),
        baseline_accuracy=weighted_mean(always.all(axis=1), mass),
        baseline_hamming_loss=weighted_mean(1.0 - always.mean(axis=1), mass),
        by_label=by_label,
        weighting=weighting,
    )


def _score_label(
    name: str,
    probability: Float[np.ndarray, " examples"],
    has_label: Bool[np.ndarray, " examples"],
    is_right: Bool[np.ndarray, " examples"],
    always: Bool[np.ndarray, " examples"],
    *,
    weights: ExampleWeights | None,
) -> LabelScore:
    mass = None if weights is None else weights.values
    num_effective = float(len(has_label)) if weights is None else weights.weighting.num_effective
    once = np.ones(len(has_label)) if mass is None else mass
    hits, wrong = (float(np.sum(once[each])) for each in (has_label & is_right, ~is_right))
    accuracy = weighted_mean(is_right, mass)
    is_known = bool(np.all(np.isfinite(probability)))
    both = np.stack([1.0 - probability, probability], axis=1)
    return LabelScore(
        name=name,
        accuracy=accuracy,
        accuracy_ci95=wilson_interval(num_effective * accuracy, num_effective),
        baseline_accuracy=weighted_mean(always, mass),
        f1=2.0 * hits / (2.0 * hits + wrong) if hits + wrong > 0.0 else None,
        roc_auc=area_under_roc(probability, has_label, mass) if is_known else float("nan"),
        log_loss=log_loss(both, has_label.astype(np.int64), mass) if is_known else float("nan"),
        support=int(np.sum(has_label)),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _word(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
