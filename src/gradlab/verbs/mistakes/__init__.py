"""`errors`: where a trained network errs and what its errors say of the data, in words, JSON and as a page."""

from gradlab.verbs.mistakes._errors import errors as errors
from gradlab.verbs.mistakes._result import Errors as Errors
