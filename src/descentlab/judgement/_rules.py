"""The rules of the outcomes, one function each; docs/verdicts.md gives the reason of each number."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from descentlab.judgement._curves import TrainingCurves
from descentlab.judgement._outcomes import Margin, Outcome
from descentlab.judgement._reading import CHANCE, POOR, Reading
from descentlab.judgement._runaway import FAR_ABOVE_START, find_runaway
from descentlab.judgement._schedule import SPEEDING, falls_over_distance, is_annealed
from descentlab.judgement._trend import fit_trend

FEWEST_POINTS = 4
"""Fewer points of a curve have no end that could be compared with their beginning."""
SMOOTHED = 3
"""Points over whose median a held-out loss is smoothed, as the lowest of many noisy values lies low by chance."""
SHORT = 10
"""On a curve of at most so many points, a fall that matters but may be noise is too short to tell."""
CLIMB = 0.03
"""A loss that rises by more than this share over its end, and ends above its start, diverges."""
VANISHED = 0.01
"""A gradient below this share of the largest that the network had has vanished."""
FEW_STUCK, THIRD_STUCK, HALF_STUCK = 0.1, 1 / 3, 0.5
"""Shares of stuck units that count: at chance without a gradient; at a poor loss without one; at chance alone."""
SWING = 1 / 3
"""A loss whose rises at its end, or whose level above the lowest, reach this share of the level oscillates,"""
SWING_PART = 0.01
"""if that is also more than this share of its whole fall,"""
ABOVE_LOWEST = 1.05
"""and the loss stays above the lowest that it had by this factor."""
MATTERS = 0.03
"""A fall to be expected of more than this share of the loss matters,"""
MATTERS_OF_FALL = 0.1
"""as one of more than this share of the whole fall does (an even fall has a fifth of it in the last fifth),"""
NEGLIGIBLE = 0.005
"""unless it is below this share of the whole fall: that a loss of almost 0 halves does not matter."""
HARDLY = 0.02
"""A loss that never fell by more than this share of its start has learned nothing, whatever one answer would have."""


@dataclass(frozen=True)
class Ruling:
    """The outcome that a rule gives."""

    outcome: Outcome
    evidence: str
    margins: tuple[Margin, ...] = ()
    at: int | None = None
    missing: tuple[str, ...] = ()


def no_number(curves: TrainingCurves) -> Ruling | None:
    """Rule on a loss that was no longer a number."""
    train, at = curves.train_loss, curves.diverged_at
    if at is None and (not len(train) or np.isfinite(train[0])):
        return None
    return Ruling("diverged", f"the loss was no longer a number in epoch {at or 0}", at=at or 0)


def ran_away(reading: Reading) -> Ruling | None:
    """Rule on a loss that stays far above its start, or ends above it and rises."""
    known = reading.known
    at = find_runaway(known)
    if at is not None:
        epoch = reading.curves.epoch_at(at)
        evidence = (
            f"from epoch {epoch} on the loss stayed far above its start, {known[0]:.3g}; it ended at {known[-1]:.3g}"
        )
        threshold = FAR_ABOVE_START * reading.start
        return Ruling("diverged", evidence, (Margin("loss at the end", reading.last, threshold),), at)
    above = max(reading.start, reading.reference)
    climbs = reading.trend.is_rising and reading.trend.change > CLIMB * reading.level
    if not climbs or reading.last <= above or reading.last < 0.95 * known.max():
        return None
    # A loss that jumped to where it now stays, as that of a network that saturates, does not rise any more.
    if fit_trend(known, max(2, reading.num_end // 4)).slope < 0.5 * reading.trend.slope:
        return None
    return Ruling(
        "diverged",
        f"over {reading.span} the loss rose to {reading.last:.3g}, above its start of {reading.start:.3g}",
        (Margin("loss at the end", reading.last, above), _rise(reading)),
        int(np.argmin(known)),
    )


def _rise(reading: Reading) -> Margin:
    return Margin("rise over the end, as a share of the loss", reading.trend.change / reading.level, CLIMB)


def are_stuck(reading: Reading) -> Ruling | None:
    """Rule on dead or saturated units: "not checkable" if they would explain the loss and were not recorded."""
    level = reading.relative_level
    if level <= POOR:
        return None
    share, gradient = reading.stuck_share, reading.gradient_share
    is_at_chance = level >= CHANCE and not improves(reading)
    # A loss that moves has a gradient, even if it is small beside that of a spike long ago.
    is_moving = improves(reading) or reading.swing > SWING * reading.level
    has_vanished = not is_moving and (gradient is None or gradient < VANISHED)
    missing = tuple(name for name, value in (("stuck units", share), ("gradient", gradient)) if value is None)
    least = _least_stuck(level, is_at_chance=is_at_chance, has_vanished=has_vanished)
    if least is None or (share is not None and share < least):
        return None
    # Half of the units stuck at chance says enough, whatever the gradient of the last layer's bias is.
    if missing and not (share is not None and is_at_chance and share >= HALF_STUCK):
        words = f"the loss stays at {reading.level:.3g}, {reading.beside_constant}; not recorded: {', '.join(missing)}"
        return Ruling("not checkable", words, (_level(reading, POOR),), missing=missing)
    assert share is not None
    left = "" if gradient is None else f"the gradient is {gradient:.2%} of its largest, "
    return Ruling(
        reading.curves.stuck_kind,
        f"{share:.0%} of the units answer the same to every example, {left}and the loss is stuck at "
        f"{reading.level:.3g}, {reading.beside_constant}",
        (Margin("share of stuck units", share, least), _level(reading, POOR), *_gradient(reading)),
    )


def _least_stuck(level: float, *, is_at_chance: bool, has_vanished: bool) -> float | None:
    """Return the share of stuck units from which on they explain the loss; None if none would."""
    if has_vanished:
        return FEW_STUCK if level >= CHANCE else THIRD_STUCK
    return HALF_STUCK if is_at_chance else None


def _level(reading: Reading, threshold: float) -> Margin:
    name = "loss at the end, as a share of the best constant prediction's"
    return Margin(name, reading.relative_level, threshold)


def _gradient(reading: Reading) -> tuple[Margin, ...]:
    if reading.gradient_share is None:
        return ()
    return (Margin("gradient at the end, as a share of its largest", reading.gradient_share, VANISHED),)


def oscillates(reading: Reading) -> Ruling | None:
    """Rule on a loss that jumps at its end, or that stays well above the lowest it had reached."""
    level, lowest = reading.level, reading.lowest
    last = float(reading.end[-max(1, len(reading.end) // 3) :].mean())
    # The last third separates a loss that jumps from one that jumped once and is as low again.
    if min(level, last) <= ABOVE_LOWEST * lowest or level <= 0.0:
        return None
    part = SWING_PART * reading.fall
    margin = Margin("largest rise over the end, as a share of the loss", reading.swing / level, SWING)
    if reading.swing > max(SWING * level, part):
        return Ruling(
            "oscillating",
            f"over {reading.span} the loss rose by up to {reading.swing:.2g} around {level:.3g}, having been as low "
            f"as {lowest:.3g}",
            (margin,),
        )
    risen = last - lowest
    is_risen = risen > max(SWING * last, part, 4.0 * reading.trend.deviation) and reading.fall > 0.0
    if is_risen and last < CHANCE * reading.reference and not improves(reading):
        return Ruling(
            "oscillating",
            f"the loss had been as low as {lowest:.3g} and ended at {last:.3g}",
            (Margin("rise from the lowest loss, as a share of the end", risen / last, SWING),),
        )
    return None


def improves(reading: Reading) -> bool:
    """Return whether more epochs at the final rate would lower the loss by an amount that matters."""
    if reading.improves is None:
        reading.improves = _improves(reading)
    return reading.improves


def _improves(reading: Reading) -> bool:
    if reading.curves.has_stopped_early or _learned_nothing_held_out(reading):
        return False
    is_lowest = float(reading.end.min()) <= ABOVE_LOWEST * reading.lowest
    return (reading.falling is not None and is_lowest and _matters(reading)) or _was_cut_off(reading)


def _matters(reading: Reading) -> bool:
    begin, fall = float(reading.end[0]), reading.fall
    if reading.expected_fall <= 0.0 or fall <= 0.0 or begin <= 0.0:
        return False
    of_fall = reading.expected_fall / fall
    return of_fall > NEGLIGIBLE and (reading.expected_fall > MATTERS * begin or of_fall > MATTERS_OF_FALL)


def _was_cut_off(reading: Reading) -> bool:
    """Return whether a poor loss fell evenly until the schedule took the rate away."""
    factors = reading.curves.rate_factors
    if factors is None or reading.level <= POOR * reading.reference or reading.fall <= 0.0:
        return False
    factors = factors[: len(reading.known)].astype(np.float64)
    if not is_annealed(factors):
        return False
    last, before = falls_over_distance(reading.known, factors)
    noise = 4.0 * reading.trend.deviation
    return last > max(MATTERS_OF_FALL * reading.fall, noise) and last <= SPEEDING * before


def is_improving(reading: Reading) -> Ruling | None:
    """Rule on a loss that would go on falling; on a short curve a fall that may be noise is too short to tell."""
    if improves(reading):
        return _cut_off(reading) if reading.falling is None or not _matters(reading) else _improving(reading)
    is_unsure = reading.falling is None and not reading.curves.has_stopped_early
    if len(reading.known) <= SHORT and is_unsure and _matters(reading):
        return Ruling(
            "too short to tell",
            f"a fall by {reading.expected_fall / float(reading.end[0]):.1%} at the end of {len(reading.known)} points "
            "may be noise as well as learning",
            (Margin("points of the curve", float(len(reading.known)), float(SHORT)),),
        )
    return None


def _improving(reading: Reading) -> Ruling:
    begin, fall = float(reading.end[0]), reading.expected_fall
    trend = reading.falling or reading.trend
    change, rate = -trend.slope * max(1, reading.num_end - 1), reading.rate_share(trend.num)
    scaled = "" if rate > 0.99 else f" ({rate:.0%} of that at its final rate, as the schedule lowered it)"
    return Ruling(
        "improving",
        f"over {reading.span} the training loss fell by {change / begin:.1%}{scaled}, which is "
        f"{min(1.0, change / reading.fall):.0%} of all that it fell",
        (
            Margin("fall to be expected, as a share of the loss", fall / begin, MATTERS),
            Margin("the same, as a share of the whole fall", fall / reading.fall, MATTERS_OF_FALL),
        ),
    )


def _cut_off(reading: Reading) -> Ruling:
    factors = reading.curves.rate_factors
    assert factors is not None
    last, before = falls_over_distance(reading.known, factors[: len(reading.known)].astype(np.float64))
    return Ruling(
        "improving",
        f"the training loss is {reading.level:.4g}, {reading.beside_constant}, and fell as fast as before until the "
        "schedule lowered the rate",
        (
            Margin("fall over the last fifth of the rates' sum, as a share of the whole fall", last / reading.fall,
                   MATTERS_OF_FALL),
            Margin("the same, as a share of the fall over the fifth before", last / before, SPEEDING),
        ),
    )  # fmt: skip


def _learned_nothing_held_out(reading: Reading) -> bool:
    """Return whether the held-out loss never was better than one constant answer's, and does not fall either."""
    held_out, reference = reading.held_out, reading.held_out_reference
    if held_out is None or reference is None or reference <= 0.0 or len(held_out) < SMOOTHED:
        return False
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(held_out, SMOOTHED), axis=1)
    trend = fit_trend(held_out, max(1, reading.num_end))
    return bool(smooth.min() >= CHANCE * reference) and not (trend.is_falling and held_out[-1] <= smooth.min())


