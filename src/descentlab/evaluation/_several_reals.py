"""Metrics of several predicted real numbers: of each, and their means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError, TextTable
from descentlab.evaluation._intervals import Interval, t_quantile
from descentlab.evaluation._metric import REAL_METRICS, SEVERAL_REAL_METRICS, Metric
from descentlab.evaluation._reals import RealMetrics, evaluate_reals
from descentlab.evaluation._weights import ExampleWeights, Weighting, effective_size, weighted_mean


@dataclass(frozen=True)
class SeveralRealMetrics:
    """Metrics of a network that predicts several real numbers, on one part of the data.

    The errors of each target are in its own unit. A mean over targets counts each target once, as scikit-learn's
    `multioutput="uniform_average"` does; of RMSE and MAE it says little where the units differ.

    Attributes:
        num_examples: Number of examples.
        loss: Mean of the loss that training minimises.
        names: Names of the targets.
        each: Metrics of each target.
        rmse: Mean of the targets' RMSEs.
        rmse_ci95: 95% interval of `rmse`; None for fewer than three examples.
        mae: Mean of the targets' mean absolute errors.
        r2: Mean of the targets' R²; None if one of them does not vary.
        r2_ci95: 95% interval of `r2`; None for fewer than three examples, or if `r2` is None.
        baseline_rmse: `rmse` of always predicting the training part's means.
        baseline_mae: `mae` of the same.
        is_better_than_baseline: Whether the squared errors, each target's relative to the baseline's, are smaller on
            average by more than chance: the 95% interval of that mean ratio lies below 1.
        weighting: Column of the weights and the effective number of examples; None if every example counts once.
    """

    declared: ClassVar[tuple[Metric, ...]] = SEVERAL_REAL_METRICS

    num_examples: int
    loss: float
    names: tuple[str, ...]
    each: tuple[RealMetrics, ...]
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
        per_target = [
            {"name": name, **{key: value for key, value in metrics.to_json().items() if key not in ("n", "weighting")}}
            for name, metrics in zip(self.names, self.each, strict=True)
        ]
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
            "per_target": per_target,
            **({} if self.weighting is None else {"weighting": self.weighting.to_json()}),
        }

    def table(self) -> TextTable:
        """Return the metrics as a table of words, one row a target and one for their mean."""
        weighting = self.weighting
        by = "" if weighting is None else f", weighted by '{weighting.column}': they {weighting.words}"
        shown = [metric for metric in REAL_METRICS if metric.name != "loss"]
        header = ("target", *(title for metric in shown for title in (metric.title, "95% interval", "always the mean")))
        rows = tuple(
            (name, *(cell for metric in shown for cell in _cells(metrics, metric)))
            for name, metrics in (*zip(self.names, self.each, strict=True), ("mean", self))
        )
        kept = [place for place in range(len(header)) if place == 0 or any(row[place] for row in rows)]
        return TextTable(
            header=tuple(header[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in rows),
            title=f"{self.num_examples:,} examples{by}; loss {self.loss:.4g}",
        )

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def evaluate_several_reals(
    outputs: Float[np.ndarray, "examples targets"],
    targets: Float[np.ndarray, "examples targets"],
    *,
    names: Sequence[str],
    loss: float,
    train_means: Float[np.ndarray, " targets"],
    weights: ExampleWeights | None = None,
) -> SeveralRealMetrics:
    """Evaluate several real numbers that a network predicted for one part of the data.

    Args:
        outputs: Predicted numbers, in the targets' units.
        targets: True numbers, in the same units.
        names: Names of the targets.
        loss: Mean loss over the same examples, by weight.
        train_means: Mean of each target over the training part, which the baseline always predicts.
        weights: Weight of each example; None counts every example once.

    Returns:
        The metrics. If outputs are not finite, neither are the errors.

    Raises:
        ShapeError: If there are no examples, or the sizes differ.
    """
    if outputs.shape != targets.shape or len(names) != targets.shape[1]:
        raise ShapeError(
            f"got outputs of shape {outputs.shape}, targets of shape {targets.shape} and {len(names)} names: give one "
            "column each for every target"
        )
    each = tuple(
        evaluate_reals(out, true, loss=_mean_square(out, true, weights), train_mean=float(mean), weights=weights)
        for out, true, mean in zip(outputs.T, targets.T, train_means, strict=True)
    )
    counted = slice(None) if weights is None else weights.values > 0.0
    mass = None if weights is None else weights.values[counted]
    truth = targets[counted].astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        squares = (outputs[counted].astype(np.float64) - truth) ** 2
    means = np.array([weighted_mean(column, mass) for column in truth.T])
    ratio, ratio_ci95 = _mean_of_ratios(squares, (truth - means) ** 2, mass)
    _, against_baseline = _mean_of_ratios(squares, (truth - train_means) ** 2, mass)
    _, rmse_ci95 = _mean_of_ratios(squares, np.ones_like(squares), mass, power=0.5)
    r2 = [metrics.r2 for metrics in each]
    return SeveralRealMetrics(
        num_examples=len(targets),
        loss=loss,
        names=tuple(names),
        each=each,
        rmse=float(np.mean([metrics.rmse for metrics in each])),
        rmse_ci95=rmse_ci95,
        mae=float(np.mean([metrics.mae for metrics in each])),
        r2=None if ratio is None or None in r2 else 1.0 - ratio,
        r2_ci95=ratio_ci95 and (1.0 - ratio_ci95[1], 1.0 - ratio_ci95[0]),
        baseline_rmse=float(np.mean([metrics.baseline_rmse for metrics in each])),
        baseline_mae=float(np.mean([metrics.baseline_mae for metrics in each])),
        is_better_than_baseline=against_baseline is not None and against_baseline[1] < 1.0,
        weighting=each[0].weighting,
    )


def _mean_square(outputs: np.ndarray, targets: np.ndarray, weights: ExampleWeights | None) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        squares = (outputs.astype(np.float64) - targets.astype(np.float64)) ** 2
    return weighted_mean(squares, None if weights is None else weights.values)


def _mean_of_ratios(
    above: Float[np.ndarray, "examples targets"],
    below: Float[np.ndarray, "examples targets"],
    weights: Float[np.ndarray, " examples"] | None,
    *,
    power: float = 1.0,
) -> tuple[float | None, Interval | None]:
    """Compute the mean over targets of a power of ratios of means, and its 95% interval by the delta method.

    As with a single target (`RealMetrics`), the interval is that of the logarithm; the examples' influences on the
    targets' ratios are added up, so that errors which go together are not counted as independent.
    """
    over = np.array([weighted_mean(column, weights) for column in above.T])
    under = np.array([weighted_mean(column, weights) for column in below.T])
    num = len(above)
    num_effective = num if weights is None else int(effective_size(weights))
    if (under == 0.0).any():
        return None, None
    ratios = (over / under) ** power
    mean = float(ratios.mean())
    if num_effective < 3 or not np.isfinite(over).all():
        return mean, None
    if mean == 0.0:
        return 0.0, (0.0, 0.0)
    shares = np.where(over > 0.0, above / np.where(over > 0.0, over, 1.0), 0.0) - below / under
    influence = (shares * ratios * power).mean(axis=1) / mean
    if weights is not None:
        influence = influence * (weights / np.mean(weights))
    half = t_quantile(num_effective - 1) * float(np.sqrt(np.sum(influence**2) / (num - 1) / num))
    return mean, (mean * np.exp(-half).item(), mean * np.exp(half).item())


def _cells(metrics: RealMetrics | SeveralRealMetrics, metric: Metric) -> tuple[str, str, str]:
    value, interval, baseline = (
        getattr(metrics, name) if name else None for name in (metric.name, metric.interval, metric.baseline)
    )
    between = "" if interval is None else f"{interval[0]:.4g} to {interval[1]:.4g}"
    return "–" if value is None else f"{value:.4g}", between, "" if baseline is None else f"{baseline:.4g}"
