"""From a specification to examples: one door for every kind of data."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol, runtime_checkable

from pydantic import Field, TypeAdapter, ValidationError

from descentlab.core import DataError, RunError
from descentlab.data._array_pictures import load_array_pictures
from descentlab.data._arrays import Arrays
from descentlab.data._bundled import load_bundled
from descentlab.data._dataset import Dataset, Preparation
from descentlab.data._idx import load_idx
from descentlab.data._picture_folder import load_pictures
from descentlab.data._picture_preparation import PicturePreparation
from descentlab.data._playground import PlaygroundSource, PointsPreparation, PointsSource
from descentlab.data._synthetic import NumbersPreparation, SyntheticSource
from descentlab.data._table_preparation import TablePreparation
from descentlab.data._table_source import load_arrays, load_table
from descentlab.spec import (
    ArraysData,
    BundledData,
    DataSpec,
    IdxData,
    PicturesData,
    PlaygroundData,
    PointsData,
    SplitSpec,
    SyntheticData,
    TableData,
)

AnyPreparation = Annotated[
    TablePreparation | PicturePreparation | PointsPreparation | NumbersPreparation, Field(discriminator="kind")
]


@runtime_checkable
class Source(Protocol):
    """Examples that have been read and checked, as far as that does not depend on how they are divided."""

    @property
    def name(self) -> str:
        """What a person calls the data."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed while reading, a sentence each."""
        ...

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the examples and learn their preparation from the training part."""
        ...


def load(
    spec: DataSpec, *, arrays: Arrays | None = None, on_progress: Callable[[str, int, int], None] | None = None
) -> Source:
    """Read the data that a specification names.

    Args:
        spec: Where they come from.
        arrays: The examples themselves, where the specification says that they are handed over.
        on_progress: Called while downloading or reading pictures with what is done, how much is done, and of how much.

    Returns:
        The examples; `prepare` divides them, as often as there are seeds.

    Raises:
        DataError: If there is nothing that can be learned from.
        MissingDataError: If a file is not there.
        StorageError: If a download cannot be written.

    Example:
        >>> from descentlab.spec import BundledData, SplitSpec
        >>> data = prepare(load(BundledData(name="iris")), SplitSpec(), 0)
        >>> len(data.train), len(data.validation), len(data.test)
        (96, 24, 30)
    """
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
                raise DataError(f"'{spec.name}' was handed over in Python and is not kept: hand over the arrays again")
            return load_array_pictures(spec, arrays) if arrays.is_pictures else load_arrays(spec, arrays)


def prepare(source: Source, split: SplitSpec, seed: int) -> Dataset:
    """Divide examples into parts, and learn from the training part how all of them are prepared.

    The parts are drawn by seed, each class in its share; their sizes and the shape of an example are the same for
    every seed, so that networks of many seeds can be trained side by side.

    Args:
        source: As `load` returned it.
        split: The shares of the parts.
        seed: Draws them; a playground's points are drawn by it too.

    Returns:
        The examples, ready to train on.

    Raises:
        DataError: If the examples are too few to be divided so.
    """
    return source.prepare(split, seed)


def preparation_from_json(values: Any) -> Preparation:
    """Build a preparation from the plain values that its `to_json` gave.

    Args:
        values: The values, as they were read from a run.

    Returns:
        The preparation.

    Raises:
        RunError: If they are no preparation.
    """
    try:
        return TypeAdapter(AnyPreparation).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(piece) for piece in first["loc"]) or "the whole"
        raise RunError(f"the preparation is damaged: {where}: {first['msg']}") from error
