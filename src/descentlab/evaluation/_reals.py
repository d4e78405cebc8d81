"""Metrics of predicted real numbers."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError, TextTable
from descentlab.evaluation._intervals import Interval, t_quantile
from descentlab.evaluation._metric import REAL_METRICS, Metric
from descentlab.evaluation._weights import ExampleWeights, Weighting, effective_size, weighted_mean


@dataclass(frozen=True)
class RealMetrics:
    """Metrics of a network that predicts a real number, on one part of the data. Errors are in the target's unit.

    Where examples have weights, every mean is by weight, so that a weight of 2 is an example that is there twice.

    Attributes:
        num_examples: Number of examples.
        loss: Mean of the loss that training minimises.
        rmse: Root of the mean squared error.
        rmse_ci95: 95% interval of `rmse`; None for fewer than three examples.
        mae: Mean absolute error.
        r2: Share of the targets' variance that is explained: 1 is best, 0 is as good as predicting their mean, and
            there is no lower bound. None if the targets do not vary.
        r2_ci95: 95% interval of `r2`; None for fewer than three examples, or if `r2` is None.
        baseline_rmse: `rmse` of always predicting the training part's mean.
        baseline_mae: `mae` of always predicting the training part's mean.
        is_better_than_baseline: Whether the squared errors are smaller than the baseline's by more than chance: the
            95% interval of their ratio lies below 1.
        weighting: Column of the weights and the effective number of examples; None if every example counts once.
    """

    declared: ClassVar[tuple[Metric, ...]] = REAL_METRICS

    num_examples: int
    loss: float
    rmse: float
    rmse_ci95: Interval | None
    mae: float
    r2: float | None
    r2_ci95: Interval | None
    baseline_rmse: float
    baseline_mae: float
    is_better_than_baseline: bool
    weighting: Weighting | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as plain values; `ci95` is the interval of `rmse`."""
        return {
            "loss": self.loss,
            "rmse": self.rmse,
            "n": self.num_examples,
            "ci95": None if self.rmse_ci95 is None else list(self.rmse_ci95),
            "mae": self.mae,
            "r2": self.r2,
            "r2_ci95": None if self.r2_ci95 is None else list(self.r2_ci95),
            "baseline": {"rmse": self.baseline_rmse, "mae": self.baseline_mae},
            "is_better_than_baseline": self.is_better_than_baseline,
            **({} if self.weighting is None else {"weighting": self.weighting.to_json()}),
        }

    def table(self) -> TextTable:
        """Return the metrics as a table of words, beside those of the baseline."""
        rows = tuple(self._row(metric) for metric in REAL_METRICS if metric.name != "loss")
        header = ("measure", "network", "95% interval", "always the mean")
        weighting = self.weighting
        by = "" if weighting is None else f", weighted by '{weighting.column}': they {weighting.words}"
        return TextTable(header=header, rows=rows, title=f"{self.num_examples:,} examples{by}; loss {self.loss:.4g}")

    def _row(self, metric: Metric) -> tuple[str, str, str, str]:
        value, interval, baseline = (
            getattr(self, name) if name else None for name in (metric.name, metric.interval, metric.baseline)
        )
        number = "–" if value is None else f"{value:.4g}"
        return metric.title, number, _words(interval), "" if baseline is None else f"{baseline:.4g}"

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def evaluate_reals(
    outputs: Float[np.ndarray, " examples"],
    targets: Float[np.ndarray, " examples"],
    *,
    loss: float,
    train_mean: float,
    weights: ExampleWeights | None = None,
) -> RealMetrics:
    """Evaluate the real numbers that a network predicted for one part of the data.

    Args:
        outputs: Predicted numbers, in the target's unit.
        targets: True numbers, in the same unit.
        loss: Mean loss over the same examples, by weight.
        train_mean: Mean target of the training part, which the baseline always predicts.
        weights: Weight of each example; None counts every example once, with the same bits as weights of 1.

    Returns:
        The metrics. If outputs are not finite, neither are the errors.

    Raises:
        ShapeError: If there are no examples, or all have weight 0.
    """
    if not len(targets):
        raise ShapeError("there are no examples to evaluate; choose a part that has some")
    weighting = None if weights is None else weights.weighting
    counted = slice(None) if weights is None else weights.values > 0.0
    mass = None if weights is None else weights.values[counted]
    truth, outputs = targets[counted].astype(np.float64), outputs[counted]
    # The squared outputs of a diverged network overflow; infinity is then the right result.
    with np.errstate(over="ignore", invalid="ignore"):
        errors = outputs.astype(np.float64) - truth
        squares = errors**2
        mean_square = weighted_mean(squares, mass)
    around_mean = (truth - weighted_mean(truth, mass)) ** 2
    around_train_mean = (truth - train_mean) ** 2
    ratio, ratio_ci95 = _ratio_of_means(squares, around_mean, mass)
    _, against_baseline = _ratio_of_means(squares, around_train_mean, mass)
    _, square_ci95 = _ratio_of_means(squares, np.ones_like(squares), mass)
    return RealMetrics(
        num_examples=len(targets),
        loss=loss,
        rmse=mean_square**0.5,
        rmse_ci95=square_ci95 and (square_ci95[0] ** 0.5, square_ci95[1] ** 0.5),
        mae=weighted_mean(np.abs(errors), mass),
        r2=None if ratio is None else 1.0 - ratio,
        r2_ci95=ratio_ci95 and (1.0 - ratio_ci95[1], 1.0 - ratio_ci95[0]),
        baseline_rmse=weighted_mean(around_train_mean, mass) ** 0.5,
        baseline_mae=weighted_mean(np.abs(truth - train_mean), mass),
        is_better_than_baseline=against_baseline is not None and against_baseline[1] < 1.0,
        weighting=weighting,
    )


def _ratio_of_means(
    above: Float[np.ndarray, " examples"],
    below: Float[np.ndarray, " examples"],
    weights: Float[np.ndarray, " examples"] | None = None,
) -> tuple[float | None, Interval | None]:
    """Compute the ratio of two means over the same examples, and its 95% interval by the delta method.

    The interval is computed for the logarithm, which is closer to normal and keeps the ratio positive. It needs no
    resampling, so it takes one pass over the examples. Weighted means are linearised as ratios of sums; Student's
    quantile is that of the effective number of examples.

    References:
        Cochran, "Sampling Techniques" (1977), section 6.4; Särndal, Swensson and Wretman, "Model Assisted Survey
        Sampling" (1992), section 5.5.
    """
    over, under, num = weighted_mean(above, weights), weighted_mean(below, weights), len(above)
    num_effective = num if weights is None else int(effective_size(weights))
    if under == 0.0:
        return None, None
    ratio = over / under
    if num_effective < 3 or not np.isfinite(over):
        return ratio, None
    if over == 0.0:
        return 0.0, (0.0, 0.0)
    influence = above / over - below / under
    if weights is not None:
        influence = influence * (weights / np.mean(weights))
    half = t_quantile(num_effective - 1) * float(np.sqrt(np.sum(influence**2) / (num - 1) / num))
    return ratio, (ratio * np.exp(-half).item(), ratio * np.exp(half).item())


def _words(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval[0]:.4g} to {interval[1]:.4g}"
