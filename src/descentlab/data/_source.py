"""What every kind of examples offers once it has been read."""

from typing import Protocol, runtime_checkable

from descentlab.data._dataset import Dataset
from descentlab.spec import SplitSpec


@runtime_checkable
class ExampleSource(Protocol):
    """Examples that have been read and checked, before they are divided into parts."""

    @property
    def name(self) -> str:
        """Name of the data."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on reading the data, one sentence each."""
        ...

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the examples and learn their preparation from the training set."""
        ...
