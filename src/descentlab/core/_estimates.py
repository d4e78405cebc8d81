"""Numbers with their uncertainty."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval."""

    value: float
    low: float
    high: float

    @property
    def is_real(self) -> bool:
        """Whether the whole interval lies on one side of 0."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Spread:
    """The mean of several numbers with their standard deviation, which is unknown for a single number."""

    mean: float
    sd: float | None
