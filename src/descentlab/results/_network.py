"""A drawing of a network: its layers as columns, and the derivatives by its weights as lines between them."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from descentlab.results._network_colours import strength
from descentlab.results._network_columns import Column, draw_column
from descentlab.results._numbers import number
from descentlab.results._steps_content import DrawnLayer

TOP, BOTTOM, SIDE = 68.0, 26.0, 14.0
WIDE_GAP, NARROW_GAP, PICTURE_GAP = 104.0, 60.0, 34.0
FEW_COLUMNS = 7
ALL_LINES, STRONGEST = 400, 80
"""Up to `ALL_LINES` weights between two layers each is a line; of more weights, the `STRONGEST` are."""
LEVELS = 5
"""Number of line widths: all lines of one width and sign are one path, which keeps the page small."""


@dataclass(frozen=True)
class Lines:
    """Lines of one width and colour, as one path."""

    direction: str
    level: int
    path: str


@dataclass(frozen=True, eq=False)
class Gap:
    """The drawing between a column and the one before it.

    Attributes:
        wires: Grey lines that show which weights there are, as an SVG path.
        is_fan: Whether the wires are an outline to be filled.
        lines: Lines of -∂C/∂W for this example.
        mean_lines: Lines of -∂C/∂W averaged over the batch; empty for a single example.
        largest: Largest |∂C/∂W| for this example, in words.
        mean_largest: Largest |∂C/∂W| of the average, in words.
        middle: Horizontal place of both words.
        note: How many of the lines are shown, in words; empty if all are.
    """

    wires: str
    is_fan: bool
    lines: tuple[Lines, ...] = ()
    mean_lines: tuple[Lines, ...] = ()
    largest: str = ""
    mean_largest: str = ""
    middle: float = 0.0
    note: str = ""


@dataclass(frozen=True, eq=False)
class PlacedColumn:
    """A column with its place in the drawing; labels stand beside the first and the last."""

    column: Column
    x: float
    y: float
    gap: Gap | None
    label_side: str

    @property
    def frame(self) -> float:
        """Width of the frame around the column, in which its name fits."""
        return max(self.column.width + 18.0, _heading_width(self.column))


@dataclass(frozen=True)
class NetworkView:
    """The drawing; places are in the units of its width and height."""

    width: float
    height: float
    columns: tuple[PlacedColumn, ...]
    notes: tuple[str, ...]


def network_view(layers: tuple[DrawnLayer, ...]) -> NetworkView | None:
    """Lay out a network from left to right.

    Args:
        layers: Layers to draw, from the input on.

    Returns:
        The drawing; None if there are no layers.
    """
    if not layers:
        return None
    columns = [draw_column(layer) for layer in layers]
    height = max(column.height for column in columns)
    placed: list[PlacedColumn] = []
    x = SIDE + max(columns[0].labels_width, (_heading_width(columns[0]) - columns[0].width) / 2)
    for column in columns:
        if placed:
            x += _room(placed[-1].column, column, is_narrow=len(columns) > FEW_COLUMNS)
        at = PlacedColumn(column, x, TOP + (height - column.height) / 2, None, "")
        if placed and not column.layer.is_apart:
            at = replace(at, gap=_gap(placed[-1], at))
        placed.append(at if placed else replace(at, label_side="left"))
        x += column.width
    if len(placed) > 1:
        placed[-1] = replace(placed[-1], label_side="right")
        x += max(placed[-1].column.labels_width, (_heading_width(placed[-1].column) - placed[-1].column.width) / 2)
    return NetworkView(round(x + SIDE, 1), round(TOP + height + BOTTOM, 1), tuple(placed), _notes(placed))


def _room(before: Column, after: Column, *, is_narrow: bool) -> float:
    """Return the distance between two columns; it leaves room for the lines, and their names do not touch."""
    has_lines = after.layer.weight_nudges is not None
    gap = (NARROW_GAP if is_narrow else WIDE_GAP) if has_lines or before.is_circles else PICTURE_GAP
    names = sum(max(_heading_width(each) - each.width, 0.0) / 2 for each in (before, after))
    return max(gap, names + 8.0)


def _heading_width(column: Column) -> float:
    return 7.4 * max(len(column.layer.name), len(column.layer.kind), len(column.size)) + 10.0


def _notes(placed: list[PlacedColumn]) -> tuple[str, ...]:
    some = [f"{at.column.layer.name} {at.gap.note}" for at in placed if at.gap and at.gap.note]
    notes = [f"where a layer has many weights, only the strongest are drawn: {', '.join(some)}"] if some else []
    maps = [f"{at.column.layer.name} {at.column.note}" for at in placed if at.column.note]
    if maps:
        notes.append(f"where a layer has many maps, those with the largest ∂C/∂a are drawn: {', '.join(maps)}")
    return tuple(notes)


def _gap(before: PlacedColumn, after: PlacedColumn) -> Gap:
    layer, mean = after.column.layer, after.column.layer.mean_weight_nudges
    is_fan = not (before.column.is_circles and after.column.is_circles)
    if layer.weight_nudges is None:
        return Gap(_fan(before, after), is_fan=True)
    shown = _shown(layer.weight_nudges, before, after)
    return Gap(
        wires=_fan(before, after) if is_fan else _path(before, after, np.argwhere(shown)),
        is_fan=is_fan,
        lines=_lines(layer.weight_nudges, before, after),
        mean_lines=() if mean is None else _lines(mean, before, after),
        largest=_largest(layer.weight_nudges),
        mean_largest="" if mean is None else _largest(mean),
        middle=round((before.x + before.column.width + after.x) / 2, 1),
        note="" if shown.all() else f"{int(shown.sum())} of {shown.size:,}",
    )


def _largest(nudges: Float[np.ndarray, "inputs neurons"]) -> str:
    return number(float(np.abs(nudges).max(initial=0.0)), digits=2)


def _lines(nudges: Float[np.ndarray, "inputs neurons"], before: PlacedColumn, after: PlacedColumn) -> tuple[Lines, ...]:
    """Draw the lines of the weights, the weakest first, so that the strongest lie on top."""
    relative = strength(nudges) * _shown(nudges, before, after)
    levels = np.ceil(np.abs(relative) * LEVELS).astype(int)
    drawn = []
    for level in range(1, LEVELS + 1):
        for direction, sign in (("down", -1.0), ("up", 1.0)):
            chosen = np.argwhere((levels == level) & (np.sign(relative) == sign))
            if len(chosen):
                drawn.append(Lines(direction, level, _path(before, after, chosen)))
    return tuple(drawn)


def _shown(
    nudges: Float[np.ndarray, "inputs neurons"], before: PlacedColumn, after: PlacedColumn
) -> Bool[np.ndarray, "inputs neurons"]:
    """Choose the weights that are drawn: all if they are few, else the strongest whose two ends are in the drawing."""
    starts, ends = (np.isfinite(at.column.ends[:, 0]) for at in (before, after))
    drawable = np.logical_and.outer(starts, ends)
    if nudges.size <= ALL_LINES:
        return drawable
    sizes = np.where(drawable, np.abs(np.nan_to_num(nudges)), -1.0).ravel()
    chosen = np.zeros(nudges.size, bool)
    chosen[np.argsort(-sizes, kind="stable")[:STRONGEST]] = True
    return chosen.reshape(nudges.shape) & drawable


def _path(before: PlacedColumn, after: PlacedColumn, pairs: np.ndarray) -> str:
    """Write lines from activations of one column to those of the next as one path."""
    if not len(pairs):
        return ""
    start = before.column.ends[pairs[:, 0]] + (before.x, before.y)
    end = after.column.ends[pairs[:, 1]] + (after.x, after.y)
    return "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for (a, b), (c, d) in zip(start, end, strict=True))


def _fan(before: PlacedColumn, after: PlacedColumn) -> str:
    """Return the outline of the area between two columns."""
    left, right = before.x + before.column.width + 3.0, after.x - 3.0
    top, bottom = before.y, before.y + before.column.height
    return (
        f"M{left:.1f} {top:.1f}L{right:.1f} {after.y:.1f}V{after.y + after.column.height:.1f}L{left:.1f} {bottom:.1f}Z"
    )
