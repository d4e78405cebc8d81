"""A declared result for a notebook: its sentences, the tables that the terminal prints, and its charts."""

from descentlab.results._declaration import Declaration, Section
from descentlab.results._page_render import section_view
from descentlab.results._render import fill_template, shared_style
from descentlab.results._summary import mark_code
from descentlab.results._tables import table_view
from descentlab.results._text import printed_tables

SCOPE = "descentlab-result"


def as_fragment(declaration: Declaration) -> str:
    """Write a result as a piece of HTML whose styles affect nothing outside of it, and which needs no script."""
    said = declaration.said
    printed = printed_tables(declaration)
    # The tables at the head are not shown twice.
    rest = [
        Section(section.title, section.sentences, tuple(part for part in section.parts if part not in printed))
        for section in declaration.sections
    ]
    return fill_template(
        "notebook.html",
        scope=SCOPE,
        # The page's variables stand on its root element, which in a notebook is the fragment itself.
        style=f".{SCOPE} {{\n{shared_style().replace(':root', '&')}\n}}",
        kind=declaration.kind,
        title=declaration.title,
        answer=mark_code((said.answer.text,)),
        statements=[mark_code((statement.text,)) for statement in said.statements],
        groups=[{"kind": "table", "parts": [{"kind": "table", "table": table_view(table)}]} for table in printed],
        sections=[section_view(section, place) for place, section in enumerate(rest)],
        notes=declaration.notes,
    )
