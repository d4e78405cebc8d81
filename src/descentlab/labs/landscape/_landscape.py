"""`landscape`: the loss along lines and over planes through a trained network, and on the way to another one."""

import math
import os
import time
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory, unknown_name
from descentlab.labs._options import Member, Out, Report, Settings, What

if TYPE_CHECKING:
    import descentlab.labs.landscape._measured
    import descentlab.results
    import descentlab.workbench
    from descentlab.labs.landscape._measured import PlaneKind
    from descentlab.labs.landscape._subject import PathNeed, Subject
    from descentlab.labs.landscape.measure import Normalization
    from descentlab.workbench import Watcher

WHERE = "Where to look"
EFFORT = "Effort"
PLANES: "dict[str, tuple[tuple[PlaneKind, ...], PathNeed]]" = {
    "both": (("random", "path"), "if-quick"),
    "random": (("random",), "no"),
    "path": (("path",), "yes"),
    "none": ((), "no"),
}
"""Which planes are measured by name, and how much the path of training is needed for them."""
POINTS = 41
EXAMPLES = 2_048
MANY_MULTIPLY_ADDS = 20_000
"""A network that takes more of them an example is measured at fewer points and on fewer examples by default."""
POINTS_OF_MANY = 21
EXAMPLES_OF_MANY = 512
MOST_POINTS = 501
MOST_LINES = 64


@laboratory(
    "landscape iris-001 - lines, a random plane, and the plane of training's path",
    "landscape iris-001 iris-002 - is there a barrier between the two?",
    "landscape circle --other-member 1 - train two seeds, and go from one to the other",
    "landscape spiral --plane path --points 81",
)
def landscape(
    what: What,
    other: Annotated[
        "str | os.PathLike[str] | descentlab.workbench.Run | None",
        Option("A run with the same layers, at the other end of a straight line.", "OTHER", is_argument=True),
    ] = None,
    *,
    plane: Annotated[
        str | None,
        Option(
            "random (two directions), path (principal components of training's path), both, or none.",
            "KIND",
            default="both; with another network, none",
            panel=WHERE,
        ),
    ] = None,
    span: Annotated[
        float, Option("Distance to each side, as a multiple of the length of the weights.", "X", panel=WHERE)
    ] = 1.0,
    lines: Annotated[int, Option("Number of random directions.", "N", panel=WHERE)] = 8,
    normalize: Annotated[
        str,
        Option(
            "Which parts of a direction are scaled to the length of the weights: filter, layer, or none (only the "
            "whole).",
            "HOW",
            panel=WHERE,
        ),
    ] = "filter",
    seed: Annotated[int, Option("Number from which the directions are drawn.", "N", panel=WHERE)] = 0,
    member: Member = 0,
    other_member: Annotated[
        int | None, Option("Which network of OTHER, or of WHAT, is at the other end.", "N", panel=WHERE)
    ] = None,
    points: Annotated[
        int | None,
        Option(
            "Points along a line and along each side of a plane; an odd number.",
            "N",
            default="41; 21 for large networks",
            panel=EFFORT,
        ),
    ] = None,
    examples: Annotated[
        int | None,
        Option(
            "Examples of each part over which the loss is averaged.",
            "N",
            default="2048; 512 for large networks",
            panel=EFFORT,
        ),
    ] = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: Out = None,
    report: Report = True,
    watcher: "Watcher | None" = None,
) -> "descentlab.results.Result[descentlab.labs.landscape._measured.Landscape]":
    """Draw the loss along lines and over planes through a trained network, and between two networks.

    Random directions are filter-normalised (Li et al., 2018), so that networks can be compared. Lines and planes are
    one and two of many dimensions; each picture comes with what it cannot show.

    A run is measured where it ended; anything else is trained first. The plane of the path needs the weights on the
    way: a run that kept too few is trained again from its seed where that takes less than a minute.

    Returns:
        The result; `result.measured` has every line and plane as arrays.

    Raises:
        RunError: If a run's data is gone, it has no weights, or the two networks have different layers.
        SpecError: If a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> result = dl.landscape("iris")  # doctest: +SKIP
        >>> result = dl.landscape("iris-001", "iris-002")  # doctest: +SKIP

    References:
        Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets" (2018).
        Goodfellow, Vinyals and Saxe, "Qualitatively characterizing neural network optimization problems" (2015).
    """
    from descentlab import training
    from descentlab.labs.landscape._measure import Extent, measure_landscape
    from descentlab.labs.landscape._notes import notes_of
    from descentlab.labs.landscape._page import facts_of, key_figures, lay_out, title_of
    from descentlab.labs.landscape._source import find_source
    from descentlab.labs.landscape._tables import fill_tables
    from descentlab.labs.landscape._words import say
    from descentlab.results import Declaration, Result
    from descentlab.workbench import SILENT, save_result, settings_as_texts

    begin = time.perf_counter()
    _check(points=points, span=span, lines=lines, examples=examples)
    is_alone = other is None and other_member is None
    kinds, path = _planes(plane or ("both" if is_alone else "none"))
    normalization = _normalization(normalize)
    training.prepare_engine()
    watcher = watcher or SILENT
    source = find_source(
        what,
        other,
        member=member,
        other_member=other_member,
        path=path,
        settings=settings_as_texts(set),
        watcher=watcher,
    )
    ready = time.perf_counter()
    num_points, num_examples = _effort(source.subject, points, examples)
    extent = Extent(kinds, num_points, span, lines, normalization, num_examples, seed)
    measured, left_out = measure_landscape(source, extent, watcher)
    end = time.perf_counter()
    seconds = {"train": ready - begin, "measure": end - ready, "total": end - begin}
    tables = fill_tables(measured)
    others = () if source.other is None else source.other.notes
    result = Result(
        measured,
        Declaration(
            laboratory="landscape",
            title=title_of(measured),
            tables=tables,
            words=say,
            key_figures=key_figures(measured),
            sections=lay_out(measured, tables),
            notes=notes_of(measured, (*others, *source.notes, *left_out)),
            facts=facts_of(measured, tables, seconds),
            seconds=seconds,
        ),
    )
    name = measured.experiment.name
    return save_result(result, run=source.subject.run, name=name, out=out) if report else result


