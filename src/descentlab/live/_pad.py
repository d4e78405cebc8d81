"""A drawing, scaled and centred like the pictures that a network was trained on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.core import SpecError


@dataclass(frozen=True)
class PadStyle:
    """The way in which the digits of a data set were placed on its pictures.

    Attributes:
        side: Side length of a picture, in pixels.
        blocks: Side length of a pixel in finer pixels, on which the digit is placed before each block is averaged.
        box: Largest height and width of a digit, in finer pixels.
        fills_height: Whether every digit is as high as the box, and narrowed if it would be too wide; otherwise it
            keeps its ratio of height to width.
        centre: Part of the digit that is moved to the middle: its centre of mass (to the whole pixel) or its box.
        pen: Width of the set's strokes as a share of the pad, for a digit that fills 70% of the pad's height.
    """

    side: int
    blocks: int
    box: tuple[int, int]
    fills_height: bool
    centre: Literal["mass", "box"]
    pen: float

    def describe(self) -> str:
        """Return a sentence on what is done to a drawing."""
        if self.centre == "mass":
            return (
                f"Scaled to fit {self.box[0]}x{self.box[1]} pixels, and its centre of mass moved to the middle of "
                f"{self.side}x{self.side}, as in MNIST."
            )
        return (
            f"Scaled to the whole height of {self.side} pixels, at most {self.box[1] // self.blocks} wide, and set in "
            "the middle, as in the bundled digits."
        )


MNIST = PadStyle(side=28, blocks=1, box=(20, 20), fills_height=False, centre="mass", pen=0.093)
"""Measured on its 10,000 test pictures: the longer side is 20 in 9,997, and the centre of mass lies within half a pixel
of the middle of pixel 14, counted from 0, in all of them. A stroke is 2.7 pixels wide on average."""
DIGITS = PadStyle(side=8, blocks=4, box=(32, 24), fills_height=True, centre="box", pen=0.15)
"""Measured on its 1,797 pictures: all fill 8 rows, and 92% fill 6 columns or fewer, with their middle at 4.09 ± 0.30 of
8. A stroke is about a fifth of the height wide."""
STYLES: dict[tuple[int, ...], PadStyle] = {(style.side, style.side, 1): style for style in (MNIST, DIGITS)}


def pad_style(input_shape: tuple[int, ...]) -> PadStyle:
    """Return the style in which a drawing is laid out for a network.

    Args:
        input_shape: Shape of the network's input.

    Returns:
        The style.

    Raises:
        SpecError: If the network does not take pictures of a known size.
    """
    if input_shape not in STYLES:
        known = " or ".join("x".join(map(str, shape)) for shape in STYLES)
        raise SpecError(
            f"the network takes inputs of shape {'x'.join(map(str, input_shape))}, but digits can be drawn only for "
            f"{known}; choose such a network, as those of digits-cnn and mnist-cnn"
        )
    return STYLES[input_shape]


def centre_drawing(
    drawing: Float[np.ndarray, "rows columns"], style: PadStyle = MNIST
) -> Float[np.ndarray, "side side"]:
    """Scale and move a drawing like the pictures of a data set.

    Scaling averages over area, so that the edge of a stroke becomes grey. A picture of the data set itself stays the
    same.

    Args:
        drawing: Ink from 0 to 1 on a raster of any size; usually much finer than the picture.
        style: Style of the data set.

    Returns:
        The picture, from 0 to 1; all 0 if nothing is drawn.

    References:
        LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998).
        Alpaydin and Kaynak, "Cascading classifiers" (1998), for the digits of 8x8 pixels.

    Example:
        >>> drawing = np.zeros((100, 100))
        >>> drawing[10:50, 20:24] = 1.0
        >>> picture = centre_drawing(drawing)
        >>> picture.shape, float(picture.sum()), np.argwhere(picture)[0].tolist()
        ((28, 28), 40.0, [5, 14])
    """
    whole = style.side * style.blocks
    placed = np.zeros((whole, whole))
    ink = _crop(drawing)
    if ink is None:
        return placed[: style.side, : style.side]
    scaled = _resize(ink, _target(ink.shape, style))
    top, left = (_start(scaled, axis, whole, style) for axis in (0, 1))
    placed[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    blocks = placed.reshape(style.side, style.blocks, style.side, style.blocks)
    return blocks.mean(axis=(1, 3))


def _crop(drawing: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "height width"] | None:
    rows, columns = (np.flatnonzero(drawing.max(axis=axis, initial=0.0) > 0.0) for axis in (1, 0))
    if not len(rows):
        return None
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)


def _target(shape: tuple[int, ...], style: PadStyle) -> tuple[int, int]:
    height, width = shape
    most_rows, most_columns = style.box
    # A digit is narrowed to half its width at most, so that a horizontal line stays a line.
    scale = min(most_rows / height, (2.0 if style.fills_height else 1.0) * most_columns / width)
    return max(1, round(height * scale)), max(1, min(most_columns, round(width * scale)))


def _resize(picture: Float[np.ndarray, "rows columns"], shape: tuple[int, int]) -> Float[np.ndarray, "height width"]:
    """Average over area: a new pixel is the mean of the old pixels, weighted by the share of each that it covers."""
    rows, columns = (_shares(old, new) for old, new in zip(picture.shape, shape, strict=True))
    return rows @ picture @ columns.T


def _shares(old: int, new: int) -> Float[np.ndarray, "new old"]:
    edges = np.arange(new + 1) * (old / new)
    cells = np.arange(old)
    covered = np.minimum(edges[1:, None], cells + 1.0) - np.maximum(edges[:-1, None], cells)
    return np.clip(covered, 0.0, None) * (new / old)


def _start(scaled: Float[np.ndarray, "height width"], axis: int, whole: int, style: PadStyle) -> int:
    """Return the first row or column of the digit's box in the picture."""
    size = scaled.shape[axis]
    if style.centre == "box":
        return (whole - size) // 2
    mass = scaled.sum(axis=1 - axis)
    centre = float((np.arange(size) * mass).sum() / mass.sum())
    return int(np.clip(np.floor(whole // 2 - centre + 0.5), 0, whole - size))
