"""The words for what became of a training, and a judgement with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Outcome = Literal[
    "too short to tell",
    "diverged",
    "dead units",
    "saturated units",
    "oscillating",
    "improving",
    "not learning",
    "converged",
    "not checkable",
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""All outcomes, in the order of their precedence."""
Fit = Literal["under-fitting", "over-fitting", "good", "unknown"]
FITS: tuple[Fit, ...] = get_args(Fit)

RULES: Mapping[Outcome, str] = {
    "too short to tell": "too few points of a curve, or so few that a fall at their end may be noise",
    "diverged": "the loss was no longer a number, ran ten times above its start for good, or rises above its start",
    "dead units": "a poor loss, no gradient left (or no better than one constant answer), and relu units that are "
    "zero for every example",
    "saturated units": "the same with tanh or sigmoid units that answer the same to every example",
    "oscillating": "at its end the loss varies by a third, or stands a third above the lowest it had reached",
    "improving": "the loss would go on falling by an amount that matters, at the final rate of its schedule",
    "not learning": "it was not falling, and is no better than one constant answer",
    "converged": "none of these",
    "not checkable": "a symptom that decides between outcomes was not recorded",
}
"""When each outcome is given; the first rule that holds counts."""


@dataclass(frozen=True)
class Margin:
    """A number that an outcome rests on, and its threshold.

    Attributes:
        name: What was measured.
        value: The number.
        threshold: Value that it is compared with.
    """

    name: str
    value: float
    threshold: float

    @property
    def ratio(self) -> float:
        """How many times its threshold the number is: far from 1 the outcome is clear, near 1 it is close."""
        return self.value / self.threshold if self.threshold else float("inf")

    def to_json(self) -> dict[str, Any]:
        """Return the number, its threshold and their ratio as plain values."""
        return {"name": self.name, "value": self.value, "threshold": self.threshold, "ratio": self.ratio}


@dataclass(frozen=True)
class Judgement:
    """The outcome of a training, with its evidence.

    Attributes:
        outcome: What became of the training.
        evidence: The numbers that the outcome rests on, as a clause.
        fit: Whether the network over-fits or under-fits.
        fit_evidence: The numbers that the fit rests on, as a clause; empty if it is unknown.
        margins: The numbers that the outcome rests on, with their thresholds.
        at: For a divergence, its position on the curve; else None.
        lowest_at: Position of the lowest held-out loss (of the training loss, if none is held out).
        missing: Symptoms that were not recorded, if the outcome is not checkable without them.
    """

    outcome: Outcome
    evidence: str
    fit: Fit = "unknown"
    fit_evidence: str = ""
    margins: tuple[Margin, ...] = ()
    at: int | None = None
    lowest_at: int = 0
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the outcome, the fit and their evidence as plain values."""
        return {
            "outcome": self.outcome,
            "evidence": self.evidence,
            "fit": self.fit,
            "fit_evidence": self.fit_evidence,
            "margins": [margin.to_json() for margin in self.margins],
            "missing": list(self.missing),
        }


def count_outcomes(outcomes: Sequence[str]) -> dict[Outcome, int]:
    """Count the outcomes, in the order of their precedence."""
    return {name: outcomes.count(name) for name in OUTCOMES if name in outcomes}
