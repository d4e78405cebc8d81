"""What `learning-rate` measures."""

from dataclasses import dataclass

from descentlab.sharpness import SharpnessTrace
from descentlab.spec import Experiment
from descentlab.studies import RangeTest, Study


@dataclass(frozen=True, eq=False)
class LearningRate:
    """A recommended rate, with its evidence.

    Attributes:
        rate: The recommendation; None if every rate that was tried diverged.
        range_test: The range test.
        sharpness_limit: The rate above which the rule is unstable at the initial weights, were they a quadratic's; None
            for rules that give each weight a step of its own.
        traces: The sharpness at start and end of one training at a tenth, one and ten times of the rate.
        study: The sweep around the range test's suggestion.
        experiment: What was asked for; the sweep may have fewer epochs.
    """

    rate: float | None
    range_test: RangeTest
    sharpness_limit: float | None
    traces: tuple[SharpnessTrace, ...]
    study: Study
    experiment: Experiment


def around(study: Study) -> list[float]:
    """Return a tenth of the best rate, itself, and ten times of it, as far as they were tried."""
    if study.best is None:
        return []
    rates = [float(rate) for rate in study.variables["learning_rate"]]
    best = rates[study.best.place]
    return [rate for rate in rates if any(abs(rate / (factor * best) - 1.0) < 0.1 for factor in (0.1, 1.0, 10.0))]
