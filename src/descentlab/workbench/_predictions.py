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

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's predictions for new examples.

    Attributes:
        labels: Label of each example, by which a person recognises it.
        predicted: Name of the predicted class, or predicted number in the target's unit, of each example.
        probabilities: Probability of each class, one row an example; no columns for regression.
        classes: Names of the classes; empty for regression.
        notes: Notes on the preparation of the examples.
    """

    labels: tuple[str, ...]
    predicted: Shaped[np.ndarray, " examples"]
    probabilities: Float[np.ndarray, "examples classes"]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def header(self) -> tuple[str, ...]:
        """Return the names of the columns of `rows`."""
        return ("example", "prediction", *(f"probability of {name}" for name in self.classes))

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Return a row of words for each example, with the columns of `header`."""
        words = self.predicted.tolist() if self.classes else (f"{value:.9g}" for value in self.predicted.tolist())
        shares = ([f"{value:.6g}" for value in row.tolist()] for row in self.probabilities)
        return ((label, word, *share) for label, word, share in zip(self.labels, words, shares, strict=True))

    def to_csv(self) -> str:
        """Write the predictions as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header())
        writer.writerows(self.rows())
        return text.getvalue()

    def to_json(self) -> list[dict[str, Any]]:
        """Return an object of plain values for each example."""
        objects: list[dict[str, Any]] = [
            {"example": label, "prediction": value}
            for label, value in zip(self.labels, self.predicted.tolist(), strict=True)
        ]
        for value, row in zip(objects, self.probabilities.tolist(), strict=True):
            if self.classes:
                value["probabilities"] = dict(zip(self.classes, row, strict=True))
        return objects

    def frame(self) -> "pd.DataFrame":
        """Return the predictions as a DataFrame, one row an example."""
        import pandas as pd

        frame = pd.DataFrame({"prediction": self.predicted.tolist()}, index=pd.Index(self.labels, name="example"))
        for place, name in enumerate(self.classes):
            frame[f"probability of {name}"] = self.probabilities[:, place]
        return frame

    def table(self, most: int = 20) -> TextTable:
        """Return the first predictions as a table of words."""
        title = "" if len(self) <= most else f"the first {most} of {len(self):,} examples"
        return TextTable(header=self.header(), rows=tuple(itertools.islice(self.rows(), most)), title=title)

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()
