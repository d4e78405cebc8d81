"""What a network answers for each example."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Task:
    """What a network answers for each example.

    Attributes:
        kind: "classes" (one of several classes), "labels" (several yes-or-no answers), "numbers" (real numbers).
        size: Number of classes, labels or numbers.
    """

    kind: Literal["classes", "labels", "numbers"]
    size: int
