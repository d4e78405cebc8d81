"""The surfaces that have names, as a result."""

from descentlab.labs.surface.measure import Surface, find_surface, surface_names
from descentlab.results import Column, Declaration, Evidence, Result, Section, Statement, TableForm, Tables, Words

SURFACES = TableForm(
    "surfaces",
    "Surfaces that have names",
    (
        Column("name", meaning="Name of the surface."),
        Column("formula", meaning="Its loss."),
        Column("about", "what it is", meaning="What it is known for."),
        Column("source", meaning="Where it comes from.", is_detail=True),
    ),
)


def list_surfaces() -> Result[tuple[Surface, ...]]:
    """Return the surfaces that have names, with their formulas and what they are known for."""
    surfaces = tuple(find_surface(name) for name in surface_names())
    table = SURFACES.fill([(each.name, each.formula, each.about, each.source) for each in surfaces])
    declaration = Declaration(
        laboratory="surface",
        title=table.form.title,
        tables=Tables((table,)),
        words=_say,
        sections=(Section("The surfaces", (), (table,)),),
    )
    return Result(surfaces, declaration)


def _say(tables: Tables) -> Words:
    names = tables["surfaces"].column("name")
    return Words(
        Statement(
            f"{len(names)} surfaces have names, from {names[0]} to {names[-1]}; or give a formula of your own, as "
            '`descentlab surface "x^4 - 3*x^2 + x"`.',
            (Evidence("surfaces", ("name",)),),
            "A surface of another name.",
        )
    )
