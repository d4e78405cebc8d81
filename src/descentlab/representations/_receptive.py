"""Which pixels a unit can see: the arithmetic of kernels, strides and margins."""

from dataclasses import dataclass, replace

from descentlab.networks import (
    Activation,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dropout,
    Layer,
    MaxPool2D,
    Network,
    Residual,
)

Pair = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class ReceptiveField:
    """What the units of a layer see of the picture; each pair is down and across.

    The unit at place p sees the `size` pixels from `start + p * jump` on, as far as the picture goes.

    Attributes:
        start: First pixel of the unit at place 0; negative within a margin.
        jump: Pixels from one place to the next; 0 where every unit sees the whole picture.
        size: Pixels seen.
        picture: Height and width.

    References:
        Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks" (2019).
    """

    start: Pair
    jump: Pair
    size: Pair
    picture: Pair

    def box(self, place: Pair) -> Box:
        """Return the pixels that the unit at a place sees, cut off at the picture's edges."""
        (top, height), (left, width) = (self._along(axis, place[axis]) for axis in (0, 1))
        return Box(top, left, height, width)

    def is_inside(self, place: Pair) -> bool:
        """Say whether all that the unit could see lies in the picture, none in a margin."""
        box = self.box(place)
        return (box.height, box.width) == self.size

    def _along(self, axis: int, place: int) -> Pair:
        first = self.start[axis] + place * self.jump[axis]
        begin, end = max(first, 0), min(first + self.size[axis], self.picture[axis])
        return begin, end - begin


def receptive_field(network: Network, name: str) -> ReceptiveField:
    """Compute what the units of a layer see.

    Args:
        network: It takes pictures.
        name: A layer of the network's own row.

    Returns:
        The field; of dense layers, and of what averages over all places, the whole picture.
    """
    height, width, _ = network.input_shape
    field = ReceptiveField((0, 0), (1, 1), (1, 1), (height, width))
    for layer in network.layers:
        field = _behind(layer, field)
        if layer.name == name:
            return field
    raise KeyError(name)


def _behind(layer: Layer, field: ReceptiveField) -> ReceptiveField:
    match layer:
        case Conv2D():
            before = (layer.margins[0][0], layer.margins[1][0])
            return _slid(field, layer.spec.kernel, layer.spec.stride, layer.spec.dilation, before)
        case MaxPool2D() | AvgPool2D():
            return _slid(field, layer.spec.window, layer.stride, (1, 1), (0, 0))
        case Residual():
            inner = field
            for one in layer.layers:
                inner = _behind(one, inner)
            return _both(field, inner)
        case Activation() | BatchNorm() | Dropout():
            return field
        case _:
            # Flattened, dense, averaged over places, or standardised over all values.
            return replace(field, start=(0, 0), jump=(0, 0), size=field.picture)


def _slid(field: ReceptiveField, kernel: Pair, stride: Pair, gap: Pair, before: Pair) -> ReceptiveField:
    axes = (0, 1)
    start = [field.start[a] - before[a] * field.jump[a] for a in axes]
    size = [field.size[a] + (kernel[a] - 1) * gap[a] * field.jump[a] for a in axes]
    jump = [field.jump[a] * stride[a] for a in axes]
    return replace(field, start=(start[0], start[1]), size=(size[0], size[1]), jump=(jump[0], jump[1]))


def _both(one: ReceptiveField, other: ReceptiveField) -> ReceptiveField:
    start = [min(a, b) for a, b in zip(one.start, other.start, strict=True)]
    ends = [max(one.start[a] + one.size[a], other.start[a] + other.size[a]) for a in (0, 1)]
    size = (ends[0] - start[0], ends[1] - start[1])
    return replace(other, start=(start[0], start[1]), size=size)
