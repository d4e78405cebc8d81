"""Floor 1: errors, random draws and plain tables. It knows nothing of data, networks or training."""

from gradlab.core._draws import generator as generator
from gradlab.core._errors import (
    DataError as DataError,
    GradlabError as GradlabError,
    MissingDataError as MissingDataError,
    RunError as RunError,
    ShapeError as ShapeError,
    SpecError as SpecError,
    StorageError as StorageError,
    unknown_name as unknown_name,
)
from gradlab.core._table import Table as Table
