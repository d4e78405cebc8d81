"""`errors`: where a trained network errs and what its errors say of the data, in words, JSON and as a page."""

from descentlab.verbs.mistakes._errors import errors as errors
from descentlab.verbs.mistakes._result import Errors as Errors
