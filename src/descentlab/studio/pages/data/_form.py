"""A form for a row to predict: one field a column, filled with the usual value."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from descentlab import workbench
from descentlab.data import CategoryFeature, MomentFeature, NumberFeature, TablePreparation

TRUTHS = ("False", "True")


@dataclass(frozen=True)
class FormField:
    """One field of a form.

    Attributes:
        column: Name of the column.
        default: Median of the training part, or its most frequent word; a date is a word as well.
        words: Words that the field may hold; empty for a number and a date.
    """

    column: str
    default: float | str
    words: tuple[str, ...] = ()


def fields_of(run: workbench.Run, truths: Collection[str] = ()) -> tuple[FormField, ...]:
    """Return a field for each input column of a run's network; none if its inputs are pictures.

    Args:
        run: The run.
        truths: Columns of "True" and "False", which runs of earlier versions keep as numbers.

    Raises:
        RunError: If the run is damaged.
    """
    preparation = run.member_data().read_preparation()
    if not isinstance(preparation, TablePreparation):
        return ()
    known = {name for name, reading in preparation.readings.items() if reading.kind == "boolean"}
    return tuple(_field(feature, is_truth=feature.column in {*truths, *known}) for feature in preparation.features)


def _field(feature: NumberFeature | CategoryFeature | MomentFeature, *, is_truth: bool) -> FormField:
    if isinstance(feature, CategoryFeature):
        return FormField(feature.column, feature.fill, feature.categories)
    if isinstance(feature, MomentFeature):
        return FormField(feature.column, feature.usual)
    if is_truth:
        return FormField(feature.column, TRUTHS[round(feature.fill)], TRUTHS)
    return FormField(feature.column, float(f"{feature.fill:.6g}"))


def predict_row(run: workbench.Run, values: Mapping[str, float | str | None]) -> workbench.Predictions:
    """Predict one row; an empty field counts as missing.

    Raises:
        DescentlabError: If the row cannot be predicted.
    """
    return run.predict([values])


def predict_file(run: workbench.Run, path: Path) -> workbench.Predictions:
    """Predict a table's rows, or a picture.

    Raises:
        DescentlabError: If the file cannot be read or predicted.
    """
    return run.predict(path)
