"""The columns of a drawn network: few neurons as circles, many neurons as a strip, pictures as pictures."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.results._network_colours import STAGE, Colours, brightness, grey, hex_colour, signed, strength
from descentlab.results._numbers import number, short
from descentlab.results._png import png_uri
from descentlab.results._steps_content import DrawnLayer

MAX_NEURONS = 20
"""Most neurons of a layer that are drawn as circles."""
STRIP_ROWS = 64
STRIP_WIDTH, STRIP_HEIGHT, STRIP_GAP = 24.0, 240.0, 14.0
MAX_TILES, TILE_COLUMNS = 12, 4
PICTURE_SIDE, TILES_WIDTH, CELL = 116.0, 132.0, 4.0
LABEL_LENGTH = 16
PIXELS_PER_LETTER = 6.6
HALF = 0.5


@dataclass(frozen=True)
class Neuron:
    """One circle; places are counted from the top left corner of its column."""

    x: float
    y: float
    radius: float
    fill: str
    ink: str
    text: str
    title: str
    ring: float
    direction: str
    label: str


@dataclass(frozen=True)
class Panel:
    """One picture inside a column; it shows activations, or (`is_nudge`) how they should change."""

    x: float
    y: float
    width: float
    height: float
    uri: str
    caption: str
    is_nudge: bool


@dataclass(frozen=True, eq=False)
class Column:
    """One layer as it is drawn.

    Attributes:
        layer: Layer that the column shows.
        size: Shape of the layer in words.
        width: Width without labels.
        height: Height without labels.
        neurons: Circles; empty if the layer is drawn as pictures.
        panels: Pictures; empty if the layer is drawn as circles.
        labels_width: Width of the words beside the circles.
        note: How many maps are shown, in words; empty if all are.
        ends: Places where lines to and from each activation end; NaN for activations that are not shown.
    """

    layer: DrawnLayer
    size: str
    width: float
    height: float
    neurons: tuple[Neuron, ...]
    panels: tuple[Panel, ...]
    labels_width: float
    note: str
    ends: Float[np.ndarray, "activations 2"]

    @property
    def is_circles(self) -> bool:
        """Whether each activation is a circle."""
        return bool(self.neurons)


def draw_column(layer: DrawnLayer) -> Column:
    """Draw a layer as circles, as a strip, as a picture or as many small pictures.

    Args:
        layer: Activations of one example, as neurons or as a picture.

    Returns:
        The column; its top left corner is the origin.
    """
    if layer.activations.ndim == 1:
        return _circles(layer) if layer.activations.size <= MAX_NEURONS else _strip(layer)
    return _picture(layer) if layer.activations.shape[-1] in (1, 3) else _tiles(layer)


def _circles(layer: DrawnLayer) -> Column:
    count = layer.activations.size
    radius, pitch = (15.5, 38.0) if count <= 10 else (10.0, 25.0)
    places = np.stack([np.full(count, radius), radius + pitch * np.arange(count)], axis=1)
    bright = brightness(layer.activations)
    nudges = np.zeros(count) if layer.nudges is None else strength(layer.nudges)
    neurons = tuple(
        _circle(layer, k, places[k], radius, float(bright[k]), float(nudges[k])) for k in range(count)
    )  # fmt: skip
    longest = max((len(neuron.label) for neuron in neurons), default=0)
    labels_width = 10.0 + PIXELS_PER_LETTER * longest if longest else 0.0
    return Column(
        layer, str(count), 2 * radius, 2 * radius + pitch * (count - 1), neurons, (), labels_width, "", places
    )


def _circle(
    layer: DrawnLayer, k: int, place: Float[np.ndarray, " 2"], radius: float, bright: float, direction: float
) -> Neuron:
    value = float(layer.activations[k])
    label = layer.labels[k] if layer.labels else ""
    title = f"{label or f'{layer.name}[{k}]'}: {number(value, digits=4)}"
    if layer.nudges is not None:
        title += f", {layer.nudge_name} = {number(float(layer.nudges[k]), digits=4)}"
    return Neuron(
        x=float(place[0]),
        y=float(place[1]),
        radius=radius,
        fill=hex_colour(grey(np.array(bright))),
        ink="#15181b" if bright > HALF else "#fff",
        text=_few_letters(value) if radius > 12.0 else "",
        title=title,
        ring=round(0.8 + 4.2 * abs(direction), 1) if direction else 0.0,
        direction="up" if direction > 0.0 else "down",
        label=short(label, length=LABEL_LENGTH),
    )


def _few_letters(value: float) -> str:
    """Write a number so that it fits into a circle."""
    if not math.isfinite(value):
        return "?"
    text = f"{value:.2f}" if abs(value) < 10.0 else f"{value:.0f}"
    return text.replace("-", "−") if len(text) <= 5 else ("−" if value < 0 else "") + "…"


def _strip(layer: DrawnLayer) -> Column:
    """Draw a long row of neurons as a field that is filled column by column."""
    count = layer.activations.size
    rows = min(count, STRIP_ROWS)
    columns = math.ceil(count / rows)
    pad = np.zeros(rows * columns - count)
    fold = lambda values: np.concatenate([values, pad]).reshape(columns, rows).T
    cell, tall = max(CELL, STRIP_WIDTH / columns), max(CELL, STRIP_HEIGHT / rows)
    is_known = fold(np.ones(count)) > 0.0
    fields = [_hide(grey(fold(brightness(layer.activations))), is_known)]
    if layer.nudges is not None:
        fields.append(_hide(signed(fold(strength(layer.nudges))), is_known))
    width, height = columns * cell, rows * tall
    panels = tuple(
        Panel(k * (width + STRIP_GAP), 0.0, width, height, png_uri(field), ("a", layer.nudge_name)[k], k == 1)
        for k, field in enumerate(fields)
    )
    across, down = np.divmod(np.arange(count), rows)
    ends = np.stack([(across + HALF) * cell, (down + HALF) * tall], axis=1)
    total = width if len(panels) == 1 else 2 * width + STRIP_GAP
    return Column(layer, f"{count:,}", total, height + 14.0, (), panels, 0.0, "", ends)


def _hide(colours: Colours, is_known: np.ndarray) -> Colours:
    return np.where(is_known[..., None], colours, STAGE.astype(np.uint8))


def _picture(layer: DrawnLayer) -> Column:
    rows, columns, channels = layer.activations.shape
    bright = brightness(layer.activations)
    shown = grey(bright[..., 0]) if channels == 1 else (255.0 * bright).round().astype(np.uint8)
    fields = [shown]
    if layer.nudges is not None:
        fields.append(signed(strength(layer.nudges.sum(axis=-1))))
    scale = PICTURE_SIDE / max(rows, columns)
    panels = _stacked(layer, fields, columns * scale, rows * scale)
    spots = (np.indices((rows, columns)).reshape(2, -1).T[:, ::-1] + HALF) * scale
    return Column(
        layer, "x".join(map(str, layer.activations.shape)), columns * scale, _height(panels), (), panels, 0.0, "",
        np.repeat(spots, channels, axis=0),
    )  # fmt: skip


def _tiles(layer: DrawnLayer) -> Column:
    """Lay the channels of a picture side by side: all if they are few, else those with the largest derivatives."""
    rows, columns, channels = layer.activations.shape
    shown = np.arange(channels)
    if channels > MAX_TILES:
        weight = layer.activations if layer.nudges is None else layer.nudges
        lengths = np.nan_to_num((weight**2).sum(axis=(0, 1)))
        shown = np.sort(np.argsort(-lengths, kind="stable")[:MAX_TILES])
    fields = [_mosaic(grey(brightness(layer.activations)), shown)]
    if layer.nudges is not None:
        fields.append(_mosaic(signed(strength(layer.nudges)), shown))
    scale = TILES_WIDTH / fields[0].shape[1]
    panels = _stacked(layer, fields, TILES_WIDTH, fields[0].shape[0] * scale)
    ends = np.full((rows, columns, channels, 2), np.nan)
    y, x = np.indices((rows, columns))
    for k, channel in enumerate(shown):
        down, across = divmod(k, TILE_COLUMNS)
        ends[:, :, channel, 0] = (across * (columns + 1) + x + HALF) * scale
        ends[:, :, channel, 1] = (down * (rows + 1) + y + HALF) * scale
    note = f"{len(shown)} of {channels}" if len(shown) < channels else ""
    size = "x".join(map(str, layer.activations.shape))
    return Column(layer, size, TILES_WIDTH, _height(panels), (), panels, 0.0, note, ends.reshape(-1, 2))


def _mosaic(colours: Colours, shown: np.ndarray) -> Colours:
    rows, columns = colours.shape[:2]
    down = math.ceil(len(shown) / TILE_COLUMNS)
    across = min(len(shown), TILE_COLUMNS)
    field = np.tile(STAGE.astype(np.uint8), (down * (rows + 1) - 1, across * (columns + 1) - 1, 1))
    for k, channel in enumerate(shown):
        y, x = (place * (side + 1) for place, side in zip(divmod(k, TILE_COLUMNS), (rows, columns), strict=True))
        field[y : y + rows, x : x + columns] = colours[:, :, channel]
    return field


def _stacked(layer: DrawnLayer, fields: list[Colours], width: float, height: float) -> tuple[Panel, ...]:
    return tuple(
        Panel(0.0, k * (height + 22.0), width, height, png_uri(field), ("a", layer.nudge_name)[k], k == 1)
        for k, field in enumerate(fields)
    )


def _height(panels: tuple[Panel, ...]) -> float:
    return panels[-1].y + panels[-1].height + 14.0
