"""The judgement on a live network so far."""

import numpy as np

from descentlab.core import PartName
from descentlab.judgement import Judgement, TrainingCurves, judge_training
from descentlab.objectives import best_constant_loss
from descentlab.studies import stuck_share
from descentlab.training import LiveNetwork, rate_factors


def judge(network: LiveNetwork, at_start: dict[str, float]) -> Judgement:
    """Judge the training of a network so far, by the rules of `docs/verdicts.md`.

    Args:
        network: The network.
        at_start: Result of `LiveNetwork.measure` before the first step.

    Returns:
        The outcome with its evidence.
    """
    plan, dataset, num = network.plan, network.dataset, len(network.trace["gradient_norm"]) + 1
    held_out: PartName | None = "validation" if plan.num_validation else "test" if plan.num_test else None
    factors = rate_factors(network.experiment, plan.steps_per_epoch)
    factors = np.concatenate([factors, np.full(max(0, num - len(factors)), factors[-1])])[:num]
    return judge_training(
        TrainingCurves(
            train_loss=_curve(network, at_start, "train_loss"),
            held_out_loss=_curve(network, at_start, f"{held_out}_loss") if held_out else None,
            gradient_norm=np.concatenate([[np.nan], network.trace["gradient_norm"]]),
            diverged_at=network.diverged_at,
            constant_loss=_constant_loss(network, "train"),
            held_out_constant_loss=_constant_loss(network, held_out) if held_out else None,
            stuck_share=stuck_share(plan, network.params, network.statistics, dataset.inputs[dataset.train]),
            stuck_kind="dead units" if plan.network.has_dying_units else "saturated units",
            rate_factors=factors,
        )
    )


def _constant_loss(network: LiveNetwork, part: PartName) -> float:
    dataset = network.dataset
    rows = dataset.part(part)
    return best_constant_loss(network.plan.objective, dataset.targets[rows], dataset.weights_at(rows))


def _curve(network: LiveNetwork, at_start: dict[str, float], name: str) -> np.ndarray:
    return np.concatenate([[at_start[name]], network.trace[name]])
