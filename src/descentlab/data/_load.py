"""Loading of examples from a specification, for every kind of data."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from descentlab.core import DataError, RunError
from descentlab.data._array_pictures import load_array_pictures
from descentlab.data._arrays import Arrays
from descentlab.data._bundled import load_bundled
from descentlab.data._dataset import Dataset, Preparation
from descentlab.data._idx import load_idx
from descentlab.data._label_noise import NoisySource
from descentlab.data._picture_folder import load_pictures
from descentlab.data._picture_preparation import PicturePreparation
from descentlab.data._picture_source import PicturesSource
from descentlab.data._playground import PlaygroundSource, PointsPreparation, PointsSource
from descentlab.data._source import ExampleSource
from descentlab.data._synthetic import NumbersPreparation, SyntheticSource
from descentlab.data._table_loading import load_arrays, load_table
from descentlab.data._table_preparation import TablePreparation
from descentlab.data._table_source import TableSource
from descentlab.spec import (
    ArraysData,
    BundledData,
    DataSpec,
    IdxData,
    PicturesData,
    PlaygroundData,
    PointsData,
    PreparedSpec,
    SplitSpec,
    SyntheticData,
    TableData,
)

AnyPreparation = Annotated[
    TablePreparation | PicturePreparation | PointsPreparation | NumbersPreparation, Field(discriminator="kind")
]


def load(
    spec: DataSpec, *, arrays: Arrays | None = None, on_progress: Callable[[str, int, int], None] | None = None
) -> ExampleSource:
    """Read the data that a specification names.

    Args:
        spec: Specification of the data.
        arrays: The examples, if the specification says that they are passed in Python.
        on_progress: Called while downloading or reading pictures, with a description of the work, the amount that is
            done and the total.

    Returns:
        The examples, which `prepare` divides for each seed.

    Raises:
        DataError: If there is nothing to learn from.
        MissingDataError: If a file does not exist.
        StorageError: If a download cannot be written.

    Example:
        >>> from descentlab.spec import BundledData, SplitSpec
        >>> data = prepare(load(BundledData(name="iris")), SplitSpec(), 0)
        >>> len(data.train), len(data.validation), len(data.test)
        (96, 24, 30)
    """
    source = _read(spec, arrays, on_progress)
    if isinstance(spec, PreparedSpec) and isinstance(source, TableSource | PicturesSource):
        source = replace(source, preparation=spec.preparation)
    if spec.shuffled_labels or spec.flipped_labels:
        return NoisySource(source, spec.shuffled_labels, spec.flipped_labels)
    return source


def _read(spec: DataSpec, arrays: Arrays | None, on_progress: Callable[[str, int, int], None] | None) -> ExampleSource:
    match spec:
        case BundledData():
            return load_bundled(spec)
        case IdxData():
            return load_idx(spec, on_progress=on_progress)
        case PlaygroundData():
            return PlaygroundSource(spec)
        case PointsData():
            return PointsSource(spec)
        case SyntheticData():
            return SyntheticSource(spec)
        case TableData():
            return load_table(spec)
        case PicturesData():
            return load_pictures(spec, on_progress=on_progress)
        case ArraysData():
            if arrays is None:
                raise DataError(
                    f"'{spec.name}' was passed in Python and is not saved with the run: pass the arrays again"
                )
            return load_array_pictures(spec, arrays) if arrays.is_pictures else load_arrays(spec, arrays)


def prepare(source: ExampleSource, split: SplitSpec, seed: int) -> Dataset:
    """Divide examples into parts, and learn the preparation from the training set.

    The parts are drawn by seed, each class in its share; their sizes and the shape of an example are the same for
    every seed, so that networks of many seeds can be trained together.

    Args:
        source: Examples that `load` has read.
        split: Shares of the parts.
        seed: Seed that draws the parts, and the points of a playground set.

    Returns:
        The examples, ready for training.

    Raises:
        DataError: If there are too few examples for these shares.
    """
    return source.prepare(split, seed)


def preparation_from_json(values: Any) -> Preparation:
    """Build a preparation from the plain values that its `to_json` returned.

    Args:
        values: Plain values, as read from a run.

    Returns:
        The preparation.

    Raises:
        RunError: If the values are not a preparation.
    """
    try:
        return TypeAdapter(AnyPreparation).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(piece) for piece in first["loc"]) or "the whole"
        raise RunError(f"the preparation is damaged: {where}: {first['msg']}") from error
