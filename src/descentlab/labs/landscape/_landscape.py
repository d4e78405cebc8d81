"""`landscape`: the loss along lines and over planes through a trained network, and on the way to another one."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from descentlab import results, training
from descentlab.core import SpecError, unknown_name
from descentlab.labs.landscape._measure import Measurement, Wish
from descentlab.labs.landscape._page import build_page
from descentlab.labs.landscape._result import Landscape, Plane, PlaneKind
from descentlab.labs.landscape._source import find_source
from descentlab.labs.landscape._subject import PathWish, Source, Subject
from descentlab.labs.landscape._words import describe, notes_of
from descentlab.labs.landscape.measure import NORMALIZATIONS, Normalization, not_rescalable
from descentlab.runs import save_results
from descentlab.spec import Experiment
from descentlab.workbench import SILENT, Run, Settings, Watcher, settings_as_texts

PLANES: dict[str, tuple[tuple[PlaneKind, ...], PathWish]] = {
    "both": (("random", "path"), "if-quick"),
    "random": (("random",), "no"),
    "path": (("path",), "yes"),
    "none": ((), "no"),
}
"""By name, which planes are measured, and how much the path of training is wanted for them."""
LINES = 8
POINTS = 41
EXAMPLES = 2_048
MANY_MULTIPLY_ADDS = 20_000
"""A network that takes more of them an example is measured at fewer points and on fewer examples by default."""
POINTS_OF_MANY = 21
EXAMPLES_OF_MANY = 512
MOST_POINTS = 501
MOST_LINES = 64


def landscape(
    what: str | os.PathLike[str] | Experiment | Run,
    other: str | os.PathLike[str] | Run | None = None,
    *,
    plane: str | None = None,
    points: int | None = None,
    span: float = 1.0,
    lines: int = LINES,
    normalize: str = "filter",
    examples: int | None = None,
    seed: int = 0,
    member: int = 0,
    other_member: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Landscape:
    """Measure the loss along lines and over planes through a trained network, and on the way to another one.

    A run is measured where it ended; anything else is trained first. The plane of the path needs the weights on the
    way: a run that kept too few is trained again from its seed where that takes less than a minute.

    Args:
        what: A run, or what `train` takes.
        other: A run of the same layers: the loss on the straight line to it, and its barrier.
        plane: "random" for two random directions, "path" for the first two principal components of training's path,
            "both" or "none". Default: both; none where there is another network.
        points: Along a line, and along each side of a plane; odd. Default: 41, or 21 for a network of many
            multiply-adds.
        span: How far lines and the random plane reach to each side; 1 is the length of the weights.
        lines: Random directions.
        normalize: "filter" brings each filter of a direction to the length of the network's own (Li et al., 2018);
            "layer" each layer's array; "none" all weights together.
        examples: Examples of each part that the loss is averaged over. Default: 2,048, or 512 for a network of many
            multiply-adds.
        seed: Draws the directions.
        member: Which network of a run with several seeds; of anything else, how much is added to its seed.
        other_member: The same of the other network; without `other`, of another one of the same run or experiment.
        set: Fields of the experiment, for what is no run.
        out: Where page and numbers go. Default: `landscape/` in the run's folder, or `runs/NAME-landscape`.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        The landscape.

    Raises:
        RunError: If a run's data is gone, it has no weights, or the two networks have different layers.
        SpecError: If a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> found = dl.landscape("iris")  # doctest: +SKIP
        >>> found = dl.landscape("iris-001", "iris-002")  # doctest: +SKIP

    References:
        Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets" (2018).
        Goodfellow, Vinyals and Saxe, "Qualitatively characterizing neural network optimization problems" (2015).
    """
    begin = time.perf_counter()
    _check(points=points, span=span, lines=lines, examples=examples)
    is_alone = other is None and other_member is None
    kinds, path = _planes(plane or ("both" if is_alone else "none"))
    normalization = _normalization(normalize)
    training.prepare_engine()
    source = find_source(
        what,
        other,
        member=member,
        other_member=other_member,
        path=path,
        settings=settings_as_texts(set),
        watcher=watcher,
    )
    found_at = time.perf_counter()
    num_points, num_examples = _effort(source.subject, points, examples)
    wish = Wish(kinds, num_points, span, lines, normalization, num_examples, seed)
    found = _measure(source, wish, watcher)
    end = time.perf_counter()
    seconds = {"train": found_at - begin, "measure": end - found_at, "total": end - begin}
    found = replace(found, sentences=describe(found), seconds=seconds)
    return _saved(found, source.subject.run, out) if report else found


def _planes(name: str) -> tuple[tuple[PlaneKind, ...], PathWish]:
    if name not in PLANES:
        raise SpecError(unknown_name("plane", name, PLANES))
    return PLANES[name]


def _normalization(name: str) -> Normalization:
    for known in NORMALIZATIONS:
        if known == name:
            return known
    raise SpecError(unknown_name("normalization", name, NORMALIZATIONS))


def _check(*, points: int | None, span: float, lines: int, examples: int | None) -> None:
    if points is not None and (not 5 <= points <= MOST_POINTS or points % 2 == 0):
        raise SpecError(
            f"points={points}: expected an odd number from 5 to {MOST_POINTS}, so that the network is one of them"
        )
    if not 0.0 < span < np.inf:
        raise SpecError(f"span={span:g}: expected how far to go in lengths of the weights, above 0, as 1")
    if not 0 <= lines <= MOST_LINES:
        raise SpecError(f"lines={lines}: expected 0 to {MOST_LINES} random directions")
    if examples is not None and examples < 1:
        raise SpecError(f"examples={examples}: expected 1 or more")


def _effort(subject: Subject, points: int | None, examples: int | None) -> tuple[int, int]:
    """Choose points and examples for a network where a person left them open."""
    is_many = sum(layer.multiply_adds for layer in subject.plan.network.layers) > MANY_MULTIPLY_ADDS
    usual = (POINTS_OF_MANY, EXAMPLES_OF_MANY) if is_many else (POINTS, EXAMPLES)
    return points or usual[0], examples or usual[1]


def _measure(source: Source, wish: Wish, watcher: Watcher) -> Landscape:
    subject = source.subject
    job = Measurement(subject, wish, watcher)
    loss, accuracy = job.centre()
    crossing = None if source.other is None else job.crossing(source.other)
    lines, from_start = job.lines(), job.from_start()
    planes: list[Plane] = [job.random_plane()] if "random" in wish.kinds else []
    unknown = not_rescalable(subject.plan.network)
    left_out = [unknown] if unknown else []
    if "path" in wish.kinds and source.walk is not None:
        plane = job.path_plane(source.walk)
        if isinstance(plane, Plane):
            planes.append(plane)
        else:
            left_out.append(plane)
    found = Landscape(
        name=subject.name,
        experiment=subject.experiment,
        loss=loss,
        accuracy=accuracy,
        num_examples=job.num_examples,
        num_available=job.num_available,
        num_params=subject.space.size,
        normalization=wish.normalization,
        span=wish.span,
        lines=lines,
        from_start=from_start,
        planes=tuple(planes),
        writing=job.writing(),
        crossing=crossing,
    )
    others = () if source.other is None else source.other.notes
    return replace(found, notes=notes_of(found, (*others, *source.notes, *left_out)))


def _saved(found: Landscape, run: Run | None, out: str | os.PathLike[str] | None) -> Landscape:
    usual = Path("runs") / f"{found.experiment.name}-landscape" if run is None else run.path / "landscape"
    place = usual if out is None else Path(out)
    page = results.render_page(build_page(found))
    save_results(place, result=found.to_json(), tables=found.tables(), report=page)
    return replace(found, path=place)
