"""Laboratory `errors`: where a trained network is wrong, and what its errors say about the data."""

from descentlab.labs.errors._errors import errors as errors
