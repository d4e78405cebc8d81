"""A trained member measured on each part of its data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Int

from descentlab.data import Dataset, take_rows
from descentlab.evaluation import ClassMetrics, Inference, RealMetrics, evaluate_classes, evaluate_reals, infer
from descentlab.training import Plan, precision_of

PartName = Literal["train", "validation", "test"]
PARTS: tuple[PartName, ...] = ("train", "validation", "test")
MEASURED_TRAIN = 5_000
"""Of a larger training part, so many examples are measured (the curve's own); the others are not held back."""

Metrics = ClassMetrics | RealMetrics


@dataclass(frozen=True)
class PartResult:
    """What a network says of one part, and what that is worth.

    Attributes:
        rows: Rows of the data set.
        inference: Logits, outputs and losses of these rows.
        metrics: Scores with intervals.
    """

    rows: Int[np.ndarray, " rows"]
    inference: Inference
    metrics: Metrics


def measure_parts(
    plan: Plan, params: Any, statistics: Any, dataset: Dataset, *, parts: tuple[PartName, ...] = PARTS
) -> dict[PartName, PartResult]:
    """Measure a network on the parts of its data, all in one pass.

    Args:
        plan: The network and its objective.
        params: Learned arrays.
        statistics: Running statistics.
        dataset: The member's own data.
        parts: Which parts; those without examples are left out.

    Returns:
        A result a part.
    """
    rows = part_rows(dataset, parts)
    everything = np.concatenate(list(rows.values())) if rows else np.zeros(0, np.int64)
    with precision_of(plan.precision):
        inference = infer(
            plan.network,
            plan.objective,
            params,
            statistics,
            take_rows(dataset.inputs, everything),
            dataset.targets[everything],
            input_scale=plan.input_scale,
        )
    results: dict[PartName, PartResult] = {}
    start = 0
    for name, own in rows.items():
        end = start + len(own)
        cut = Inference(inference.logits[start:end], inference.outputs[start:end], inference.losses[start:end])
        results[name] = PartResult(own, cut, score(cut, dataset.targets[own], dataset))
        start = end
    return results


def judged_part(parts: Mapping[PartName, PartResult]) -> PartName:
    """Name the part that a training is judged by: the one that is farthest from what was learned from."""
    return max(parts, key=PARTS.index)


def part_rows(dataset: Dataset, parts: tuple[PartName, ...] = PARTS) -> Mapping[PartName, Int[np.ndarray, " rows"]]:
    """Return the rows that are measured of each part that has any."""
    rows = {"train": dataset.train[:MEASURED_TRAIN], "validation": dataset.validation, "test": dataset.test}
    return {name: rows[name] for name in parts if len(rows[name])}


def score(inference: Inference, targets: np.ndarray, dataset: Dataset) -> Metrics:
    """Score what a network says of examples of a data set; the baseline is learned on its training part."""
    scaling = (dataset.target_scale, dataset.target_shift)
    return score_new(
        inference, targets, classes=dataset.classes, scaling=scaling, train_targets=dataset.targets[dataset.train]
    )


def score_new(
    inference: Inference,
    targets: np.ndarray,
    *,
    classes: tuple[str, ...],
    scaling: tuple[float, float],
    train_targets: np.ndarray | None = None,
) -> Metrics:
    """Score what a network says of examples whose targets are known.

    Args:
        inference: What it says.
        targets: Class ids, or standardised reals.
        classes: The classes' names; empty for regression.
        scaling: Scale and shift that bring a real target to its own unit.
        train_targets: What the naive baseline learns from; by default the targets themselves, the best it could be.

    Returns:
        The scores.
    """
    loss = float(np.mean(inference.losses.astype(np.float64)))
    seen = targets if train_targets is None else train_targets
    if classes:
        majority = int(np.bincount(seen.astype(np.int64), minlength=len(classes)).argmax())
        labels = targets.astype(np.int64)
        return evaluate_classes(inference.outputs, labels, classes=classes, loss=loss, majority=majority)
    scale, shift = scaling
    return evaluate_reals(
        inference.outputs[:, 0].astype(np.float64) * scale + shift,
        targets.astype(np.float64) * scale + shift,
        loss=loss,
        train_mean=float(np.mean(seen.astype(np.float64))) * scale + shift,
    )
