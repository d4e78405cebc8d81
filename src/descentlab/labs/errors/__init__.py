"""`errors`: where a trained network errs and what its errors say of the data, in words, JSON and as a page."""

from descentlab.labs.errors._errors import errors as errors
from descentlab.labs.errors._result import Errors as Errors
