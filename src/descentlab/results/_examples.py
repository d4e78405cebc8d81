"""Single examples as a page shows them: a picture or a row of a table, with its prediction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from descentlab.results._content import Example
from descentlab.results._numbers import fixed, short
from descentlab.results._png import png_uri


@dataclass(frozen=True)
class ExampleView:
    """One example in words, as the templates write it.

    Attributes:
        label: Name by which a person finds the example again.
        true: True class or value.
        predicted: Predicted class or value.
        confidence: Probability of the predicted class; empty for regression.
        true_probability: Predicted probability of the true class; empty for regression.
        picture: Picture as a data URI; empty for a row of a table.
        width: Width of the picture on the page, in pixels.
        values: Column names and cells of the row, as the file has them.
    """

    label: str
    true: str
    predicted: str
    confidence: str
    true_probability: str
    picture: str
    width: int
    values: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """Name of the example in a sentence: a row's number becomes "Example 17"."""
        return f"Example {self.label}" if self.label.isdigit() else self.label


def view_examples(examples: Sequence[Example], classes: tuple[str, ...]) -> tuple[ExampleView, ...]:
    """Write examples in words and pictures; real values have the same number of decimals in all of them.

    Args:
        examples: Examples with their predictions.
        classes: Names of the classes by id; empty for regression.
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
    """Return the column names of a table of these examples; empty if they are pictures."""
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