def learns_nothing(reading: Reading) -> Ruling | None:
    """Rule on a loss that is no better than one constant answer; "not checkable" if that is unknown."""
    if reading.constant is None and reading.curves.constant_loss is None:
        if reading.start - reading.lowest <= HARDLY * abs(reading.start):
            fall = (reading.start - reading.lowest) / (abs(reading.start) or 1.0)
            words = f"the loss stays at {reading.level:.4g}, having begun at {reading.start:.4g}"
            return Ruling("not learning", words, (Margin("fall, as a share of the start", fall, HARDLY),))
        words = f"the loss ended at {reading.level:.4g}; not recorded: the best constant prediction's"
        return Ruling("not checkable", words, missing=("best constant prediction",))
    if reading.level >= CHANCE * reading.reference:
        share = reading.gradient_share
        left = "" if share is None else f"; the gradient is {share:.2%} of its largest"
        words = f"the loss stays at {reading.level:.4g}, {reading.beside_constant}{left}"
        return Ruling("not learning", words, (_level(reading, CHANCE),))
    if _learned_nothing_held_out(reading):
        held_out, reference = reading.held_out, reading.held_out_reference
        assert held_out is not None
        assert reference is not None
        words = (
            f"the held-out loss ended at {held_out[-1]:.4g} and never was better than that of one constant answer, "
            f"{reference:.4g}, while the training loss is {reading.level:.4g}: nothing learned carries over"
        )
        name = "lowest held-out loss, as a share of one constant answer's"
        return Ruling("not learning", words, (Margin(name, float(held_out.min()) / reference, CHANCE),))
    return None


def has_converged(reading: Reading) -> Ruling:
    """Rule on all that no other rule holds for."""
    why = "; early stopping ended the training" if reading.curves.has_stopped_early else ""
    begin = float(reading.end[0]) or 1.0
    return Ruling(
        "converged",
        f"the training loss settled at {reading.level:.4g}, {reading.beside_constant}{why}",
        (
            _level(reading, CHANCE),
            Margin("fall to be expected, as a share of the loss", reading.expected_fall / begin, MATTERS),
        ),
    )


RULES: tuple[Callable[[Reading], Ruling | None], ...] = (
    ran_away,
    are_stuck,
    oscillates,
    is_improving,
    learns_nothing,
    has_converged,
)
"""The rules for curves of enough points, in the order in which they are tried."""
