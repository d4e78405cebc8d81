"""What a reader must know to trust the descents."""

from collections.abc import Iterator

import numpy as np

from descentlab.labs.surface import measure
from descentlab.labs.surface._design import ADAPTIVE
from descentlab.labs.surface._measured import Descents
from descentlab.labs.surface.measure import Fate, Survey


def notes_of(descents: Descents) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    return (
        f"Minima were searched for from a grid with a spacing of {descents.survey.spacing:.3g}; finer details may have "
        "been missed.",
        "Intervals are 95% and cover the draw of the starts. Of several settings the best is chosen by one half of the "
        "starts and measured on the other half.",
        f"A start has ended in a minimum when it stayed within {measure.NEAR:.1%} of the domain's width of it for the "
        "last tenth of the steps.",
        *_about_surface(descents.survey),
        *_about_descents(descents),
    )


def _about_surface(survey: Survey) -> Iterator[str]:
    known = _literature(survey)
    if known:
        yield known
    if not survey.surface.is_smooth:
        yield (
            "The formula has kinks or ends: where it has no derivative a fixed rate does not settle but swings to and "
            "fro; minima there were found by comparing values."
        )
    if any(place.kind == "valley" for place in survey.places):
        yield "A valley is a line or a floor of points that are equally low; it counts as one minimum."


def _about_descents(descents: Descents) -> Iterator[str]:
    rule, usual = descents.design.request.rule, descents.usual
    if any(outcome.setting.noise > 0.0 for outcome in (usual, *descents.sweeps["noise"])):
        yield (
            f"Noise is normal and independent in each variable and step. It ends after {measure.NOISY_SHARE:.0%} of "
            "the steps, so that each start settles where the noise has led it; all settings have the same draws."
        )
    if rule in ADAPTIVE:
        yield f"{rule} divides each step by the size of past gradients, so the limit 2 / L does not apply to it."
    if (usual.fates == Fate.MOVING).mean() > 0.1:
        yield "Many starts were still moving: --steps gives them longer."
    if any((outcome.fates == Fate.UNDEFINED).any() for outcome in (usual, *descents.by_rate)):
        yield "Some descents came to a point where the formula has no value or no derivative, and ended there."


def _literature(survey: Survey) -> str:
    """Compare the global minima with those that the literature knows in the domain."""
    low, high = np.array(survey.surface.domain).T
    known = [np.array(point) for point in survey.surface.known_minima]
    inside = [point for point in known if (point >= low).all() and (point <= high).all()]
    missing = [
        point
        for point in inside
        if not any(np.abs(np.array(place.point) - point).max() < 1e-6 for place in survey.best)
    ]
    if missing:
        return f"The literature knows a global minimum at {tuple(missing[0].tolist())} that was not found as such."
    count = "one" if len(inside) == 1 else f"{len(inside)}"
    return f"Found and known from the literature as global: {count} of {count}." if inside else ""
