"""Many small pictures side by side."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from descentlab.results._network_colours import signed, strength
from descentlab.results._part_content import Tile, Tiles
from descentlab.results._png import png_uri


@dataclass(frozen=True)
class DrawnTile:
    """One small picture; its box is left, top, width and height of a rectangle, in percent of the picture."""

    caption: str
    uri: str
    box: tuple[float, float, float, float] | None


def tiles_view(tiles: Tiles) -> tuple[DrawnTile, ...]:
    """Draw each small picture."""
    return tuple(DrawnTile(tile.caption, png_uri(_pixels(tile)), _box(tile)) for tile in tiles.tiles)


def _pixels(tile: Tile) -> UInt8[np.ndarray, "rows columns *channels"]:
    values = np.nan_to_num(tile.values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if tile.scale == "signed" and values.ndim == 2:
        return signed(strength(values))
    low, high = tile.limits or (float(values.min(initial=np.inf)), float(values.max(initial=-np.inf)))
    shares = (values - low) / (high - low) if high > low else values * 0.0
    return (np.clip(shares, 0.0, 1.0) * 255.0).round().astype(np.uint8)


def _box(tile: Tile) -> tuple[float, float, float, float] | None:
    if tile.box is None:
        return None
    rows, columns = tile.values.shape[:2]
    top, left, height, width = tile.box
    across, down = 100.0 / columns, 100.0 / rows
    return round(left * across, 2), round(top * down, 2), round(width * across, 2), round(height * down, 2)
