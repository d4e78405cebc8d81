"""The figures, tables and pictures of a page of results, as plain data."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from descentlab.results._content import Boundary2D

Tone = Literal["good", "bad", "neutral"]


@dataclass(frozen=True)
class Series:
    """One curve, or one cloud of points, of a chart.

    Attributes:
        name: What the legend calls it.
        x: Positions, rising for a line.
        y: Values; NaN leaves a gap.
        low: Lower edge of a band around it, or None.
        high: Upper edge.
        style: A line, a dashed line, or points alone.
        tone: 0, 1, 2, ... picks the page's colour of that number; series of one tone share it.
    """

    name: str
    x: Float[np.ndarray, " points"]
    y: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"] | None = None
    high: Float[np.ndarray, " points"] | None = None
    style: Literal["line", "dashed", "points"] = "line"
    tone: int = 0


@dataclass(frozen=True)
class Mark:
    """A straight line across a chart at one x or one y, with its label; as the stability limit, or the best rate."""

    label: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Band:
    """A shaded range of x with its label; as the stable region."""

    label: str
    low: float
    high: float
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Chart:
    """Curves over one axis. Its numbers can be saved from the page as CSV.

    Attributes:
        title: Line above the chart.
        x_label: What is on the horizontal axis, with its unit.
        y_label: What is on the vertical axis, with its unit.
        series: The curves and clouds of points.
        x_log: Whether the horizontal axis is logarithmic.
        y_log: Whether the vertical axis is logarithmic; with `has_switch`, whether it is at first.
        marks: Straight lines across the chart.
        bands: Shaded ranges of x.
        note: Line below the chart.
        x_names: Words for 1, 2, 3, ... on the axis, as the layers of a network.
        x_is_tight: Whether the horizontal axis begins and ends with the data.
        y_holds: Values that the vertical axis has to hold, as 0.
        has_switch: Whether a reader may switch the vertical axis between linear and logarithmic.
        is_saved: Whether the page offers the numbers of this chart as a file.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_log: bool = False
    y_log: bool = False
    marks: tuple[Mark, ...] = ()
    bands: tuple[Band, ...] = ()
    note: str = ""
    x_names: tuple[str, ...] = ()
    x_is_tight: bool = False
    y_holds: tuple[float, ...] = ()
    has_switch: bool = False
    is_saved: bool = True


@dataclass(frozen=True)
class Path2D:
    """A path on a map, with a dot at its start and an arrow head or ring at its end."""

    name: str
    points: Float[np.ndarray, "points 2"]
    tone: int = 0


@dataclass(frozen=True)
class Map:
    """A value over two axes, as a picture with a legend.

    Attributes:
        x: Centres of the columns, rising.
        y: Centres of the rows, rising (drawn upwards).
        values: One value a cell; NaN is drawn as nothing. With `names`, the id of a class.
        value_label: What the values are, with their unit.
        names: Of the classes by id, where the values are classes.
        scale: Linear or logarithmic colours; "diverging" puts its middle at 0.
        contours: Levels drawn as lines.
        paths: Drawn on top.
        points: Drawn on top, as minima.
        y_down: Whether rows are drawn downwards, as those of a picture.
    """

    title: str
    x_label: str
    y_label: str
    x: Float[np.ndarray, " columns"]
    y: Float[np.ndarray, " rows"]
    values: Float[np.ndarray, "rows columns"]
    value_label: str
    names: tuple[str, ...] = ()
    scale: Literal["linear", "log", "diverging"] = "linear"
    x_log: bool = False
    y_log: bool = False
    contours: tuple[float, ...] = ()
    paths: tuple[Path2D, ...] = ()
    points: Float[np.ndarray, "points 2"] | None = None
    note: str = ""
    y_down: bool = False


@dataclass(frozen=True)
class BoundaryRow:
    """The same network under several conditions, side by side at the same epochs; one slider moves all."""

    title: str
    names: tuple[str, ...]
    boundaries: tuple[Boundary2D, ...]
    captions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """Pixels as a picture: grey values or RGB, 0 to 255, with its alternative text."""

    title: str
    pixels: Int[np.ndarray, "rows columns"] | Int[np.ndarray, "rows columns 3"]
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """Numbers of either sign as bars to both sides of a middle line, each beside some words.

    Attributes:
        title: A line above.
        head: A word per column of words, then one for the numbers.
        rows: The words of each row.
        values: The numbers, a bar each; the longest reaches the edge.
        ends: What bars to the left and to the right mean.
        note: A line below.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: Float[np.ndarray, " rows"]
    ends: tuple[str, str] = ("less", "more")
    note: str = ""


@dataclass(frozen=True)
class Fields:
    """Small pictures of numbers of either sign, side by side; each by its own largest number.

    Attributes:
        title: A line above.
        names: What each is.
        values: The numbers.
        note: A line below.
    """

    title: str
    names: tuple[str, ...]
    values: tuple[Float[np.ndarray, "rows columns"], ...]
    note: str = ""


@dataclass(frozen=True)
class Tile:
    """One small picture among others.

    Attributes:
        values: Grey values, or red, green and blue.
        caption: A few words below.
        scale: "grey": black to white, between `limits`; "signed": orange below 0 and blue above, by its largest number.
        limits: What is black and what is white; by default the smallest and the largest value. Red, green and blue are
            drawn likewise.
        box: A rectangle drawn on top: top, left, height and width in pixels of the picture.
    """

    values: Float[np.ndarray, "rows columns"] | Float[np.ndarray, "rows columns 3"]
    caption: str = ""
    scale: Literal["grey", "signed"] = "grey"
    limits: tuple[float, float] | None = None
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Tiles:
    """Small pictures side by side, as many in a row as there is room for.

    Attributes:
        title: A line above.
        tiles: The pictures.
        size: How large each is drawn.
        note: A line below.
    """

    title: str
    tiles: tuple[Tile, ...]
    size: Literal["small", "medium", "large"] = "small"
    note: str = ""


@dataclass(frozen=True)
class Fragment:
    """A part that a template of its own has drawn: HTML in which all names are escaped already."""

    html: str


PlainPart = Chart | Map | BoundaryRow | Picture | Bars | Fields | Tiles | Fragment
