"""Saving a network that was trained by hand as a run."""

import time
from pathlib import Path

import numpy as np

from descentlab import training
from descentlab.core import RunError
from descentlab.networks import HostArrays
from descentlab.runs import create_run, describe_environment
from descentlab.training import LiveNetwork, Member, Population, Trained
from descentlab.workbench._data_shape import describe_shape
from descentlab.workbench._examples import Examples
from descentlab.workbench._outcome import judge, save, with_seconds
from descentlab.workbench._run import Run

NOTE = (
    "Trained by hand, {epochs} epochs: the weights are those that it had then; to train its description anew gives "
    "them only if nothing was changed on the way."
)


def keep(network: LiveNetwork, initial_params: HostArrays, *, root: Path = Path("runs"), report: bool = True) -> Run:
    """Save a live network as a run, with its curves, its metrics and its report.

    Args:
        network: The network, at the end of an epoch.
        initial_params: Learned arrays before the first step.
        root: Folder of runs.
        report: Whether to write a report.

    Returns:
        The run.

    Raises:
        RunError: If the network has not trained for an epoch, or has diverged.
        StorageError: If the run cannot be written.
    """
    if network.epoch == 0 or network.has_diverged:
        what = "has diverged" if network.has_diverged else "has not trained for an epoch yet"
        raise RunError(f"the network {what}, so it cannot be kept as a run; train it for at least one epoch first")
    begin = time.perf_counter()
    experiment = network.experiment.model_copy(update={"epochs": network.epoch, "seed": network.seed})
    examples = Examples(experiment)
    dataset = examples.of(network.seed)
    plan = training.make_plan(experiment, dataset)
    trained = Trained(
        params=network.params,
        statistics=network.statistics,
        initial_params=initial_params,
        trace={name: np.array(values) for name, values in network.trace.items() if not name.startswith("test_")},
        snapshots={},
        steps=network.epoch * plan.steps_per_epoch,
        diverged_at=None,
        best_epoch=None,
    )
    population = Population((Member(network.seed),), (trained,), 0.0, 0)
    outcome = judge(experiment, plan, population, examples)
    outcome.metrics["notes"] = [*outcome.metrics["notes"], NOTE.format(epochs=network.epoch)]
    timed = with_seconds(outcome, {"load": 0.0, "compile": 0.0, "train": 0.0}, begin)
    folder = create_run(
        experiment,
        root=root,
        preparation=describe_shape([dataset]),
        environment=describe_environment(
            data_checksum=dataset.checksum, seeds=[network.seed], devices=training.device_names()
        ),
    )
    with folder.lock():
        if report:
            from descentlab import results
            from descentlab.workbench._report import build_report

            folder.save_report(results.render(build_report(folder, experiment, plan, timed, dataset)))
        save(folder, outcome)
        folder.save_metrics(timed.metrics)
    return Run(folder)
