"""The networks whose layers are looked into, each with its data: a run's, or a preset's that is trained first."""

from dataclasses import dataclass
from typing import Any

from gradlab.core import RunError, SpecError
from gradlab.data import Dataset
from gradlab.networks import build_network
from gradlab.objectives import build_objective
from gradlab.representations import WeightedNetwork
from gradlab.spec import ArraysData, Experiment
from gradlab.verbs._changes import Changes
from gradlab.verbs._examples import Examples
from gradlab.verbs._resolve import resolve
from gradlab.verbs._run import Run, as_run, finite_weights, need_run
from gradlab.verbs._train import check_same_data
from gradlab.verbs._train_seeds import train_seeds
from gradlab.verbs._watcher import Watcher

MOST_MEMBERS = 5


@dataclass(frozen=True, eq=False)
class Seen:
    """One trained network with the data that it was trained on.

    Attributes:
        name: What a person calls it.
        net: The network.
        dataset: Its data, divided as for its training.
        seed: Of its initial draw.
    """

    name: str
    net: WeightedNetwork
    dataset: Dataset
    seed: int


@dataclass(frozen=True, eq=False)
class Source:
    """All that is looked into.

    Attributes:
        experiment: What was trained.
        run: The run, or None.
        members: Its networks; the first is the one that pictures are shown of.
        other: A network of another run, or None.
        notes: What a reader must know.
    """

    experiment: Experiment
    run: Run | None
    members: tuple[Seen, ...]
    other: Seen | None
    notes: tuple[str, ...]


def find_source(what: Any, other: Any, *, member: int | None, settings: tuple[str, ...], watcher: Watcher) -> Source:
    """Find or train the networks that a person means.

    Args:
        what: A run, or what `train` takes; that is trained.
        other: A run to compare with, or None.
        member: Which network of a run with several seeds; by default the first five.
        settings: Fields of the experiment, as `key=value`.
        watcher: What is called while it goes on.

    Returns:
        The networks.

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If the network takes no pictures, or there is no such member.
    """
    run = as_run(what)
    found = _train(what, member, settings, watcher) if run is None else _of_run(run, member, settings, watcher)
    if other is None:
        return found
    second = need_run(other)
    if second.network.input_shape != found.members[0].net.network.input_shape:
        raise RunError(
            f"{second.path} takes inputs of shape {second.network.input_shape}, and {found.members[0].name} of shape "
            f"{found.members[0].net.network.input_shape}: they cannot see the same pictures"
        )
    seen = Seen(second.folder.name, _weights_of(second, 0), found.members[0].dataset, second.experiment.seed)
    return Source(found.experiment, found.run, found.members, seen, found.notes)


def _of_run(run: Run, member: int | None, settings: tuple[str, ...], watcher: Watcher) -> Source:
    if settings:
        raise RunError(f"{run.path} is a run with weights of its own; --set is for experiments")
    if isinstance(run.experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory, which are not kept: there is nothing to show it")
    _check_pictures(run.experiment.name, run.data.input_shape)
    if member is not None:
        run.member_data(member)
    chosen = range(min(run.num_members, MOST_MEMBERS)) if member is None else (member,)
    loaded = Examples(run.experiment, on_loading=watcher.on_loading)
    check_same_data(run.folder, loaded.of(run.experiment.seed))
    members = tuple(
        Seen(
            run.name_of(one),
            _weights_of(run, one),
            loaded.of(run.experiment.seed + one),
            run.experiment.seed + one,
        )
        for one in chosen
    )
    left = run.num_members - len(chosen)
    told = f"The run has {run.num_members} networks; the first {MOST_MEMBERS} are measured, --member names another one."
    return Source(run.experiment, run, members, None, (told,) if member is None and left else ())


def _weights_of(run: Run, member: int) -> WeightedNetwork:
    params, statistics = run.weights(member)
    return WeightedNetwork(run.network, finite_weights(params, str(run.path)), statistics)


def _train(what: Any, member: int | None, settings: tuple[str, ...], watcher: Watcher) -> Source:
    if member:
        raise SpecError(f"member={member}: only a run has several networks")
    wish = resolve(what, Changes(settings=settings))
    loaded = Examples(wish.experiment, on_loading=watcher.on_loading)
    first = loaded.of(wish.experiment.seed)
    experiment = wish.settle(first)
    _check_pictures(experiment.name, first.input_shape)
    seeds = range(experiment.seed, experiment.seed + min(experiment.num_seeds, MOST_MEMBERS))
    datasets = {seed: loaded.of(seed) for seed in seeds}
    trained = train_seeds(experiment, datasets, (), watcher)
    objective = build_objective(experiment.loss, len(first.classes))
    network = build_network(experiment.model, first.input_shape, objective.num_outputs)
    for one in trained:
        if one.diverged_at is not None:
            raise SpecError(
                f"the network diverged at step {one.diverged_at:,}; there is nothing to see in it. Lower the learning "
                "rate"
            )
    members = tuple(
        Seen(
            experiment.name if len(seeds) == 1 else f"{experiment.name} of seed {seed}",
            WeightedNetwork(network, one.params, one.statistics),
            datasets[seed],
            seed,
        )
        for seed, one in zip(seeds, trained, strict=True)
    )
    return Source(experiment, None, members, None, ())


def _check_pictures(name: str, shape: tuple[int, ...]) -> None:
    if len(shape) != 3:
        raise SpecError(
            f"features shows what layers see in pictures, and an example of '{name}' has the shape {shape}: use a "
            "network of pictures, as mnist-cnn, digits-cnn, mnist-mlp or a folder of pictures"
        )
