"""`predict`: a trained network on new examples."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from gradlab.core import Table
from gradlab.evaluation import infer
from gradlab.training import precision_of, prepare_engine

if TYPE_CHECKING:
    import pandas as pd

    from gradlab.verbs._run import Run


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network predicts for new examples.

    Attributes:
        labels: A word per example by which a person knows it.
        predicted: The class told, or the number.
        probabilities: By class; no columns for regression.
        classes: The classes' names; empty for regression.
        notes: What had to be done while preparing the examples.
    """

    labels: tuple[str, ...]
    predicted: tuple[str, ...] | Float[np.ndarray, " examples"]
    probabilities: Float[np.ndarray, "examples classes"]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def header(self) -> tuple[str, ...]:
        """Name the columns."""
        return ("example", "prediction", *(f"probability of {name}" for name in self.classes))

    def rows(self) -> Sequence[tuple[Any, ...]]:
        """Return a row an example, as `header` names them."""
        told = self.predicted if isinstance(self.predicted, tuple) else [f"{value:.9g}" for value in self.predicted]
        shares = [[f"{value:.6g}" for value in row] for row in self.probabilities.tolist()]
        return [(label, one, *share) for label, one, share in zip(self.labels, told, shares, strict=True)]

    def to_csv(self) -> str:
        """Write the predictions as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header())
        writer.writerows(self.rows())
        return text.getvalue()

    def frame(self) -> "pd.DataFrame":
        """Return the predictions as a DataFrame, one row an example."""
        import pandas as pd

        frame = pd.DataFrame({"prediction": list(self.predicted)}, index=pd.Index(self.labels, name="example"))
        for place, name in enumerate(self.classes):
            frame[f"probability of {name}"] = self.probabilities[:, place]
        return frame

    def table(self, most: int = 20) -> Table:
        """Return the first predictions as a table of words."""
        rows = tuple(tuple(str(cell) for cell in row) for row in self.rows()[:most])
        title = "" if len(self) <= most else f"the first {most} of {len(self):,} examples"
        return Table(header=self.header(), rows=rows, title=title)

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def predict(run: "Run", source: Any, *, member: int = 0) -> Predictions:
    """Predict new examples with a run's network.

    Args:
        run: The run.
        source: A DataFrame, a path, or an array; prepared as the training part was.
        member: Which network of several seeds.

    Returns:
        Classes with probabilities, or numbers in the target's own unit.

    Raises:
        DataError: If the examples lack a column, or cannot be read.
        RunError: If the run has no such member or is damaged.
    """
    prepare_engine()
    prepared = run.preparation(member).apply(source)
    params, statistics = run.weights(member)
    with precision_of(run.experiment.precision):
        told = infer(
            run.network,
            run.objective,
            params,
            statistics,
            prepared.inputs,
            input_scale=float(run.shape_of_data["input_scale"]),
        )
    if run.classes:
        names = tuple(run.classes[place] for place in told.outputs.argmax(axis=1))
        return Predictions(prepared.labels, names, told.outputs, run.classes, prepared.notes)
    scale, shift = run.target_scaling(member)
    numbers = told.outputs[:, 0].astype(np.float64) * scale + shift
    return Predictions(prepared.labels, numbers, np.zeros((len(numbers), 0)), (), prepared.notes)
