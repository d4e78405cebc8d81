"""A trained member measured on each part of its data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from descentlab.core import PARTS, PartName
from descentlab.data import Dataset, take_rows
from descentlab.evaluation import (
    AnyMetrics,
    ExampleWeights,
    Inference,
    evaluate_classes,
    evaluate_labels,
    evaluate_reals,
    evaluate_several_reals,
    infer,
    weighted_mean,
)
from descentlab.training import Plan, precision_of
from descentlab.workbench._target_facts import TargetFacts, target_facts

MEASURED_TRAIN = 5_000
"""Examples of the training part that are measured at most, the same as those of the training curve."""

Metrics = AnyMetrics


@dataclass(frozen=True)
class PartResult:
    """A network's outputs for one part of the data, and its metrics.

    Attributes:
        rows: Rows of the part in the data set.
        inference: Logits, outputs and losses of these rows.
        metrics: Metrics of the part, with intervals.
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
        dataset: The member's data.
        parts: Parts to measure; those without examples are left out.

    Returns:
        The result of each part.
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
    for name, part in rows.items():
        end = start + len(part)
        cut = Inference(inference.logits[start:end], inference.outputs[start:end], inference.losses[start:end])
        results[name] = PartResult(part, cut, score(cut, part, dataset))
        start = end
    return results


def judged_part(parts: Mapping[PartName, PartResult]) -> PartName:
    """Return the part by which a training is judged: the test part, else the validation or the training part."""
    return max(parts, key=PARTS.index)


def part_rows(dataset: Dataset, parts: tuple[PartName, ...] = PARTS) -> Mapping[PartName, Int[np.ndarray, " rows"]]:
    """Return the measured rows of each part that has any."""
    rows = {"train": dataset.train[:MEASURED_TRAIN], "validation": dataset.validation, "test": dataset.test}
    return {name: rows[name] for name in parts if len(rows[name])}


def weights_of(dataset: Dataset, rows: Int[np.ndarray, " rows"]) -> ExampleWeights | None:
    """Return the weights of some rows; None if every example counts once."""
    return None if dataset.weights is None else ExampleWeights(dataset.weights_column, dataset.weights[rows])


def score(inference: Inference, rows: Int[np.ndarray, " rows"], dataset: Dataset) -> Metrics:
    """Compute the metrics of predictions for rows of a data set; the baseline comes from its training part."""
    return score_new(
        inference,
        dataset.targets[rows],
        target_facts(dataset),
        train_targets=dataset.targets[dataset.train],
        weights=weights_of(dataset, rows),
        train_weights=weights_of(dataset, dataset.train),
    )


def score_new(
    inference: Inference,
    targets: np.ndarray,
    facts: TargetFacts,
    *,
    train_targets: np.ndarray | None = None,
    weights: ExampleWeights | None = None,
    train_weights: ExampleWeights | None = None,
) -> Metrics:
    """Compute the metrics of predictions for examples whose targets are known.

    Args:
        inference: Outputs and losses of the network.
        targets: Class ids, labels, or standardised reals.
        facts: What the targets mean.
        train_targets: Targets from which the baseline is computed; by default `targets`, which makes it the best.
        weights: Weight of each example; None counts every example once.
        train_weights: Weight of each of `train_targets`.

    Returns:
        The metrics.
    """
    loss = weighted_mean(inference.losses.astype(np.float64), None if weights is None else weights.values)
    known, by = (targets, weights) if train_targets is None else (train_targets, train_weights)
    mass = None if by is None else by.values
    if facts.kind == "classes":
        counts = np.bincount(known.astype(np.int64), weights=mass, minlength=len(facts.classes))
        labels, majority = targets.astype(np.int64), int(counts.argmax())
        return evaluate_classes(
            inference.outputs, labels, classes=facts.classes, loss=loss, majority=majority, weights=weights
        )
    if facts.kind == "labels":
        frequent = [weighted_mean(column, mass) > 0.5 for column in known.T]
        truth = targets.astype(np.float64)
        return evaluate_labels(
            inference.outputs, truth, names=facts.names, loss=loss, frequent=frequent, weights=weights
        )
    if facts.names:
        means = np.array([[weighted_mean(column, mass) for column in known.T]])
        return evaluate_several_reals(
            facts.in_units(inference.outputs), facts.in_units(targets), names=facts.names, loss=loss,
            train_means=facts.in_units(means)[0], weights=weights,
        )  # fmt: skip
    return evaluate_reals(
        facts.in_units(inference.outputs[:, 0]),
        facts.in_units(targets),
        loss=loss,
        train_mean=float(facts.in_units(np.array([weighted_mean(known.astype(np.float64), mass)]))[0]),
        weights=weights,
    )
