"""A page of results as one self-contained HTML file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from descentlab.results._bars import bars_view, fields_view
from descentlab.results._boundary import BoundaryView, boundary_view
from descentlab.results._chart import chart_view
from descentlab.results._columns import Table
from descentlab.results._content import TrainingReport
from descentlab.results._declaration import Declaration, Part, Section
from descentlab.results._map import map_view
from descentlab.results._part_content import Bars, BoundaryRow, Chart, Fields, Fragment, Map, Picture, Tiles
from descentlab.results._png import png_uri
from descentlab.results._render import page_frame
from descentlab.results._steps import steps_view
from descentlab.results._steps_content import Steps
from descentlab.results._summary import mark_code
from descentlab.results._tables import table_view
from descentlab.results._tiles import tiles_view
from descentlab.results._training_page import declare_training

SIDE_BY_SIDE = {"chart": "figures", "map": "figures", "bars": "bars"}
"""Kinds of parts that stand side by side, with the name of the template that draws them as a group."""


def render_page(declaration: Declaration) -> str:
    """Write a result as one self-contained HTML page.

    Styles, script, pictures and the numbers of every figure are inside. The page's content security policy forbids it
    to load anything. All names, which may come from files of strangers, are escaped.

    Args:
        declaration: Declaration of the result.

    Returns:
        The HTML of the page.
    """
    said = declaration.said
    outcome = (said.answer.text, *(statement.text for statement in said.statements))
    sections = [section_view(section, place) for place, section in enumerate(declaration.sections)]
    has_steps = any(isinstance(part, Steps) for section in declaration.sections for part in section.parts)
    return page_frame(
        "page.html",
        assets=("steps",) if has_steps else (),
        page=declaration,
        outcome=[mark_code((text,)) for text in outcome],
        sections=sections,
    )


def render(report: TrainingReport) -> str:
    """Write the page of a training run.

    Args:
        report: Contents of the page.

    Returns:
        The HTML of the page.
    """
    return render_page(declare_training(report))


def section_view(section: Section, place: int) -> dict[str, Any]:
    """Lay out a section: its sentences, and its parts, drawn and grouped.

    Args:
        section: Declaration of the section.
        place: Place among the sections, counted from 0; it numbers a section without a key.

    Returns:
        Values that the template takes.
    """
    return {
        "key": section.key or f"part-{place + 1}",
        "title": section.title,
        "sentences": [mark_code((text,)) for text in section.sentences],
        "groups": _groups(section.parts, f"figure-{place + 1}"),
    }


def _groups(parts: Sequence[Part], key: str) -> list[dict[str, Any]]:
    """Draw parts; put charts, maps and bars that follow each other side by side."""
    groups: list[dict[str, Any]] = []
    for part in (_part(part, f"{key}-{k + 1}") for k, part in enumerate(parts)):
        kind = SIDE_BY_SIDE.get(part["kind"], "")
        if kind and groups and groups[-1]["kind"] == kind:
            groups[-1]["parts"].append(part)
        else:
            groups.append({"kind": kind or part["kind"], "parts": [part]})
    return groups


def _part(part: Part, key: str) -> dict[str, Any]:
    return VIEWS[type(part)](part, key)


def _chart(part: Chart, key: str) -> dict[str, Any]:
    view = chart_view(part, key)
    return {"kind": "chart", "view": view} if view else _empty(part.title)


def _map(part: Map, key: str) -> dict[str, Any]:
    view = map_view(part, key)
    return {"kind": "map", "view": view} if view else _empty(part.title)


def _empty(title: str) -> dict[str, Any]:
    return {"kind": "empty", "title": title}


def _planes(row: BoundaryRow) -> list[tuple[str, BoundaryView, str]]:
    captions = row.captions or ("",) * len(row.names)
    views = [boundary_view(boundary) for boundary in row.boundaries]
    return [(name, view, caption) for name, view, caption in zip(row.names, views, captions, strict=True) if view]


VIEWS: Mapping[type, Callable[[Any, str], dict[str, Any]]] = {
    Chart: _chart,
    Map: _map,
    Table: lambda part, _: {"kind": "table", "table": table_view(part)},
    Bars: lambda part, _: {"kind": "bars", "bars": part, "drawn": bars_view(part)},
    Fields: lambda part, _: {"kind": "fields", "fields": part, "drawn": fields_view(part)},
    Steps: lambda part, key: {"kind": "steps", "view": steps_view(part, key, _groups)},
    BoundaryRow: lambda part, key: {"kind": "boundaries", "row": part, "key": key, "planes": _planes(part)},
    Tiles: lambda part, _: {"kind": "tiles", "tiles": part, "drawn": tiles_view(part)},
    Picture: lambda part, _: {"kind": "picture", "picture": part, "uri": png_uri(part.pixels.astype("uint8"))},
    Fragment: lambda part, _: {"kind": "fragment", "html": part.html},
}
"""Function that lays out each kind of part. The kind names the template `part_KIND.html`; the rest are its values."""
