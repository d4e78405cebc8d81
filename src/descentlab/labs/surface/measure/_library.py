"""The surfaces that have names."""

from dataclasses import replace

from descentlab.core import SpecError, unknown_name
from descentlab.labs.surface.measure._parse import parse_formula
from descentlab.labs.surface.measure._surface import Domain, Surface, check_domain, make_surface


def _surface(name: str, formula: str, domain: Domain, *minima: tuple[float, ...], about: str, source: str) -> Surface:
    return Surface(name, formula, parse_formula(formula), domain, about, source, minima)


_TEXTBOOK = "a textbook example"
_TWO = ((-2.0, 2.0), (-2.0, 2.0))
_FIVE = ((-5.0, 5.0), (-5.0, 5.0))
_RASTRIGIN = "Rastrigin, Systems of extremal control (1974)"

SURFACES = {
    surface.name: surface
    for surface in (
        _surface(
            "bowl", "(x^2 + 10*y^2) / 2", _TWO, (0.0, 0.0), source=_TEXTBOOK,
            about="a quadratic ten times as steep one way as the other: what the limit 2 / L is exact for",
        ),
        _surface(
            "double-well", "(x^2 - 1)^2 + 0.3*x", ((-2.0, 2.0),), (-1.0355787140888535,), source=_TEXTBOOK,
            about="two minima of which the left is lower: the start decides in which a descent ends",
        ),
        _surface(
            "double-well-2d", "(x^2 - 1)^2 + 0.3*x + y^2", _TWO, (-1.0355787140888535, 0.0), source=_TEXTBOOK,
            about="the double well with a second variable: two minima with a saddle between them",
        ),
        _surface(
            "himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", _FIVE, (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573), (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
            about="four minima, all at 0 and so all global: any of them will do",
            source="Himmelblau, Applied nonlinear programming (1972)",
        ),
        _surface(
            "rastrigin", "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)", ((-5.12, 5.12), (-5.12, 5.12)), (0.0, 0.0),
            about="a bowl full of dents: 121 minima in the domain, one of them global", source=_RASTRIGIN,
        ),
        _surface(
            "rastrigin-1d", "10 + x^2 - 10*cos(2*pi*x)", ((-5.12, 5.12),), (0.0,), source=_RASTRIGIN,
            about="the same along a line: 11 minima, one of them global",
        ),
        _surface(
            "rosenbrock", "(1 - x)^2 + 100*(y - x^2)^2", ((-2.0, 2.0), (-1.0, 3.0)), (1.0, 1.0),
            about="a bent and narrow valley: reached at once, followed for ever",
            source="Rosenbrock, An automatic method for finding the greatest or least value of a function (1960)",
        ),
        _surface(
            "saddle", "x^2 + y^4/4 - y^2/2", _TWO, (0.0, 1.0), (0.0, -1.0), source=_TEXTBOOK,
            about="a saddle between two minima: the gradient vanishes where nothing is lowest",
        ),
        _surface(
            "plateau", "1 - exp(-(x^2 + y^2) / 2)", _FIVE, (0.0, 0.0), source=_TEXTBOOK,
            about="a hole in a plain: far from it there is next to no gradient",
        ),
        _surface(
            "styblinski-tang", "(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y) / 2", _FIVE,
            (-2.903534027771177, -2.903534027771177),
            about="four minima of three depths, one of them global",
            source="Styblinski and Tang, Experiments in nonconvex optimization (1990)",
        ),
        _surface(
            "ackley", "20 + e - 20*exp(-0.2*sqrt((x^2 + y^2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2)", _FIVE,
            (0.0, 0.0),
            about="a dented plain around a funnel, whose tip has no gradient: a fixed rate cannot settle in it",
            source="Ackley, A connectionist machine for genetic hillclimbing (1987)",
        ),
    )
}  # fmt: skip


def surface_names() -> tuple[str, ...]:
    """Return the names of the surfaces."""
    return tuple(SURFACES)


def find_surface(what: str, *, domain: Domain | None = None) -> Surface:
    r"""Return a surface by its name or its formula.

    Args:
        what: A name, as "himmelblau", or a formula, as "x^4 - 3*x^2 + x".
        domain: Domain to use in place of the usual one.

    Returns:
        The surface.

    Raises:
        SpecError: If it is neither a name nor a formula that can be read.

    Example:
        >>> find_surface("himmelblau").latex
        '\\left(x^{2} + y - 11\\right)^{2} + \\left(x + y^{2} - 7\\right)^{2}'
    """
    name = what.strip()
    named = SURFACES.get(name.lower().replace("_", "-").replace(" ", "-"))
    if named is None:
        if name.replace("-", "").replace("_", "").isalpha() and len(name.replace("-", "")) > 2:
            raise SpecError(
                f'{unknown_name("surface", name[:60], SURFACES)[:-1]}; or a formula of x and y, as "x^4 - 3*x^2 + x"'
            )
        return make_surface(name, domain=domain)
    if domain is None:
        return named
    return replace(named, domain=check_domain(domain, named.dimensions))
