"""How far new pictures lie from those of training, whose look a run keeps."""

import math
from typing import Annotated

import numpy as np
from jaxtyping import Float, Int, Shaped
from pydantic import Field, model_validator

from descentlab.data._model import Model
from descentlab.data._stored_pictures import StoredPictures

AnyPictures = Shaped[np.ndarray, "pictures height width channels"] | StoredPictures

MAX_LOOKS = 500
"""Number of training pictures whose look is measured."""

GRID = 8
"""Squares along a side, in which the brightness of a picture is compared."""

LEAST_DEVIATION = 0.05
"""Smallest standard deviation of a square's brightness, without which an always black margin were infinitely sure."""

SLACK = 2.0
"""How many times as far as the farthest training picture a new one may be."""

PIXELS_AT_ONCE = 4_000_000
BLANK = 1.0 / 255.0

Squares = Annotated[tuple[float, ...], Field(max_length=GRID**2)]


class PictureLook(Model):
    """What training pictures look like: their brightness from 0 (black) to 1 (white), and their contrast.

    Attributes:
        means: Mean brightness of each square of a grid over the picture.
        deviations: Standard deviation of it.
        farthest: Largest mean square of the standardised brightness of a training picture's squares.
        contrast: Smallest standard deviation of the pixels of one picture.
    """

    means: Squares
    deviations: Squares
    farthest: Annotated[float, Field(ge=0.0)]
    contrast: Annotated[float, Field(ge=0.0)]

    @model_validator(mode="after")
    def _check_squares(self) -> "PictureLook":
        if len(self.means) != len(self.deviations) or any(not each > 0.0 for each in self.deviations):
            raise ValueError("expected a mean of each square, and a deviation above 0")
        return self

    def fits(self, height: int, width: int) -> bool:
        """Determine whether it is the look of pictures of a size."""
        return len(self.means) == min(GRID, height) * min(GRID, width)


def measure_look(
    pictures: AnyPictures,
    train: Int[np.ndarray, " train"],
    scale: float,
) -> PictureLook:
    """Measure the look of the training pictures.

    Args:
        pictures: All pictures.
        train: Rows of the training set, of which at most 500 at equal distances are measured.
        scale: Factor that brings pixels to 0 to 1.
    """
    rows = train[:: max(1, -(-len(train) // MAX_LOOKS))]
    squares, contrasts, _ = look_at(pictures, rows, scale)
    means, deviations = squares.mean(axis=0), np.maximum(squares.std(axis=0), LEAST_DEVIATION)
    distances = (((squares - means) / deviations) ** 2).mean(axis=1)
    return PictureLook(
        means=tuple(means.round(4).tolist()),
        deviations=tuple(deviations.round(4).tolist()),
        farthest=float(distances.max()),
        contrast=float(contrasts.min()),
    )


def describe_far_pictures(pictures: AnyPictures, look: PictureLook, scale: float) -> tuple[str, ...]:
    """Say of each picture how it differs from those of training; empty for a picture like them.

    Args:
        pictures: New pictures, as the network reads them.
        look: Look of the training pictures.
        scale: Factor that brings pixels to 0 to 1.
    """
    squares, contrasts, levels = look_at(pictures, np.arange(len(pictures)), scale)
    brightness = levels.mean(axis=1)
    means, deviations = np.array(look.means), np.array(look.deviations)

    def distances(values: Float[np.ndarray, "pictures squares"]) -> Float[np.ndarray, " pictures"]:
        return (((values - means) / deviations) ** 2).mean(axis=1)

    limit = SLACK * look.farthest
    plain, negative = distances(squares), distances(1.0 - squares)
    usual = float(means.mean())
    texts = []
    for contrast, level, its, inverted in zip(contrasts, brightness, plain, negative, strict=True):
        if contrast < BLANK and contrast < 0.5 * look.contrast:
            texts.append(f"blank: every pixel is {level:.0%} bright, and no training picture is blank")
        elif its > limit and inverted < its / 4.0:
            texts.append(
                f"looks like a negative: {level:.0%} bright on average, where training pictures are {usual:.0%}; "
                "exchange black and white"
            )
        elif its > limit:
            texts.append(
                f"light and dark lie unlike in any training picture: {level:.0%} bright on average, where they are "
                f"{usual:.0%}"
            )
        elif contrast < 0.25 * look.contrast:
            texts.append("hardly any contrast: less than a quarter of the faintest training picture's")
        else:
            texts.append("")
    return tuple(texts)


def look_at(
    pictures: AnyPictures,
    rows: Int[np.ndarray, " rows"],
    scale: float,
) -> tuple[Float[np.ndarray, "rows squares"], Float[np.ndarray, " rows"], Float[np.ndarray, "rows channels"]]:
    """Return the brightness of the squares of each picture, its contrast, and the mean of each channel."""
    squares, contrasts, means = [], [], []
    at_once = max(1, PIXELS_AT_ONCE // max(1, math.prod(pictures.shape[1:])))
    for begin in range(0, len(rows), at_once):
        pixels = pictures[rows[begin : begin + at_once]].astype(np.float64) * scale
        gray = pixels.mean(axis=3)
        squares.append(_squares(gray))
        contrasts.append(gray.std(axis=(1, 2)))
        means.append(pixels.mean(axis=(1, 2)))
    return np.concatenate(squares), np.concatenate(contrasts), np.concatenate(means)


def _squares(gray: Float[np.ndarray, "pictures height width"]) -> Float[np.ndarray, "pictures squares"]:
    """Average a picture over the squares of a grid."""
    for axis in (1, 2):
        side = gray.shape[axis]
        begins = np.unique(np.arange(GRID) * side // GRID)
        sizes = np.diff([*begins, side])
        gray = np.add.reduceat(gray, begins, axis=axis) / sizes.reshape((1, -1, 1) if axis == 1 else (1, 1, -1))
    return gray.reshape(len(gray), -1)
