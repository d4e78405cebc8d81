"""The verdict on a live network so far."""

import numpy as np

from descentlab.evaluation import Judgement, MemberCurves, judge_member
from descentlab.objectives import best_constant_loss
from descentlab.studies import stuck_share
from descentlab.training import LiveNetwork


def judge(network: LiveNetwork, at_start: dict[str, float]) -> Judgement:
    """Judge the training of a network so far, by the rules of `docs/verdicts.md`.

    Args:
        network: The network.
        at_start: Result of `LiveNetwork.measure` before the first step.

    Returns:
        The verdict with its evidence.
    """
    plan, dataset, rows = network.plan, network.dataset, network.dataset.train
    held_out = "validation" if plan.num_validation else "test" if plan.num_test else None
    return judge_member(
        MemberCurves(
            train_loss=_curve(network, at_start, "train_loss"),
            held_out_loss=_curve(network, at_start, f"{held_out}_loss") if held_out else None,
            gradient_norm=np.concatenate([[np.nan], network.trace["gradient_norm"]]),
            diverged_at=network.diverged_at,
            constant_loss=best_constant_loss(plan.objective, dataset.targets[rows], dataset.weights_at(rows)),
            stuck_share=stuck_share(plan, network.params, network.statistics, dataset.inputs[dataset.train]),
            dies=plan.network.has_dying_units,
        )
    )


def _curve(network: LiveNetwork, at_start: dict[str, float], name: str) -> np.ndarray:
    return np.concatenate([[at_start[name]], network.trace[name]])
