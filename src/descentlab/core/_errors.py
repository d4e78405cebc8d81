"""Every error that descentlab raises on purpose. A message says what is wrong, what was expected and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class DescentlabError(Exception):
    """Root of descentlab's errors: a user's mistake, told in one line that names the remedy."""


class SpecError(DescentlabError, ValueError):
    """An experiment that cannot be run as written."""


class DataError(DescentlabError, ValueError):
    """Data that cannot be read, or cannot be learned from."""


class MissingDataError(DataError, FileNotFoundError):
    """A data file that is not where it was looked for."""


class RunError(DescentlabError, ValueError):
    """A folder that is not a run, or a run that is damaged or does not fit what is asked of it."""


class StorageError(DescentlabError, OSError):
    """A disk that is full, or a folder that cannot be written."""


class ShapeError(DescentlabError, ValueError):
    """Arrays or layers whose sizes do not fit together."""


def unknown_name(what: str, name: str, choices: Iterable[str]) -> str:
    """Word the message for an unknown name: what was given, a guess, and the choices.

    Args:
        what: The kind of thing, as in "preset".
        name: The name that was given.
        choices: The names that exist.

    Returns:
        One line, as `unknown preset 'irs': did you mean 'iris'? Choices: digits, iris.`

    Example:
        >>> unknown_name("preset", "irs", ["iris", "digits"])
        "unknown preset 'irs': did you mean 'iris'? Choices: digits, iris."
    """
    known = sorted(choices)
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    guess = f": did you mean '{close[0]}'?" if close else "."
    return f"unknown {what} '{name}'{guess} Choices: {', '.join(known)}."
