"""`surface`: descent on a loss of one or two variables, from thousands of starts at once."""

import hashlib
import os
import re
import time
from typing import TYPE_CHECKING, Annotated, Any

from descentlab.core import Option, laboratory
from descentlab.labs._options import Report, Values

if TYPE_CHECKING:
    import descentlab.results
    from descentlab.labs.surface.measure import Surface
    from descentlab.workbench import Watcher

VARIED = "What is varied"
EFFORT = "Effort"


@laboratory(
    "surface himmelblau",
    "surface double-well --learning-rate 0.01:0.4:40 - a sharp minimum lets go where a flat one holds",
    "surface rastrigin --noise 0:400:9 --restarts 100",
    'surface "x^4 - 3*x^2 + x" --domain -2:2',
    'surface "sin(x)*cos(y) + (x^2 + y^2)/20" --optimizer adam',
)
def surface(
    what: Annotated[
        str | None,
        Option(
            "A name, or a formula of x (and y), as 'x^4 - 3*x^2 + x'.",
            "SURFACE",
            default="a list of those that have names",
            is_argument=True,
            may_begin_with_minus=True,
        ),
    ] = None,
    *,
    learning_rate: Annotated[
        Values,
        Option(
            "Rates, as 0.001:0.1:24; one sets it.",
            "RANGE",
            default="24 around half of what the sharpest minimum allows",
            names=("--learning-rate", "--lr"),
            panel=VARIED,
        ),
    ] = None,
    momentum: Annotated[
        Values,
        Option("Momenta, as 0:0.9:4; one sets it.", "RANGE", default="0, beside others up to 0.95", panel=VARIED),
    ] = None,
    noise: Annotated[
        Values,
        Option(
            "Standard deviations of noise in the gradient, as 0:10:6; one sets it.",
            "RANGE",
            default="0, beside others up to ten times the gradient",
            panel=VARIED,
        ),
    ] = None,
    restarts: Annotated[
        int | None, Option("Most starts of which the best is taken.", "N", default="20", panel=VARIED)
    ] = None,
    optimizer: Annotated[str, Option("The rule: sgd (with momentum), nesterov, rmsprop or adam.", "NAME")] = "sgd",
    domain: Annotated[
        str | tuple[tuple[float, float], ...] | None,
        Option("Where starts are drawn and minima looked for, as -3:3, or -2:2,-1:3 for x and y.", "LOW:HIGH"),
    ] = None,
    starts: Annotated[int, Option("Starts drawn over the domain.", "N", panel=EFFORT)] = 4_096,
    steps: Annotated[int, Option("Steps of each descent.", "N", panel=EFFORT)] = 1_000,
    seed: Annotated[int, Option("Draws starts and noise.", "N")] = 0,
    list_all: Annotated[bool, Option("List the surfaces that have names.", names=("--list",))] = False,
    out: Annotated[
        str | os.PathLike[str] | None, Option("Folder of page and numbers.", "DIR", default="runs/NAME-surface")
    ] = None,
    report: Report = True,
    watcher: "Watcher | None" = None,
) -> "descentlab.results.Result[Any]":
    """Descend on a surface from thousands of starts at once: minima, basins, paths, and what changes where they end.

    Without a surface it lists those that have names. A formula may hold numbers, pi, e, + - * / ^, brackets, and the
    functions abs, sqrt, exp, ln, sin, cos, tan, their inverses and hyperbolic ones, min and max.

    One value of a rate, momentum or noise sets it; several are compared, while the others stand still.

    Returns:
        The result; `result.measured` has the minima and the end of every start, or the surfaces of the list.

    Raises:
        SpecError: If the surface is unknown, its formula cannot be read, or a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> result = dl.surface("x^4 - 3*x^2 + x", noise="0:10:6")  # doctest: +SKIP
    """
    from descentlab.workbench import SILENT, save_result

    if what is None or list_all:
        from descentlab.labs.surface._list import list_surfaces

        surfaces = list_surfaces()
        return surfaces if out is None else save_result(surfaces, run=None, name="named", out=out)
    from descentlab import training
    from descentlab.labs.surface._design import make_design, parse_domain, read_request
    from descentlab.labs.surface._measure import Measurement
    from descentlab.labs.surface._notes import notes_of
    from descentlab.labs.surface._page import facts_of, key_figures, lay_out
    from descentlab.labs.surface._tables import fill_tables
    from descentlab.labs.surface._words import say
    from descentlab.labs.surface.measure import find_surface, survey_surface
    from descentlab.results import Declaration, Result

    begin = time.perf_counter()
    request = read_request(
        optimizer=optimizer, learning_rate=learning_rate, momentum=momentum, noise=noise, starts=starts, steps=steps,
        restarts=restarts, seed=seed,
    )  # fmt: skip
    chosen = find_surface(what, domain=parse_domain(domain) if isinstance(domain, str) else domain)
    training.prepare_engine()
    survey = survey_surface(chosen)
    surveyed = time.perf_counter()
    measured = Measurement(survey, make_design(request, survey), watcher or SILENT).run()
    end = time.perf_counter()
    seconds = {"survey": surveyed - begin, "descend": end - surveyed, "total": end - begin}
    tables = fill_tables(measured)
    result = Result(
        measured,
        Declaration(
            laboratory="surface",
            title=f"{chosen.name}: descent from {starts:,} starts",
            tables=tables,
            words=say,
            key_figures=key_figures(measured),
            sections=lay_out(measured, tables),
            notes=notes_of(measured),
            facts=facts_of(measured, tables, seconds),
            seconds=seconds,
        ),
    )
    return save_result(result, run=None, name=_folder_name(chosen), out=out) if report else result


def _folder_name(surface: "Surface") -> str:
    """Make a folder's name: of a formula its letters and numbers, and a mark that no other formula has."""
    from descentlab.labs.surface.measure import surface_names

    if surface.name in surface_names():
        return surface.name
    letters = re.sub(r"[^a-z0-9]+", "-", surface.name.lower()).strip("-")[:30].strip("-")
    return f"{letters}-{hashlib.blake2b(surface.name.encode(), digest_size=3).hexdigest()}"
