"""Floor 1: errors, random draws and plain tables. It knows nothing of data, networks or training."""

from descentlab.core._draws import generator as generator
from descentlab.core._errors import (
    DataError as DataError,
    DescentlabError as DescentlabError,
    MissingDataError as MissingDataError,
    RunError as RunError,
    ShapeError as ShapeError,
    SpecError as SpecError,
    StorageError as StorageError,
    unknown_name as unknown_name,
)
from descentlab.core._table import Table as Table
from descentlab.core._version import __version__ as __version__
