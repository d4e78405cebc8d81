"""The tables of `atlas`."""

import math

from descentlab.labs.atlas._measured import AtlasMap
from descentlab.results import Column, TableForm, Tables

SUMMARY = TableForm(
    "summary",
    "The map as a whole",
    (
        Column("networks", meaning="Networks in all, one a cell.", format="count"),
        Column("columns", meaning="Values along x.", format="count", is_detail=True),
        Column("rows", meaning="Values along y.", format="count", is_detail=True),
        Column("converging", meaning="Networks that end below the loss they began with.", format="count"),
        Column("share", "share that converges", "Their share of all networks.", format="percent"),
        Column("dimension", "dimension of the border", "1 for a smooth line, more for a rough one.", format="fixed",
               digits=2),
        Column("dimension_error", "its standard error", "Of the fit alone, which is too small.", format="fixed",
               digits=2),
        Column("networks_per_second", meaning="Networks trained in a second.", format="number"),
    ),
    is_single=True,
)  # fmt: skip
BOXES = TableForm(
    "boxes",
    "Boxes that hold a piece of the border",
    (
        Column("size", "side of a box, in cells", "Length of a box' side.", format="count"),
        Column("boxes", meaning="Boxes of that size that hold a piece of the border.", format="count"),
    ),
)


def fill_tables(measured: AtlasMap) -> Tables:
    """Lay out what was measured."""
    atlas, boxes = measured.atlas, measured.box_count
    converges = atlas.converges
    summary = (
        converges.size,
        len(atlas.x),
        len(atlas.y),
        int(converges.sum()),
        float(converges.mean()),
        None if math.isnan(boxes.dimension) else boxes.dimension,
        None if math.isnan(boxes.error) else boxes.error,
        measured.networks_per_second,
    )
    rows = zip(boxes.sizes.tolist(), boxes.counts.tolist(), strict=True)
    return Tables((SUMMARY.fill([summary]), BOXES.fill(list(rows))))
