"""The networks whose layers are measured: those of a run or of a preset, and one of another run beside them."""

from dataclasses import dataclass
from typing import Any

from descentlab import representations
from descentlab.core import RunError, SpecError, unknown_name
from descentlab.data import Dataset
from descentlab.networks import Layer, Network
from descentlab.representations import WeightedNetwork
from descentlab.spec import Experiment, PreparedSpec
from descentlab.workbench import Networks, Run, Watcher, find_networks, finite_weights, need_run


@dataclass(frozen=True)
class Request:
    """What is to be shown; None leaves the choice open.

    Attributes:
        example: Place of the example in the held-out part.
        layer: Layer whose channels are shown.
        channel: Channel that is shown.
        examples: Number of examples of the probes.
    """

    example: int
    layer: str | None
    channel: int | None
    examples: int


@dataclass(frozen=True, eq=False)
class Subject:
    """One trained network with the data that it was trained on.

    Attributes:
        name: Name of the network in sentences.
        net: The network.
        dataset: Its data, split as for its training.
        seed: Seed of its first weights.
    """

    name: str
    net: WeightedNetwork
    dataset: Dataset
    seed: int


@dataclass(frozen=True, eq=False)
class Source:
    """All networks that are measured.

    Attributes:
        networks: The networks as they were found or trained.
        members: Each with its data; pictures are of the first.
        other: A network of another run, or None.
    """

    networks: Networks
    members: tuple[Subject, ...]
    other: Subject | None


def find_source(
    what: Any, other: Any, request: Request, *, member: int | None, settings: tuple[str, ...], watcher: Watcher
) -> Source:
    """Load the networks that are meant, or train them.

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If the network takes no pictures, or there is no such member, layer or channel.
    """

    def check(experiment: Experiment, network: Network) -> None:
        _check_pictures(experiment, network)
        choose_layer(network, request)

    networks = find_networks(what, member=member, settings=settings, watcher=watcher, check=check)
    members = tuple(
        Subject(each.name, WeightedNetwork(networks.network, each.params, each.statistics), each.dataset, each.seed)
        for each in networks.members
    )
    return Source(networks, members, None if other is None else _other(need_run(other), members[0]))


def choose_layer(network: Network, request: Request) -> str:
    """Choose the layer whose channels are shown: by default the last convolution, else the first with weights.

    Raises:
        SpecError: If there is no such layer or channel.
    """
    weighted, names = representations.weighted_layers(network), representations.depth_names(network)
    if not weighted:
        raise SpecError("features needs a convolution or a dense layer in the network's own row, and there is none")
    layer = request.layer or next((each.name for each in reversed(weighted) if is_slid(each)), weighted[0].name)
    if layer not in names:
        raise SpecError(unknown_name("layer", layer, names))
    channels = {each.name: each.output_shape[-1] for each in network.layers}
    if request.channel is not None and not 0 <= request.channel < channels[layer]:
        raise SpecError(
            f"layer '{layer}' has no channel {request.channel}: it has {channels[layer]}, counted from 0 to "
            f"{channels[layer] - 1}. Channels by layer: {', '.join(f'{name} {num}' for name, num in channels.items())}"
        )
    return layer


def is_slid(layer: Layer) -> bool:
    """Whether a layer slides its weights over the picture, as a convolution does."""
    return layer.weighted_sum is not None and layer.weighted_sum.is_slid


def _other(run: Run, first: Subject) -> Subject:
    shape = first.net.network.input_shape
    if run.network.input_shape != shape:
        raise RunError(
            f"{run.path} takes inputs of shape {run.network.input_shape}, and {first.name} of shape "
            f"{shape}: they cannot see the same pictures"
        )
    params, statistics = run.weights(0)
    net = WeightedNetwork(run.network, finite_weights(params, str(run.path)), statistics)
    return Subject(run.folder.name, net, first.dataset, run.experiment.seed)


def _check_pictures(experiment: Experiment, network: Network) -> None:
    shape = network.input_shape
    if len(shape) != 3:
        raise SpecError(
            f"features shows what layers see in pictures, and an example of '{experiment.name}' has the shape {shape}: "
            "use a network of pictures, as mnist-cnn, digits-cnn, mnist-mlp or a folder of pictures"
        )
    if isinstance(experiment.data, PreparedSpec) and experiment.data.preparation.inputs == "none":
        raise SpecError(
            f"features shows pictures with values from 0 to 1, and '{experiment.name}' was trained on pixels as they "
            "are (data.preparation.inputs=none): train it with data.preparation.inputs=standard"
        )
