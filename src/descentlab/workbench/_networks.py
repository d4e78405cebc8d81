"""The networks that an analysis looks into, each with its data: a run's, or an experiment's that is trained first."""

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
from descentlab.workbench._train import check_same_data
from descentlab.workbench._train_seeds import train_seeds
from descentlab.workbench._watcher import Watcher

MOST_MEMBERS = 5


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """One trained network with the data that it was trained on.

    Attributes:
        name: What a person calls it.
        params: Its learned arrays.
        statistics: Its running statistics.
        dataset: Its data, divided as for its training.
        seed: Of its initial draw.
    """

    name: str
    params: HostArrays
    statistics: HostArrays
    dataset: Dataset
    seed: int


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks of one experiment, a seed each.

    Attributes:
        experiment: What was trained.
        run: The run, or None.
        network: The layers that all have.
        objective: What their logits mean.
        members: The networks.
        examples: The experiment's data, by seed.
        notes: What a reader must know.
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
        """What a person calls them."""
        return self.experiment.name if self.run is None else self.run.folder.name


Check = Callable[[Experiment, Network], object]


def find_networks(
    what: Any, *, member: int | None, settings: tuple[str, ...], watcher: Watcher, check: Check = lambda *_: None
) -> Networks:
    """Find or train the networks that a person means.

    Args:
        what: A run, or what `train` takes; that is trained.
        member: Which network of a run with several seeds; by default the first five.
        settings: Fields of the experiment, as `key=value`.
        watcher: What is called while it goes on.
        check: Called with experiment and layers before anything is trained, to refuse what does not fit them.

    Returns:
        The networks.

    Raises:
        RunError: If a run's data is gone, it has no such member, or its training diverged.
        SpecError: If what is trained diverges.
    """
    run = as_run(what)
    if run is None:
        return _train(what, member, settings, watcher, check)
    check(run.experiment, run.network)
    return _of_run(run, member, settings, watcher)


def _of_run(run: Run, member: int | None, settings: tuple[str, ...], watcher: Watcher) -> Networks:
    if settings:
        raise RunError(f"{run.path} is a run with weights of its own; --set is for experiments")
    if isinstance(run.experiment.data, ArraysData):
        raise RunError(
            f"{run.path} was trained on arrays in memory, which are not kept: there is nothing to measure on"
        )
    if member is not None:
        run.member_data(member)
    chosen = range(min(run.num_members, MOST_MEMBERS)) if member is None else (member,)
    weights = {one: run.weights(one) for one in chosen}
    for one, (params, _) in weights.items():
        finite_weights(params, run.name_of(one))
    loaded = Examples(run.experiment, on_loading=watcher.on_loading)
    check_same_data(run.folder, loaded.of(run.experiment.seed))
    members = tuple(
        TrainedNetwork(run.name_of(one), *weights[one], loaded.of(run.experiment.seed + one), run.experiment.seed + one)
        for one in chosen
    )
    told = f"The run has {run.num_members} networks; the first {MOST_MEMBERS} are measured, --member names another one."
    notes = (told,) if member is None and run.num_members > MOST_MEMBERS else ()
    return Networks(run.experiment, run, run.network, run.objective, members, loaded, notes)


def _train(what: Any, member: int | None, settings: tuple[str, ...], watcher: Watcher, check: Check) -> Networks:
    if member:
        raise SpecError(f"member={member}: only a run has several networks")
    wish = resolve(what, Changes(settings=settings))
    loaded = Examples(wish.experiment, on_loading=watcher.on_loading)
    first = loaded.of(wish.experiment.seed)
    experiment = wish.settle(first)
    objective = build_objective(experiment.loss, len(first.classes))
    network = build_network(experiment.model, first.input_shape, objective.num_outputs)
    check(experiment, network)
    seeds = range(experiment.seed, experiment.seed + min(experiment.num_seeds, MOST_MEMBERS))
    datasets = {seed: loaded.of(seed) for seed in seeds}
    trained = train_seeds(experiment, datasets, (), watcher)
    for one in trained:
        if one.diverged_at is not None:
            raise SpecError(
                f"the network diverged at step {one.diverged_at:,}; there is nothing to see in it. Lower the learning "
                "rate"
            )
    members = tuple(
        TrainedNetwork(
            experiment.name if len(seeds) == 1 else f"{experiment.name} of seed {seed}",
            one.params,
            one.statistics,
            datasets[seed],
            seed,
        )
        for seed, one in zip(seeds, trained, strict=True)
    )
    return Networks(experiment, None, network, objective, members, loaded, ())
