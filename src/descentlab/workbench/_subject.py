"""A network at certain weights with its data: a run as trained, or an experiment at its start or after some epochs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab import training
from descentlab.core import DescentlabError, RunError, SpecError
from descentlab.data import Dataset
from descentlab.networks import Network, build_network
from descentlab.objectives import Objective, build_objective
from descentlab.spec import Experiment
from descentlab.workbench._changes import Changes
from descentlab.workbench._examples import Examples
from descentlab.workbench._resolve import resolve
from descentlab.workbench._room import check_room
from descentlab.workbench._run import Run, as_run
from descentlab.workbench._stopping import stop_on_signals
from descentlab.workbench._target_facts import task_of_data
from descentlab.workbench._train import check_same_data
from descentlab.workbench._watcher import Watcher


@dataclass(frozen=True, eq=False)
class Subject:
    """A network at certain weights, with the data that it is for.

    Attributes:
        experiment: The experiment that it belongs to.
        network: The layers.
        objective: What the logits mean and cost.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        weights: Where the weights come from, in words.
        classes: The classes' names; empty for regression.
        feature_names: A name per input; empty for pictures.
        dataset: The examples; None where a run's data is gone and values are typed instead.
        run: The run, or None.
        target_names: Names of several targets; empty for a single one.
    """

    experiment: Experiment
    network: Network
    objective: Objective
    params: dict[str, dict[str, np.ndarray]]
    statistics: dict[str, dict[str, np.ndarray]]
    weights: str
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]
    dataset: Dataset | None
    run: Run | None
    target_names: tuple[str, ...] = ()

    def truth_of(self, target: Shaped[np.ndarray, "*targets"] | np.generic) -> str:
        """Word an example's class, its target in the network's own unit, or its several targets by name."""
        if self.classes:
            return self.classes[int(target)]
        values = [f"{float(value):.4g}" for value in np.ravel(target)]
        if not self.target_names:
            return values[0]
        return ", ".join(f"{name} {value}" for name, value in zip(self.target_names, values, strict=True))


def find_subject(
    what: Any, changes: Changes, *, epochs: int, member: int, needs_data: bool, watcher: Watcher
) -> Subject:
    """Find the network that a person means.

    Args:
        what: A run, or what `train` takes.
        changes: What to change in an experiment.
        epochs: How long to train an experiment first; 0 takes its initial weights.
        member: Which network of a run with several seeds.
        needs_data: Whether examples are wanted, or values come from the person.
        watcher: What is called while data is loaded and the network is trained.

    Returns:
        The network with its weights and data.

    Raises:
        RunError: If a run's data is gone, or it cannot be changed as asked.
        DescentlabError: If the experiment does not fit its data.
    """
    run = as_run(what)
    if run is not None:
        if epochs or changes != Changes():
            raise RunError(f"{run.path} is a run with weights of its own; --epochs, --hidden, --seed and --set are for "
                           "experiments")  # fmt: skip
        return _of_run(run, member, needs_data=needs_data, watcher=watcher)
    if member:
        raise SpecError(f"--member {member}: only a run has several networks")
    request = resolve(what, changes)
    loaded = Examples(request.experiment, on_loading=watcher.on_loading)
    dataset = loaded.of(request.experiment.seed)
    experiment = request.settle(dataset).model_copy(update={"epochs": epochs, "num_seeds": 1, "early_stopping": None})
    objective = build_objective(experiment.loss, experiment.head, task_of_data(dataset), check=experiment.check)
    network = build_network(experiment.model, dataset.input_shape, objective.num_outputs)
    params, statistics = network.draw(experiment.seed), network.start_statistics()
    weights = f"at its initial weights, seed {experiment.seed}"
    if epochs:
        params, statistics = _train(experiment, dataset, watcher)
        weights = f"after {epochs:,} epoch{'s' if epochs > 1 else ''} of training, seed {experiment.seed}"
    return Subject(
        experiment, network, objective, params, statistics, weights, dataset.classes, dataset.feature_names, dataset,
        None, dataset.target_names,
    )  # fmt: skip


def _of_run(run: Run, member: int, *, needs_data: bool, watcher: Watcher) -> Subject:
    params, statistics = run.weights(member)
    experiment = run.experiment.model_copy(update={"seed": run.experiment.seed + member})
    dataset = None
    try:
        loaded = Examples(run.experiment, on_loading=watcher.on_loading)
        check_same_data(run.folder, loaded.of(run.experiment.seed))
        dataset = loaded.of(experiment.seed)
    except DescentlabError as error:
        if needs_data:
            raise RunError(
                f"the examples of {run.path} cannot be had: {error.message}. Its weights are there: give the inputs "
                f"yourself, as the network sees them, by --input NUMBER,NUMBER,... --truth CLASS (it takes "
                f"{'x'.join(map(str, run.data.input_shape))})"
            ) from None
    which = f", network {member} of {run.num_members}" if run.num_members > 1 else ""
    return Subject(
        experiment, run.network, run.objective, params, statistics, f"as trained{which}", run.classes,
        run.data.feature_names, dataset, run, run.data.target_names,
    )  # fmt: skip


def _train(experiment: Experiment, dataset: Dataset, watcher: Watcher) -> tuple[Any, Any]:
    plan = training.make_plan(experiment, dataset)
    check_room(plan, experiment.epochs)
    with stop_on_signals(watcher) as stop:
        try:
            trained = training.train_population(
                experiment,
                plan,
                [training.Member(experiment.seed)],
                lambda _: dataset,
                on_progress=watcher.on_training,
                stop=stop,
            ).trained[0]
        except training.Interrupted:
            raise KeyboardInterrupt from None
    if trained.diverged_at is not None:
        raise SpecError(
            f"the network diverged at step {trained.diverged_at:,}; there is nothing to account for. Lower the "
            "learning rate, or ask for fewer --epochs"
        )
    return trained.params, trained.statistics
