"""What a study of one claim is, and what its repetitions say together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Figures = Mapping[str, float]
"""Numbers of one repetition, by name."""


@dataclass(frozen=True)
class Finding:
    """What all repetitions of a study say together.

    Attributes:
        holds: Whether the claim holds.
        text: The sentence with the numbers that it rests on.
    """

    holds: bool
    text: str


@dataclass(frozen=True)
class Study:
    """One claim, and how it is put to the test.

    Attributes:
        name: What `ONLY=` calls it, and the name of its file of results.
        claim: The claim in a sentence, as it stands in the documents.
        method: What one repetition does; results of another method are not continued.
        repetitions: How many repetitions are planned.
        measure: Makes the repetition of a number. Its random draws depend on that number alone.
        judge: Says whether the claim holds, from the figures of all repetitions.
    """

    name: str
    claim: str
    method: str
    repetitions: int
    measure: Callable[[int], Figures]
    judge: Callable[[Sequence[Figures]], Finding]
