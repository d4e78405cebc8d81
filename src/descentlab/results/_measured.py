"""Scores of the parts of the data."""

from collections.abc import Mapping
from dataclasses import dataclass

from descentlab.results._numbers import fixed


@dataclass(frozen=True)
class Score:
    """One score of one part of the data.

    Attributes:
        value: The value, or the mean over the networks of a population.
        interval: Its 95% interval.
        deviation: Standard deviation over the networks; None for a single one.
        baseline: Value of the naive baseline.
        title: What a reader is shown as its name; by default the name in words.
    """

    value: float
    interval: tuple[float, float] | None = None
    deviation: float | None = None
    baseline: float | None = None
    title: str = ""

    @property
    def text(self) -> str:
        """The value in words."""
        return fixed(self.value)

    @property
    def interval_text(self) -> str:
        """The interval in words; empty where there is none."""
        return f"{fixed(self.interval[0])} – {fixed(self.interval[1])}" if self.interval else ""

    @property
    def deviation_text(self) -> str:
        """The deviation in words; empty for one network."""
        return "" if self.deviation is None else f"sd {fixed(self.deviation)}"

    @property
    def baseline_text(self) -> str:
        """The baseline in words."""
        return "" if self.baseline is None else fixed(self.baseline)


@dataclass(frozen=True)
class ClassScores:
    """How well one class, one label or one of several targets is predicted.

    Attributes:
        name: Name of the class, label or target.
        values: Scores, such as precision, by the names that a reader is shown; None where one is not defined.
        support: Examples of the class or label; the mean over the networks of a population. None for a real target.
    """

    name: str
    values: Mapping[str, float | None]
    support: float | None


@dataclass(frozen=True)
class PartScores:
    """All scores of one part of the data.

    Attributes:
        num_examples: Examples that were measured.
        scores: Scores by name, as "accuracy", in the order in which they are shown.
        classes: Scores of each class, label or target; empty for a single real target.
        num_effective: Number of equal examples that weighted ones are worth; None if every example counts once.
    """

    num_examples: int
    scores: Mapping[str, Score]
    classes: tuple[ClassScores, ...] = ()
    num_effective: float | None = None

    def title(self, name: str) -> str:
        """Return what a reader is shown as the name of a score."""
        return self.scores[name].title or name.replace("_", " ")


def leading_metric(scores: Mapping[str, Score]) -> str | None:
    """Return the name of the score by which a run is judged; None if none of these was measured."""
    return next((name for name in ("accuracy", "rmse", "loss") if name in scores), None)


def best_part(metrics: Mapping[str, PartScores]) -> str | None:
    """Return the part whose scores say most about new examples: test, else validation, else training."""
    return next((part for part in ("test", "validation", "train") if part in metrics), None)
