"""The verdict on a network's training, by rules on its curves; `docs/verdicts.md` gives the reason of each rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from descentlab.evaluation._curves import (
    UNDER_TRAINED_FALL,
    UNDER_TRAINED_PART,
    end_length,
    find_runaway,
    read_curves,
)

MemberVerdict = Literal["diverged", "saturated", "dead", "oscillating", "plateau", "too-slow", "converged", "too-short"]
Fit = Literal["over-fitted", "under-fitted", "fine", "unknown"]
VERDICTS: tuple[MemberVerdict, ...] = get_args(MemberVerdict)

VANISHED = 0.01
"""A gradient below this share of the largest that the network had has vanished."""
POOR = 0.5
"""A loss above this share of the best constant prediction's loss is poor."""
WORTHLESS = 0.9
"""A loss above this share of the best constant prediction's loss is no better than that prediction."""
STUCK = 0.1
"""A network with at least this share of stuck units counts as stuck; good networks have some stuck units too."""
STILL_FALLING = 0.1
"""A loss of whose whole fall at least this share is in its end is still falling: an even fall has a fifth there."""
RESTLESS = 0.1
"""A loss whose deviation around its trend exceeds this share of its level oscillates,"""
RESTLESS_PART = 0.02
"""if that is also more than this share of its whole fall,"""
ABOVE_LOWEST = 1.05
"""and its mean level exceeds the lowest loss so far by this factor."""


@dataclass(frozen=True)
class MemberCurves:
    """The curves and numbers of a network's training that a verdict rests on.

    Attributes:
        train_loss: Mean training loss from before the first step on; NaN for epochs that were not trained.
        held_out_loss: Mean loss on the validation (or test) part at the same points; None if there is no such part.
        gradient_norm: Root mean square of the batches' gradient norms in each epoch; the first entry, before the
            first step, is NaN.
        diverged_at: Epoch in which the loss was no longer a number, or None.
        constant_loss: Training loss of the best constant prediction, or None if unknown.
        stuck_share: Share of hidden units that give the same output for (almost) every example.
        dies: Whether stuck units are dead (relu) rather than saturated.
    """

    train_loss: Float[np.ndarray, " points"]
    held_out_loss: Float[np.ndarray, " points"] | None = None
    gradient_norm: Float[np.ndarray, " points"] | None = None
    diverged_at: int | None = None
    constant_loss: float | None = None
    stuck_share: float = 0.0
    dies: bool = False


@dataclass(frozen=True)
class Judgement:
    """A verdict on a network's training, with its evidence.

    Attributes:
        verdict: Outcome of the training.
        evidence: Numbers that the verdict rests on, in a sentence.
        fit: Whether the network over-fits or under-fits.
        at: For a divergence, its position on the curve; else None.
    """

    verdict: MemberVerdict
    evidence: str
    fit: Fit
    at: int | None = None


def judge_member(curves: MemberCurves) -> Judgement:
    """Judge the training of a network.

    The rules are tried in this order, and the first that holds gives the verdict.

    diverged: the loss was no longer a number, or rose far above its start and stayed there.
    saturated, dead: the loss is poor, the gradient has vanished, and units are stuck.
    oscillating: at its end the loss jumps around a level above the lowest it had reached.
    too-slow: the loss is still falling clearly at the end, and is at its lowest.
    plateau: the loss is not falling, and is no better than that of a constant prediction.
    converged: none of these.

    Args:
        curves: Curves and numbers of the training.

    Returns:
        The verdict with its evidence.

    Example:
        >>> judge_member(MemberCurves(np.array([1.0, np.nan, np.nan]), diverged_at=1)).verdict
        'diverged'
    """
    train = curves.train_loss.astype(np.float64)
    known = train[: _known_length(train)]
    divergence = _divergence(curves, train)
    if divergence is not None:
        return divergence
    if len(known) < 3:
        return Judgement("too-short", f"{len(known)} points of a curve tell nothing; train for more epochs", "unknown")
    reading = _Reading(known, curves)
    fit = _fit(known, curves, reading)
    for rule in (_stuck, _oscillating, _too_slow, _plateau):
        ruling = rule(reading)
        if ruling is not None:
            return Judgement(ruling[0], ruling[1], fit)
    return Judgement("converged", f"the loss settled at {reading.level:.4g}, {reading.beside_constant}", fit)


