"""Networks that differ from a given network by a layer, or by its kind: pure functions on the list of layers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from descentlab.core import ShapeError
from descentlab.networks import Layer, Network, build_network
from descentlab.spec import ActivationName, AnyLayerSpec, DenseSpec, FlattenSpec, Purpose, every_layer

Model = tuple[AnyLayerSpec, ...]

AS_IT_IS = "as it is"
NO_POOLING = "no pooling"
AVERAGE = "average pooling"
STRIDED = "strides, no pooling"
NO_ACTIVATION = "no activation"
LINEAR = "linear"
HALF = "half the channels"
NO_DROPOUT = "no dropout"
NO_NORM = "no normalisation"
DENSE = "dense instead"
PLAIN = "plain pictures"

MANY_TIMES = 8.0
"""A variant with so many times the weights or multiply-adds of the network itself is said to be much larger."""


@dataclass(frozen=True)
class Variant:
    """A network to train beside the given network.

    Attributes:
        name: Name in tables.
        change: The difference from the given network, in words.
        model: Its layers, each with its name.
        removed: Name of the layer that is left out, if a single layer is.
        note: What must be known to read its numbers.
        is_plain: Whether training pictures are shown as they are where the experiment varies them.
    """

    name: str
    change: str
    model: Model
    removed: str = ""
    note: str = ""
    is_plain: bool = False


def name_layers(model: Sequence[AnyLayerSpec], network: Network) -> Model:
    """Write the names that layers have by their place into their descriptions.

    A layer's initial weights depend on its name, so that layers keep theirs when one before them is left out.
    """
    return tuple(_named(spec, layer.name, layer) for spec, layer in zip(model, network.layers, strict=True))


def _named(spec: AnyLayerSpec, name: str, layer: Layer) -> AnyLayerSpec:
    inner = [
        _named(each, built.name.rpartition("/")[2], built) for each, built in zip(spec.inner, layer.inner, strict=True)
    ]
    return spec.with_inner(inner).model_copy(update={"name": name})


def make_variants(
    model: Sequence[AnyLayerSpec], input_shape: tuple[int, ...], num_outputs: int, *, is_varied: bool = False
) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """Make all networks that differ from a given network by one thing.

    Args:
        model: Layers of the given network.
        input_shape: Shape of an example.
        num_outputs: What `units = "outputs"` stands for.
        is_varied: Whether its training pictures are varied at random, so that they may also be left as they are.

    Returns:
        The network itself, then its variants; and a sentence for each change that its shapes do not allow,
        or that needs to know of a layer what it does not state.
    """
    network = build_network(model, input_shape, num_outputs)
    base = name_layers(model, network)
    # Of two that are the same network, that with the better name comes first and is kept.
    plain = [Variant(PLAIN, "training pictures are not varied", base, is_plain=True)] if is_varied else []
    others, refused = _with_other_kinds(base, network)
    wanted = [Variant(AS_IT_IS, "nothing", base), *plain, *others, *_without_each(base)]
    kept: list[Variant] = []
    for variant in wanted:
        if any((variant.model, variant.is_plain) == (other.model, other.is_plain) for other in kept):
            continue
        try:
            built = build_network(variant.model, input_shape, num_outputs)
        except ShapeError as error:
            refused.append(f"'{variant.name}' is left out: {error}.")
            continue
        kept.append(_warned(variant, built, network))
    return tuple(kept), tuple(refused)


def _warned(variant: Variant, built: Network, network: Network) -> Variant:
    def size(of: Network) -> tuple[int, int]:
        return sum(row.num_params for row in of.table()), sum(row.multiply_adds for row in of.table())

    grown = [
        f"{new / old:.1f} times the {what}"
        for new, old, what in zip(size(built), size(network), ("weights", "multiply-adds"), strict=True)
        if old and new / old >= MANY_TIMES
    ]
    if not grown:
        return variant
    note = f"'{variant.name}' is much larger than the network: {' and '.join(grown)}."
    return replace(variant, note=note)


def _without_each(base: Model) -> list[Variant]:
    """Leave out each layer but the last, and but flattening, without which no dense layer can follow."""
    return [
        Variant(
            f"without {spec.name}", f"{spec.name} is left out", (*base[:place], *base[place + 1 :]), spec.name or ""
        )
        for place, spec in enumerate(base[:-1])
        if spec.purpose != "lay out"
    ]


class _NotCheckableError(Exception):
    """A layer does not state what a variant needs to know of it."""

    def __init__(self, specs: Sequence[AnyLayerSpec], fact: str) -> None:
        names = " and ".join(f"'{spec.name}' ({spec.kind})" for spec in specs)
        super().__init__(f"not checkable for {names}, of which it is not known {fact}")


def _with_other_kinds(base: Model, network: Network) -> tuple[list[Variant], list[str]]:
    """Make the variants that change all layers of a purpose, and say which of them cannot be made."""
    makers: list[tuple[str, str, Callable[[], Model | None]]] = [
        (NO_POOLING, "all poolings are left out", lambda: _drop(base, "pool")),
        (AVERAGE, "the mean of each window instead of its largest value", lambda: _average(base)),
        (STRIDED, "no poolings; the convolutions before them take their strides", lambda: _stride(base)),
        (LINEAR, "all activations are linear, all poolings means: one linear map", lambda: _linear(base)),
        (NO_ACTIVATION, "all activations are linear", lambda: _straighten(base)),
        (HALF, "half the filters of each convolution, half the units of each hidden layer", lambda: _halve(base)),
        (NO_DROPOUT, "all dropout is left out", lambda: _drop(base, "drop")),
        (NO_NORM, "all normalisation is left out", lambda: _drop(base, "normalise")),
        (DENSE, "a dense hidden layer of as many weights instead of convolutions", lambda: _dense(base, network)),
    ]
    made: list[Variant] = []
    refused: list[str] = []
    for name, change, make in makers:
        try:
            model = make()
        except _NotCheckableError as problem:
            refused.append(f"'{name}' is left out: {problem}.")
            continue
        if model is not None:
            made.append(Variant(name, change, model))
    return made, refused


def _drop(base: Model, purpose: Purpose) -> Model | None:
    """Leave out all layers of a purpose, and blocks that are made of nothing else; None where there are none."""
    kept: list[AnyLayerSpec] = []
    for spec in base:
        inner = None if spec.purpose == purpose else _drop(spec.inner, purpose)
        if spec.purpose != purpose and inner != ():
            kept.append(spec if inner is None else spec.with_inner(inner))
    return tuple(kept) if tuple(kept) != base else None


def _average(base: Model) -> Model | None:
    def mean_of(spec: AnyLayerSpec) -> AnyLayerSpec | None:
        return spec.as_linear() if spec.purpose == "pool" else spec

    return _change(base, mean_of, "which mean stands for it")


def _stride(base: Model) -> Model | None:
    """Leave poolings out and let the convolution before each of them take steps as large as the pooling's."""
    kept: list[AnyLayerSpec] = []
    for spec in base:
        if spec.purpose != "pool":
            kept.append(spec)
            continue
        if spec.window_step is None:
            raise _NotCheckableError([spec], "how far its windows are apart")
        longer = [(place, each.with_longer_steps(spec.window_step)) for place, each in enumerate(kept)]
        strided = [(place, each) for place, each in longer if each is not None]
        if not strided:
            return None
        place, kept[place] = strided[-1]
    return tuple(kept) if len(kept) < len(base) else None


