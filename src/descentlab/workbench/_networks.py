"""The networks of an analysis, each with its data: those of a run, or those of an experiment, trained first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from descentlab.core import RunError, SpecError
from descentlab.data import Dataset
from descentlab.networks import HostArrays, Network, build_network
from descentlab.objectives import Objective, build_objective
from descentlab.spec import ArraysData, Experiment
from descentlab.workbench._changes import Changes
from descentlab.workbench._examples import Examples
from descentlab.workbench._resolve import resolve
from descentlab.workbench._run import Run, as_run, finite_weights
from descentlab.workbench._target_facts import task_of_data
from descentlab.workbench._train import check_same_data
from descentlab.workbench._train_seeds import train_seeds
from descentlab.workbench._watcher import Watcher

MOST_MEMBERS = 5


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """One trained network with the data that it was trained on.

    Attributes:
        name: Name of the network in sentences.
        params: Learned arrays by layer and role.
        statistics: Running statistics by layer and role.
        dataset: Data of the network, split as for its training.
        seed: Seed of the network.
    """

    name: str
    params: HostArrays
    statistics: HostArrays
    dataset: Dataset
    seed: int


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks of one experiment, one a seed.

    Attributes:
        experiment: Experiment that was trained.
        run: Run of the networks, or None if they were trained for the analysis.
        network: Layers of all networks.
        objective: Loss function, and the meaning of the logits.
        members: Trained networks.
        examples: Data of the experiment, by seed.
        notes: Notes that a reader must know.
    """

    experiment: Experiment
    run: Run | None
    network: Network
    objective: Objective
    members: tuple[TrainedNetwork, ...]
    examples: Examples
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the run, or of the experiment."""
        return self.experiment.name if self.run is None else self.run.folder.name


Check = Callable[[Experiment, Network], object]


def find_networks(
    what: Any, *, member: int | None, settings: tuple[str, ...], watcher: Watcher, check: Check = lambda *_: None
) -> Networks:
    """Load the networks of a run, or train those of an experiment.

    Args:
        what: A run, or anything that `train` takes, which is then trained.
        member: Number of the network, if a run has several seeds; by default the first five.
        settings: Fields of the experiment, as `key=value`.
        watcher: Callbacks of loading and training.
        check: Called with experiment and layers before anything is trained; raises an error if the analysis does not
            fit them.

    Returns:
        The networks.

    Raises:
        RunError: If a run's data is gone, it has no such member, or its training diverged.
        SpecError: If the training diverges.
    """
    run = as_run(what)
    if run is None:
        return _train(what, member, settings, watcher, check)
    check(run.experiment, run.network)
    return _of_run(run, member, settings, watcher)


def _of_run(run: Run, member: int | None, settings: tuple[str, ...], watcher: Watcher) -> Networks:
    if settings:
        raise RunError(f"{run.path} is a trained run, which --set cannot change; leave it out, or name an experiment")
    if isinstance(run.experiment.data, ArraysData):
        raise RunError(
            f"{run.path} was trained on arrays in memory, which are not kept, so it has no data to measure on; use a "
            "run on a file or a preset"
        )
    if member is not None:
        run.member_data(member)
    chosen = range(min(run.num_members, MOST_MEMBERS)) if member is None else (member,)
    weights = {place: run.weights(place) for place in chosen}
    for place, (params, _) in weights.items():
        finite_weights(params, run.name_of(place))
    loaded, first_seed = Examples(run.experiment, on_loading=watcher.on_loading), run.experiment.seed
    check_same_data(run.folder, loaded.of(first_seed))
    members = tuple(
        TrainedNetwork(run.name_of(place), *weights[place], loaded.of(first_seed + place), first_seed + place)
        for place in chosen
    )
    note = f"The run has {run.num_members} networks; the first {MOST_MEMBERS} are measured, --member names another one."
    notes = (note,) if member is None and run.num_members > MOST_MEMBERS else ()
    return Networks(run.experiment, run, run.network, run.objective, members, loaded, notes)


def _train(what: Any, member: int | None, settings: tuple[str, ...], watcher: Watcher, check: Check) -> Networks:
    if member:
        raise SpecError(f"--member {member} is for runs with several networks; leave it out, or name a run")
    resolved = resolve(what, Changes(settings=settings))
    loaded = Examples(resolved.experiment, on_loading=watcher.on_loading)
    first = loaded.of(resolved.experiment.seed)
    experiment = resolved.settle(first)
    objective = build_objective(experiment.loss, experiment.head, task_of_data(first), check=experiment.check)
    network = build_network(experiment.model, first.input_shape, objective.num_outputs)
    check(experiment, network)
    seeds = range(experiment.seed, experiment.seed + min(experiment.num_seeds, MOST_MEMBERS))
    datasets = {seed: loaded.of(seed) for seed in seeds}
    trained = train_seeds(experiment, datasets, (), watcher)
    for each in trained:
        if each.diverged_at is not None:
            raise SpecError(
                f"the network diverged at step {each.diverged_at:,}, so it cannot be analysed; lower the learning rate"
            )
    members = tuple(
        TrainedNetwork(
            experiment.name if len(seeds) == 1 else f"{experiment.name} of seed {seed}",
            each.params,
            each.statistics,
            datasets[seed],
            seed,
        )
        for seed, each in zip(seeds, trained, strict=True)
    )
    return Networks(experiment, None, network, objective, members, loaded, ())