class _Reading:
    """Numbers that several rules use."""

    def __init__(self, known: Float[np.ndarray, " points"], curves: MemberCurves) -> None:
        self.end = known[-end_length(len(known)) :]
        self.start = float(known[0])
        self.lowest = float(known.min())
        self.level = float(self.end.mean())
        place = np.arange(len(self.end)) - (len(self.end) - 1) / 2.0
        slope = float((place * self.end).sum() / (place**2).sum())
        self.change = slope * (len(self.end) - 1)
        self.deviation = float(np.std(self.end - self.level - slope * place))
        self.slope_error = self.deviation / float(np.sqrt((place**2).sum()))
        self.slope = slope
        self.fall = self.start - self.lowest
        self.constant = curves.constant_loss
        self.stuck_share = curves.stuck_share
        self.dies = curves.dies
        norms = None if curves.gradient_norm is None else curves.gradient_norm[1 : len(known)]
        has_norms = norms is not None and len(norms) > 0 and bool(np.isfinite(norms).all())
        self.gradient_share = _median_share(norms, len(self.end)) if has_norms and norms is not None else None

    def is_above(self, share: float) -> bool:
        """Return whether the loss is above a share of the best constant prediction's (if unknown, of its start)."""
        return self.level > share * (self.start if self.constant is None else self.constant)

    @property
    def has_vanished(self) -> bool:
        """Whether hardly any gradient is left."""
        return self.gradient_share is not None and self.gradient_share < VANISHED

    @property
    def is_falling(self) -> bool:
        """Whether the loss falls at its end, by more than its noise."""
        is_sure = -self.slope > 3.0 * self.slope_error or bool(np.all(np.diff(self.end) < 0.0))
        return is_sure and self.change < 0.0

    @property
    def beside_constant(self) -> str:
        """The loss beside that of the best constant prediction, in words."""
        if self.constant is None or self.constant <= 0.0:
            return f"having begun at {self.start:.4g}"
        side = "worse than" if self.level > 1.01 * self.constant else "where"
        return f"{side} the best constant prediction {'would have' if side == 'where' else 'with'} {self.constant:.4g}"


def _median_share(norms: Float[np.ndarray, " epochs"], num_end: int) -> float:
    largest = float(norms.max())
    return float(np.median(norms[-num_end:])) / largest if largest > 0.0 else 0.0


def _known_length(train: Float[np.ndarray, " points"]) -> int:
    broken = np.flatnonzero(~np.isfinite(train))
    return int(broken[0]) if broken.size else len(train)


def _divergence(curves: MemberCurves, train: Float[np.ndarray, " points"]) -> Judgement | None:
    at = curves.diverged_at
    if at is not None or (len(train) and not np.isfinite(train[0])):
        place = at or 0
        return Judgement("diverged", f"the loss was no longer a number in epoch {place}", "unknown", place)
    runaway = find_runaway(train)
    if runaway is None:
        return None
    last = train[np.isfinite(train)][-1]
    evidence = f"from epoch {runaway} on the loss stayed far above its start, {train[0]:.3g}; it ended at {last:.3g}"
    return Judgement("diverged", evidence, "unknown", runaway)


def _stuck(reading: _Reading) -> tuple[MemberVerdict, str] | None:
    if not (reading.is_above(POOR) and reading.has_vanished and reading.stuck_share >= STUCK):
        return None
    verdict: MemberVerdict = "dead" if reading.dies else "saturated"
    return verdict, (
        f"{reading.stuck_share:.0%} of the units answer the same to every example, the gradient is down to "
        f"{reading.gradient_share:.2%} of its largest, and the loss is stuck at {reading.level:.3g}, "
        f"{reading.beside_constant}"
    )


def _oscillating(reading: _Reading) -> tuple[MemberVerdict, str] | None:
    is_restless = reading.deviation > max(RESTLESS * reading.level, RESTLESS_PART * max(reading.fall, 0.0))
    # The last third separates a loss that jumps from one that falls along a curve.
    last = float(reading.end[-max(1, len(reading.end) // 3) :].mean())
    is_high = min(reading.level, last) > ABOVE_LOWEST * reading.lowest
    if is_restless and is_high:
        return "oscillating", (
            f"over its last {len(reading.end)} epochs the loss jumped by {reading.deviation:.2g} around "
            f"{reading.level:.3g}, having been as low as {reading.lowest:.3g}: the steps are too long to settle"
        )
    return None


def _plateau(reading: _Reading) -> tuple[MemberVerdict, str] | None:
    if not reading.is_above(WORTHLESS):
        return None
    share = "unknown" if reading.gradient_share is None else f"{reading.gradient_share:.2%} of its largest"
    return "plateau", f"the loss stays at {reading.level:.3g}, {reading.beside_constant}; the gradient is {share}"


def _too_slow(reading: _Reading) -> tuple[MemberVerdict, str] | None:
    begin = float(reading.end[0])
    change = reading.change / begin if begin > 0.0 else 0.0
    share_of_fall = -reading.change / reading.fall if reading.fall > 0.0 else 0.0
    is_lowest = float(reading.end.min()) <= ABOVE_LOWEST * reading.lowest
    is_slow = change < -UNDER_TRAINED_FALL or share_of_fall > STILL_FALLING
    if reading.is_falling and is_lowest and is_slow and share_of_fall > UNDER_TRAINED_PART:
        return "too-slow", (
            f"the loss still fell by {-change:.1%} over the last {len(reading.end)} epochs, which is "
            f"{share_of_fall:.0%} of all that it fell: it needs more epochs or a higher rate"
        )
    return None


def _fit(known: Float[np.ndarray, " points"], curves: MemberCurves, reading: _Reading) -> Fit:
    if curves.held_out_loss is None:
        return "unknown"
    if reading.is_above(POOR):
        return "under-fitted"
    read = read_curves(known, curves.held_out_loss[: len(known)].astype(np.float64))
    return "over-fitted" if read.verdict == "over-fitted" else "fine"


def count_verdicts(verdicts: list[str]) -> Mapping[str, int]:
    """Count the verdicts, in the order of the rules."""
    return {name: verdicts.count(name) for name in VERDICTS if name in verdicts}
