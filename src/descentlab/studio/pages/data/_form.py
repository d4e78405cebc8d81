"""A row to predict, as a form: a field a column, filled with what is usual."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from descentlab import workbench
from descentlab.data import CategoryFeature, NumberFeature, TablePreparation

TRUTHS = ("False", "True")


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        column: Its name.
        default: The training part's median, or its most frequent word.
        words: The words it may hold; empty for a number.
    """

    column: str
    default: float | str
    words: tuple[str, ...] = ()


def fields_of(run: workbench.Run, truths: Collection[str] = ()) -> tuple[Field, ...]:
    """Return a field for each column that a run's network looks at; none where it looks at pictures.

    Args:
        run: The run.
        truths: Columns of "True" and "False", of which a run keeps numbers.

    Raises:
        RunError: If the run is damaged.
    """
    preparation = run.member_data().read_preparation()
    if not isinstance(preparation, TablePreparation):
        return ()
    return tuple(_field(feature, is_truth=feature.column in truths) for feature in preparation.features)


def _field(feature: NumberFeature | CategoryFeature, *, is_truth: bool) -> Field:
    if isinstance(feature, CategoryFeature):
        return Field(feature.column, feature.fill, feature.categories)
    if is_truth:
        return Field(feature.column, TRUTHS[round(feature.fill)], TRUTHS)
    return Field(feature.column, float(f"{feature.fill:.6g}"))


def predict_row(run: workbench.Run, values: dict[str, float | str | None]) -> workbench.Predictions:
    """Predict one row; what is left empty is taken for missing.

    Raises:
        DescentlabError: If it cannot be done.
    """
    return run.predict([values])


def predict_file(run: workbench.Run, path: Path) -> workbench.Predictions:
    """Predict a table's rows, or a picture.

    Raises:
        DescentlabError: If it cannot be done.
    """
    return run.predict(path)
