"""Predictions for new examples, as rows, CSV, a DataFrame or a table."""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import TextTable
from descentlab.workbench._target_facts import TargetFacts

if TYPE_CHECKING:
    import pandas as pd


WARNING = "warning"
"""Name of the column that says what in an example no training example had."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's predictions for new examples.

    Attributes:
        labels: Label of each example, by which a person recognises it.
        predicted: Name of the predicted class, or predicted number in the target's unit, of each example. Of several
            targets there is a column for each: numbers, or 1 for yes and 0 for no.
        probabilities: Probability of each class or label, one row an example; no columns for regression.
        classes: Names of the classes; empty for regression and for labels.
        notes: Notes on the preparation of the examples.
        targets: Names of several targets; empty for a single one.
        far: What in each example no training example had, in words, and empty for an example like those. The network
            can only guess there, however large its probability. Empty as a whole if nothing is known of training.
    """

    labels: tuple[str, ...]
    predicted: Shaped[np.ndarray, "examples *targets"]
    probabilities: Float[np.ndarray, "examples answers"]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    far: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def _answers(self) -> tuple[str, ...]:
        return self.targets or ("prediction",)

    @property
    def _shares(self) -> tuple[str, ...]:
        names = self.classes or self.targets
        return tuple(f"probability of {name}" for name in names) if self.probabilities.shape[1] else ()

    @property
    def _warnings(self) -> tuple[str, ...]:
        """Warning of each example; empty as a whole if there is none, so that most tables have no such column."""
        return self.far if any(self.far) else ()

    def header(self) -> tuple[str, ...]:
        """Return the names of the columns of `rows`."""
        return ("example", *self._answers, *self._shares, *([WARNING] if self._warnings else []))

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Return a row of words for each example, with the columns of `header`."""
        answers = self.predicted.reshape(len(self), len(self._answers)).tolist()
        warnings = [(why,) for why in self._warnings] or [()] * len(self)
        for label, answer, row, warning in zip(
            self.labels, answers, self.probabilities.tolist(), warnings, strict=True
        ):
            words = (value if isinstance(value, str) else f"{value:.9g}" for value in answer)
            yield label, *words, *(f"{value:.6g}" for value in row), *warning

    def to_csv(self) -> str:
        """Write the predictions as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header())
        writer.writerows(self.rows())
        return text.getvalue()

    def to_json(self) -> list[dict[str, Any]]:
        """Return an object of plain values for each example; one far from training has a `warning`."""
        objects: list[dict[str, Any]] = [
            {"example": label, "prediction": dict(zip(self.targets, value, strict=True)) if self.targets else value}
            for label, value in zip(self.labels, self.predicted.tolist(), strict=True)
        ]
        if self._shares:
            for value, row in zip(objects, self.probabilities.tolist(), strict=True):
                value["probabilities"] = dict(zip(self.classes or self.targets, row, strict=True))
        for value, warning in zip(objects, self._warnings, strict=False):
            if warning:
                value[WARNING] = warning
        return objects

    def frame(self) -> "pd.DataFrame":
        """Return the predictions as a DataFrame, one row an example."""
        import pandas as pd

        answers = self.predicted.reshape(len(self), len(self._answers))
        columns = {name: answers[:, place].tolist() for place, name in enumerate(self._answers)}
        columns |= {name: self.probabilities[:, place] for place, name in enumerate(self._shares)}
        columns |= {WARNING: list(self._warnings)} if self._warnings else {}
        return pd.DataFrame(columns, index=pd.Index(self.labels, name="example"))

    def table(self, most: int = 20) -> TextTable:
        """Return the first predictions as a table of words."""
        title = "" if len(self) <= most else f"the first {most} of {len(self):,} examples"
        return TextTable(header=self.header(), rows=tuple(itertools.islice(self.rows(), most)), title=title)

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def read_outputs(
    outputs: Float[np.ndarray, "examples answers"],
    facts: TargetFacts,
    labels: tuple[str, ...],
    notes: tuple[str, ...],
    far: tuple[str, ...] = (),
) -> Predictions:
    """Read a network's outputs as predictions.

    Args:
        outputs: Probabilities of classes or labels, or standardised numbers.
        facts: What the network answers.
        labels: Label of each example.
        notes: Notes on the preparation of the examples.
        far: What in each example no training example had; see `Predictions`.

    Returns:
        The predictions; a label is predicted where its probability exceeds one half.
    """
    match facts.kind:
        case "classes":
            names = np.array(facts.classes)[outputs.argmax(axis=1)]
            return Predictions(labels, names, outputs, facts.classes, notes, far=far)
        case "labels":
            return Predictions(labels, (outputs > 0.5).astype(np.int64), outputs, (), notes, facts.names, far)
        case "numbers":
            numbers = facts.in_units(outputs if facts.names else outputs[:, 0])
            return Predictions(labels, numbers, np.zeros((len(numbers), 0)), (), notes, facts.names, far)