def _planes(name: str) -> "tuple[tuple[PlaneKind, ...], PathNeed]":
    if name not in PLANES:
        raise SpecError(unknown_name("plane", name, PLANES))
    return PLANES[name]


def _normalization(name: str) -> "Normalization":
    from descentlab.labs.landscape.measure import NORMALIZATIONS

    for known in NORMALIZATIONS:
        if known == name:
            return known
    raise SpecError(unknown_name("normalization", name, NORMALIZATIONS))


def _check(*, points: int | None, span: float, lines: int, examples: int | None) -> None:
    if points is not None and (not 5 <= points <= MOST_POINTS or points % 2 == 0):
        raise SpecError(
            f"--points {points}: expected an odd number from 5 to {MOST_POINTS}, so that the network is one of them"
        )
    if not 0.0 < span < math.inf:
        raise SpecError(f"--span {span:g}: expected how far to go in lengths of the weights, above 0, as 1")
    if not 0 <= lines <= MOST_LINES:
        raise SpecError(f"--lines {lines}: expected 0 to {MOST_LINES} random directions")
    if examples is not None and examples < 1:
        raise SpecError(f"--examples {examples}: expected 1 or more")


def _effort(subject: "Subject", points: int | None, examples: int | None) -> tuple[int, int]:
    """Choose points and examples for a network where a person left them open."""
    is_many = sum(layer.multiply_adds for layer in subject.plan.network.layers) > MANY_MULTIPLY_ADDS
    usual = (POINTS_OF_MANY, EXAMPLES_OF_MANY) if is_many else (POINTS, EXAMPLES)
    return points or usual[0], examples or usual[1]
