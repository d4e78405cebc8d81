"""Single examples as a person looks at them, with what the network says of each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int, UInt8

from descentlab.workbench import PartPredictions

LONGEST_NAME = 14


@dataclass(frozen=True, eq=False)
class Case:
    """One example and its answer.

    Attributes:
        row: Its row in the data.
        label: By which a person finds it again.
        truth: The class that its label names.
        told: The class that the network tells.
        second: The class that it gives the next largest probability.
        probabilities: Of the three, in this order.
        picture: The example as a picture, or None.
        values: The row as it stood in the file.
    """

    row: int
    label: str
    truth: str
    told: str
    second: str
    probabilities: tuple[float, float, float]
    picture: UInt8[np.ndarray, "rows columns *colours"] | None
    values: tuple[tuple[str, str], ...]

    @property
    def as_mistake(self) -> str:
        """What stands below its picture where label and answer differ."""
        truth, told = (_short(name) for name in (self.truth, self.told))
        return f"{truth} ({self.probabilities[0]:.2f}), told {told} ({self.probabilities[1]:.2f})"

    @property
    def as_doubt(self) -> str:
        """What stands below its picture where the answer is in doubt."""
        told, second, truth = (_short(name) for name in (self.told, self.second, self.truth))
        return f"{told} ({self.probabilities[1]:.2f}) or {second} ({self.probabilities[2]:.2f}), label {truth}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        names = ("truth", "told", "second")
        return {
            "row": self.row,
            "label": self.label,
            **{name: getattr(self, name) for name in names},
            **{f"{name}_probability": value for name, value in zip(names, self.probabilities, strict=True)},
        }


def make_cases(
    answers: PartPredictions, rows: Int[np.ndarray, " examples"], places: Int[np.ndarray, " places"]
) -> tuple[Case, ...]:
    """Lay out some examples of a part.

    Args:
        answers: What the network says of the part.
        rows: Rows of the data by place in the part.
        places: Which examples, in the order to show them.

    Returns:
        The cases.
    """
    return tuple(_case(answers, int(rows[place]), int(place)) for place in places)


def _case(answers: PartPredictions, row: int, place: int) -> Case:
    example = answers.example(place)
    classes, probabilities = answers.dataset.classes, example.probabilities
    truth, told = int(example.true), int(example.predicted)
    second = max((k for k in range(len(classes)) if k != told), key=lambda k: probabilities[k])
    return Case(
        row=row,
        label=example.label,
        truth=classes[truth],
        told=classes[told],
        second=classes[second],
        probabilities=(probabilities[truth], probabilities[told], probabilities[second]),
        picture=example.picture,
        values=example.values,
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
