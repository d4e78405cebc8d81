"""The laboratories, a folder each, named as typed. Each declares its options and its result once."""

from descentlab.labs._options import (
    read_batch as read_batch,
    read_numbers as read_numbers,
    read_units as read_units,
)
from descentlab.labs._registry import LABORATORIES as LABORATORIES, load_laboratory as load_laboratory
