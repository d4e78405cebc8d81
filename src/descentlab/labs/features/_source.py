"""The networks whose layers are looked into, each with its data: a run's, or a preset's that is trained first."""

from dataclasses import dataclass
from typing import Any

from descentlab.core import RunError, SpecError
from descentlab.data import Dataset
from descentlab.networks import Network
from descentlab.representations import WeightedNetwork
from descentlab.spec import Experiment
from descentlab.workbench import Run, Watcher, find_networks, finite_weights, need_run


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
    found = find_networks(what, member=member, settings=settings, watcher=watcher, check=_check_pictures)
    members = tuple(
        Seen(one.name, WeightedNetwork(found.network, one.params, one.statistics), one.dataset, one.seed)
        for one in found.members
    )
    seen = None if other is None else _other(need_run(other), members[0])
    return Source(found.experiment, found.run, members, seen, found.notes)


def _other(run: Run, first: Seen) -> Seen:
    shape = first.net.network.input_shape
    if run.network.input_shape != shape:
        raise RunError(
            f"{run.path} takes inputs of shape {run.network.input_shape}, and {first.name} of shape "
            f"{shape}: they cannot see the same pictures"
        )
    params, statistics = run.weights(0)
    net = WeightedNetwork(run.network, finite_weights(params, str(run.path)), statistics)
    return Seen(run.folder.name, net, first.dataset, run.experiment.seed)


def _check_pictures(experiment: Experiment, network: Network) -> None:
    shape = network.input_shape
    if len(shape) != 3:
        raise SpecError(
            f"features shows what layers see in pictures, and an example of '{experiment.name}' has the shape {shape}: "
            "use a network of pictures, as mnist-cnn, digits-cnn, mnist-mlp or a folder of pictures"
        )