def _straighten(base: Model) -> Model | None:
    return _change(base, lambda spec: spec.with_activation("linear"), "whether it has an activation")


def _linear(base: Model) -> Model | None:
    """Return layers that are one linear map; None where nothing is in the way of that, or a layer stays curved."""
    straight = _straighten(base)
    if straight is None or any(spec.is_linear is False and spec.as_linear() is None for spec in every_layer(base)):
        return None
    return _change(straight, lambda spec: spec.as_linear(), "which linear layer stands for it") or straight


def _change(base: Model, change: Callable[[AnyLayerSpec], AnyLayerSpec | None], fact: str) -> Model | None:
    """Change every layer, also those that blocks are made of; None where that changes nothing."""
    unknown = [spec for spec in every_layer(base) if change(spec) is None]
    if unknown:
        raise _NotCheckableError(unknown, fact)

    def changed(spec: AnyLayerSpec) -> AnyLayerSpec:
        return spec.with_inner(map(changed, spec.inner)) if spec.inner else change(spec) or spec

    model = tuple(map(changed, base))
    return model if model != base else None


def _halve(base: Model) -> Model | None:
    halved = (*(spec.halved() for spec in base[:-1]), base[-1])
    return halved if halved != base else None


def _dense(base: Model, network: Network) -> Model | None:
    """Put one dense hidden layer in the place of all layers, with as many weights in all as they have."""
    convolutions = [spec for spec in every_layer(base) if spec.weighs == "windows"]
    if not convolutions:
        return None
    num = sum(row.num_params for row in network.table())
    inputs = math.prod(network.input_shape)
    units = max(1, round((num - network.num_outputs) / (inputs + 1 + network.num_outputs)))
    functions: list[ActivationName] = [
        name for spec in convolutions if spec.is_curved and (name := spec.activation_name) is not None
    ]
    return (
        FlattenSpec(name="dense-pixels"),
        DenseSpec(
            name="dense-hidden",
            units=units,
            activation=functions[0] if functions else "relu",
            initializer=convolutions[0].initializer_name or "glorot-uniform",
        ),
        *(spec for spec in base if spec.purpose == "drop"),
        base[-1],
    )
