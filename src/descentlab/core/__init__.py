"""Errors, random draws, plain values, tables, declared options. It knows nothing of data or training."""

from descentlab.core._draws import generator as generator
from descentlab.core._errors import (
    DataError as DataError,
    DescentlabError as DescentlabError,
    MissingDataError as MissingDataError,
    RunError as RunError,
    ShapeError as ShapeError,
    SpecError as SpecError,
    StorageError as StorageError,
    message_of as message_of,
    unknown_name as unknown_name,
)
from descentlab.core._estimates import Estimate as Estimate, Spread as Spread
from descentlab.core._layer_row import LayerRow as LayerRow
from descentlab.core._option import (
    Option as Option,
    Parameter as Parameter,
    laboratory as laboratory,
    options_schema as options_schema,
    parameters_of as parameters_of,
)
from descentlab.core._parts import PART_WORDS as PART_WORDS, PARTS as PARTS, PartName as PartName
from descentlab.core._plain import to_plain as to_plain
from descentlab.core._speech import (
    in_python as in_python,
    shorten as shorten,
    split_names as split_names,
    typed_name as typed_name,
)
from descentlab.core._table import TextTable as TextTable
from descentlab.core._version import __version__ as __version__
