"""The judgement on one training: the first rule that holds gives its outcome."""

from descentlab.judgement._curves import TrainingCurves
from descentlab.judgement._fit import judge_fit, lowest_at
from descentlab.judgement._outcomes import Judgement, Margin
from descentlab.judgement._reading import Reading, known_length
from descentlab.judgement._rules import FEWEST_POINTS, RULES, Ruling, no_number


def judge_training(curves: TrainingCurves) -> Judgement:
    """Judge the training of a network by its curves and numbers.

    The rules are tried in the order of `OUTCOMES`, and the first that holds gives the outcome. Two things come before
    the order: a loss that is no longer a number has diverged however short its curve is, and on a curve of at most ten
    points a fall that would matter, but may be noise, is "too short to tell".

    Args:
        curves: Curves and numbers of the training.

    Returns:
        The outcome and the fit, with their evidence.

    Example:
        >>> import numpy as np
        >>> judge_training(TrainingCurves(np.array([1.0, np.nan, np.nan]), diverged_at=1)).outcome
        'diverged'
    """
    num = known_length(curves.train_loss)
    reading = Reading(curves) if num else None
    ruling = _rule(curves, reading)
    if reading is None or ruling.outcome in ("diverged", "too short to tell"):
        place = 0 if reading is None else lowest_at(reading)
        return Judgement(ruling.outcome, ruling.evidence, margins=ruling.margins, at=ruling.at, lowest_at=place)
    fit, fit_evidence = judge_fit(reading)
    return Judgement(
        ruling.outcome,
        ruling.evidence,
        fit,
        fit_evidence,
        margins=ruling.margins,
        lowest_at=lowest_at(reading),
        missing=ruling.missing,
    )


def _rule(curves: TrainingCurves, reading: Reading | None) -> Ruling:
    gone = no_number(curves)
    if gone is not None:
        return gone
    num = 0 if reading is None else len(reading.known)
    if reading is None or num < FEWEST_POINTS:
        margin = Margin("points of the curve", float(num), float(FEWEST_POINTS))
        points = f"{num} point{'' if num == 1 else 's'}"
        return Ruling("too short to tell", f"{points} of a curve tell nothing; train for more epochs", (margin,))
    return next(ruling for rule in RULES if (ruling := rule(reading)) is not None)
