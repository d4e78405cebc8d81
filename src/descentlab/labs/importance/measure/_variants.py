"""Networks that differ from a given one by a layer, or by its kind: pure functions on the list of layers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from descentlab.core import ShapeError
from descentlab.networks import Network, build_network
from descentlab.spec import (
    ActivationName,
    ActivationSpec,
    AnyLayerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
    ResidualSpec,
)

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
    """A network to train beside the given one.

    Attributes:
        name: What it is called.
        change: What is different, in words.
        model: Its layers, each with its name.
        removed: The layer that is left out, if it is one alone.
        note: What a reader must know of it.
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


def _named(spec: AnyLayerSpec, name: str, layer: Any) -> AnyLayerSpec:
    changes: dict[str, Any] = {"name": name}
    if isinstance(spec, ResidualSpec):
        changes["layers"] = tuple(
            _named(inner, built.name.rpartition("/")[2], built)
            for inner, built in zip(spec.layers, layer.layers, strict=True)
        )
    return spec.model_copy(update=changes)


def make_variants(
    model: Sequence[AnyLayerSpec], input_shape: tuple[int, ...], num_outputs: int, *, is_varied: bool = False
) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """Make all networks that differ from a given one by one thing.

    Args:
        model: Its layers.
        input_shape: Shape of one example.
        num_outputs: What `units = "outputs"` stands for.
        is_varied: Whether its training pictures are varied at random, so that they may also be left as they are.

    Returns:
        The network itself, then its variants; and a sentence for each change that its shapes do not allow.
    """
    network = build_network(model, input_shape, num_outputs)
    base = name_layers(model, network)
    # Of two that are the same network, the one with the better name comes first and is kept.
    plain = [Variant(PLAIN, "training pictures are not varied", base, is_plain=True)] if is_varied else []
    wanted = [Variant(AS_IT_IS, "nothing", base), *plain, *_with_other_kinds(base, network), *_without_each(base)]
    kept: list[Variant] = []
    refused: list[str] = []
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
    def size(one: Network) -> tuple[int, int]:
        return sum(row.num_params for row in one.table()), sum(row.multiply_adds for row in one.table())

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
        if not isinstance(spec, FlattenSpec)
    ]


def _with_other_kinds(base: Model, network: Network) -> list[Variant]:
    makers: list[tuple[str, str, Callable[[], Model | None]]] = [
        (NO_POOLING, "all poolings are left out", lambda: _drop(base, MaxPool2DSpec | AvgPool2DSpec)),
        (AVERAGE, "the mean of each window instead of its largest value", lambda: _average(base)),
        (STRIDED, "no poolings; the convolutions before them take their strides", lambda: _stride(base)),
        (LINEAR, "all activations are linear, all poolings means: one linear map", lambda: _linear(base)),
        (NO_ACTIVATION, "all activations are linear", lambda: _straighten(base)),
        (HALF, "half the filters of each convolution, half the units of each hidden layer", lambda: _halve(base)),
        (NO_DROPOUT, "all dropout is left out", lambda: _drop(base, DropoutSpec)),
        (NO_NORM, "all normalisation is left out", lambda: _drop(base, BatchNormSpec | LayerNormSpec)),
        (DENSE, "a dense hidden layer of as many weights instead of convolutions", lambda: _dense(base, network)),
    ]
    made = [(name, change, make()) for name, change, make in makers]
    return [Variant(name, change, model) for name, change, model in made if model is not None]


def _drop(base: Model, kinds: Any) -> Model | None:
    kept = tuple(spec for spec in base if not isinstance(spec, kinds))
    return kept if len(kept) < len(base) else None


def _average(base: Model) -> Model | None:
    found = tuple(
        AvgPool2DSpec(name=spec.name, window=spec.window, stride=spec.stride)
        if isinstance(spec, MaxPool2DSpec)
        else spec
        for spec in base
    )
    return found if found != base else None


def _stride(base: Model) -> Model | None:
    """Leave poolings out and let the convolution before each of them take steps as large as the pooling's."""
    kept: list[AnyLayerSpec] = []
    has_changed = False
    for spec in base:
        if not isinstance(spec, MaxPool2DSpec | AvgPool2DSpec):
            kept.append(spec)
            continue
        place = next((k for k in reversed(range(len(kept))) if isinstance(kept[k], Conv2DSpec)), None)
        before = None if place is None else kept[place]
        if place is None or not isinstance(before, Conv2DSpec):
            return None
        down, across = spec.stride or spec.window
        kept[place] = before.model_copy(update={"stride": (before.stride[0] * down, before.stride[1] * across)})
        has_changed = True
    return tuple(kept) if has_changed else None


def _straighten(base: Model) -> Model | None:
    found = tuple(_straight(spec) for spec in base)
    return found if found != base else None


def _straight(spec: AnyLayerSpec) -> AnyLayerSpec:
    if isinstance(spec, DenseSpec | Conv2DSpec):
        return spec.model_copy(update={"activation": "linear"})
    if isinstance(spec, ActivationSpec):
        return spec.model_copy(update={"function": "linear"})
    if isinstance(spec, ResidualSpec):
        return spec.model_copy(update={"layers": tuple(_straight(inner) for inner in spec.layers)})
    return spec


def _linear(base: Model) -> Model | None:
    """Return layers that are one linear map; None where a layer cannot be made so."""
    straight = _straighten(base)
    if straight is None or any(isinstance(spec, LayerNormSpec) for spec in _flat(base)):
        return None
    return _average(straight) or straight


def _flat(base: Sequence[AnyLayerSpec]) -> list[AnyLayerSpec]:
    return [inner for spec in base for inner in (_flat(spec.layers) if isinstance(spec, ResidualSpec) else [spec])]


def _halve(base: Model) -> Model | None:
    found = (*(_halved(spec) for spec in base[:-1]), base[-1])
    return found if found != base else None


def _halved(spec: AnyLayerSpec) -> AnyLayerSpec:
    if isinstance(spec, Conv2DSpec):
        return spec.model_copy(update={"filters": max(1, spec.filters // 2)})
    if isinstance(spec, DenseSpec) and isinstance(spec.units, int):
        return spec.model_copy(update={"units": max(1, spec.units // 2)})
    if isinstance(spec, ResidualSpec):
        return spec.model_copy(update={"layers": tuple(_halved(inner) for inner in spec.layers)})
    return spec


def _dense(base: Model, network: Network) -> Model | None:
    """Put one dense hidden layer in the place of all layers, with as many weights in all as they have."""
    convolutions = [spec for spec in _flat(base) if isinstance(spec, Conv2DSpec)]
    if not convolutions:
        return None
    num = sum(row.num_params for row in network.table())
    inputs = math.prod(network.input_shape)
    units = max(1, round((num - network.num_outputs) / (inputs + 1 + network.num_outputs)))
    bending: list[ActivationName] = [spec.activation for spec in convolutions if spec.activation != "linear"]
    return (
        FlattenSpec(name="dense-pixels"),
        DenseSpec(
            name="dense-hidden",
            units=units,
            activation=bending[0] if bending else "relu",
            initializer=convolutions[0].initializer,
        ),
        *(spec for spec in base if isinstance(spec, DropoutSpec)),
        base[-1],
    )
