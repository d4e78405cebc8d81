"""Charts, tables and pictures of a page, as plain data."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from descentlab.results._content import Boundary2D

Tone = Literal["good", "bad", "neutral"]


@dataclass(frozen=True)
class Series:
    """One curve or one cloud of points in a chart.

    Attributes:
        name: Name in the legend.
        x: Positions; those of a line are in rising order.
        y: Values; NaN leaves a gap.
        low: Lower edge of a band around the values, or None.
        high: Upper edge of the band, or None.
        style: A line, a dashed line, or points alone.
        tone: Number of the colour: 0, 1, 2, ...; series with the same tone have the same colour.
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
    """A straight line across a chart at one x or one y, with its label, such as the best learning rate."""

    label: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Band:
    """A shaded range of x with its label, such as the stable region."""

    label: str
    low: float
    high: float
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Chart:
    """Curves over one axis. Its numbers can be saved from the page as CSV.

    Attributes:
        title: Line above the chart.
        x_label: Name of the horizontal axis, with its unit.
        y_label: Name of the vertical axis, with its unit.
        series: Curves and clouds of points.
        x_log: Whether the horizontal axis is logarithmic.
        y_log: Whether the vertical axis is logarithmic; with `has_switch`, whether it is so at first.
        marks: Straight lines across the chart.
        bands: Shaded ranges of x.
        note: Line below the chart.
        x_names: Words for 1, 2, 3, ... on the horizontal axis, such as the layers of a network.
        x_is_tight: Whether the horizontal axis begins and ends with the data.
        y_holds: Values that the vertical axis must contain, such as 0.
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
    """A path on a map, with a dot at its start and a ring at its end."""

    name: str
    points: Float[np.ndarray, "points 2"]
    tone: int = 0


@dataclass(frozen=True)
class Map:
    """A value over two axes, as a picture with a legend.

    Attributes:
        title: Line above the map.
        x_label: Name of the horizontal axis, with its unit.
        y_label: Name of the vertical axis, with its unit.
        x: Centres of the columns, in rising order.
        y: Centres of the rows, in rising order; they are drawn upwards.
        values: One value for each cell, or with `names` the id of a class; a cell with NaN stays empty.
        value_label: Name of the values, with their unit.
        names: Names of the classes by id, if the values are classes.
        scale: Scale of the colours; "diverging" has its middle at 0.
        x_log: Whether the horizontal axis is logarithmic.
        y_log: Whether the vertical axis is logarithmic.
        contours: Levels of contour lines.
        paths: Paths that are drawn on top.
        points: Points that are drawn on top, such as minima.
        note: Line below the map.
        y_down: Whether rows are drawn downwards, as those of a picture are.
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
    """Predictions over the plane under several conditions, side by side; one slider sets the epoch of all."""

    title: str
    names: tuple[str, ...]
    boundaries: tuple[Boundary2D, ...]
    captions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture of grey or RGB values from 0 to 255, with a text for readers who cannot see it."""

    title: str
    pixels: Int[np.ndarray, "rows columns"] | Int[np.ndarray, "rows columns 3"]
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """Numbers of either sign as bars to both sides of a middle line, each with some words.

    Attributes:
        title: Line above the bars.
        head: Head of each column of words, then that of the numbers.
        rows: Words of each row.
        values: Numbers of the bars; the longest bar reaches the edge.
        ends: Meaning of bars to the left and to the right.
        note: Line below the bars.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: Float[np.ndarray, " rows"]
    ends: tuple[str, str] = ("less", "more")
    note: str = ""


@dataclass(frozen=True)
class Fields:
    """Small pictures of numbers of either sign, side by side; in each the largest number has the strongest colour.

    Attributes:
        title: Line above the pictures.
        names: Name of each picture.
        values: Numbers of each picture.
        note: Line below the pictures.
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
        caption: A few words below the picture.
        scale: "grey" draws black to white between `limits`; "signed" draws orange below 0 and blue above 0, the
            largest number with the strongest colour.
        limits: Values of black and white; by default the smallest and the largest value. They also scale red, green
            and blue.
        box: Rectangle on top: top, left, height and width in pixels of the picture.
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
        title: Line above the pictures.
        tiles: The pictures.
        size: Size of each picture on the page.
        note: Line below the pictures.
    """

    title: str
    tiles: tuple[Tile, ...]
    size: Literal["small", "medium", "large"] = "small"
    note: str = ""


@dataclass(frozen=True)
class Fragment:
    """A part that a template has already drawn: HTML in which all names are escaped."""

    html: str


PlainPart = Chart | Map | BoundaryRow | Picture | Bars | Fields | Tiles | Fragment
