"""Single examples as a person looks at them: a picture or a row of a table, and what was predicted for it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from descentlab.results._content import Example
from descentlab.results._numbers import fixed, short
from descentlab.results._png import png_uri


@dataclass(frozen=True)
class ExampleView:
    """One example, ready to be written into the page.

    Attributes:
        label: By which a person finds it again.
        true: The true class or value, in words.
        told: The told class or value, in words.
        confidence: Probability of the told class; empty for regression.
        true_probability: Probability that the true class was given; empty for regression.
        picture: The picture as a data URI; empty for a row of a table.
        width: The picture's width on the page, in pixels.
        values: The row as it stood in the file.
    """

    label: str
    true: str
    told: str
    confidence: str
    true_probability: str
    picture: str
    width: int
    values: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """What to call it in a sentence; a bare row number is no name."""
        return f"Example {self.label}" if self.label.isdigit() else self.label


def view_examples(examples: Sequence[Example], classes: tuple[str, ...]) -> tuple[ExampleView, ...]:
    """Put examples into words and pictures, real values with the same decimals in all.

    Args:
        examples: The examples.
        classes: Names by class id; empty for regression.
    """
    answers = [abs(answer) for example in examples for answer in (example.true, example.predicted)]
    largest = max((answer for answer in answers if 0.0 < answer < math.inf), default=1.0)
    decimals = min(max(3 - math.floor(math.log10(largest)), 0), 6)
    return tuple(_view(example, classes, decimals) for example in examples)


def _view(example: Example, classes: tuple[str, ...], decimals: int) -> ExampleView:
    picture = example.picture
    return ExampleView(
        example.label,
        _name(example.true, classes, decimals),
        _name(example.predicted, classes, decimals),
        _probability(example, example.predicted, classes),
        _probability(example, example.true, classes),
        "" if picture is None else png_uri(picture),
        0 if picture is None else min(max(64, picture.shape[1]), 128),
        tuple((name, short(value, length=60)) for name, value in example.values),
    )


def columns_of(examples: tuple[ExampleView, ...]) -> tuple[str, ...]:
    """Name the columns of a table that shows these examples; empty where they are pictures."""
    return tuple(name for name, _ in examples[0].values) if examples and not examples[0].picture else ()


def _name(answer: int | float, classes: tuple[str, ...], decimals: int) -> str:
    if not classes:
        return fixed(float(answer), decimals=decimals)
    return classes[int(answer)] if 0 <= int(answer) < len(classes) else f"class {int(answer)}"


def _probability(example: Example, answer: int | float, classes: tuple[str, ...]) -> str:
    if not classes or not 0 <= int(answer) < len(example.probabilities):
        return ""
    probability = example.probabilities[int(answer)]
    if math.isnan(probability):
        return "–"
    return f"{probability:.3f}" if probability >= 0.0005 or probability == 0 else "<0.001"
