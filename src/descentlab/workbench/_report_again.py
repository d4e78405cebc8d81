"""`report`: the page of a finished run, made again from what the run keeps and its data."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from descentlab import results
from descentlab.core import RunError
from descentlab.spec import ArraysData
from descentlab.training import Member, Plan, Population, Trained, make_plan, prepare_engine
from descentlab.workbench._examples import Examples
from descentlab.workbench._outcome import cast, judge
from descentlab.workbench._report import build_report
from descentlab.workbench._run import Run, need_run
from descentlab.workbench._train import check_same_data


def report(
    run: str | os.PathLike[str] | Run, *, features: tuple[str, str] | None = None, examples: bool = True
) -> Path:
    """Write a run's page again.

    Args:
        run: A finished run, its folder, or its name.
        features: Names of the two columns whose plane the decision boundary is drawn in.
        examples: Whether the page shows examples. Without them it holds no row and no picture of the data.

    Returns:
        The page's path.

    Raises:
        RunError: If the run is not finished, or its data is gone or has changed.
        SpecError: If a feature does not exist.
    """
    run = need_run(run)
    experiment, metrics = run.experiment, run.metrics
    if isinstance(experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory, so its page cannot be made again")
    prepare_engine()
    loaded = Examples(experiment)
    dataset = loaded.of(experiment.seed)
    check_same_data(run.folder, dataset)
    plan = make_plan(experiment, dataset, num_members=experiment.num_seeds)
    seeds = range(experiment.seed, experiment.seed + experiment.num_seeds)
    members = tuple(Member(seed) for seed in seeds)
    trained = tuple(_reload(run, plan, place, seed) for place, seed in enumerate(seeds))
    outcome = judge(experiment, plan, Population(members, trained, 0.0, 0), loaded)
    outcome = replace(outcome, metrics={**outcome.metrics, "seconds": metrics.get("seconds", {})})
    page = build_report(run.folder, experiment, plan, outcome, dataset, features=features, examples=examples)
    run.folder.save_report(results.render(page))
    return run.folder.report_path


def _reload(run: Run, plan: Plan, place: int, seed: int) -> Trained:
    """Put a member together again from the files of its run."""
    params, statistics = run.weights(place)
    columns = run.folder.history()
    of_member = (columns["member"] == place) & (columns["epoch"] > 0)
    names = [name for name in columns if name not in ("member", "seed", "epoch")]
    best, diverged_at = run.metrics.get("best_epoch"), run.metrics.get("diverged_at")
    return Trained(
        params=params,
        statistics=statistics,
        initial_params=cast(run.network.draw(seed), plan.precision),
        trace={name: columns[name][of_member] for name in names},
        snapshots=_snapshots(run, place, params, statistics),
        steps=int(of_member.sum()) * plan.steps_per_epoch,
        diverged_at=diverged_at[place] if diverged_at else None,
        best_epoch=best[place] if best else None,
    )


def _snapshots(run: Run, place: int, params: Any, statistics: Any) -> dict[int, Any]:
    kept = run.folder.load_snapshots(run.weight_shapes())
    if kept is None:
        return {}

    def at(index: int, like: Any) -> dict[str, dict[str, np.ndarray]]:
        return {
            layer: {role: kept.tensors[f"{layer}/{role}"][index, place] for role in roles}
            for layer, roles in like.items()
        }

    return {
        int(epoch): {"params": at(index, params), "statistics": at(index, statistics)}
        for index, epoch in enumerate(kept.epochs)
    }
