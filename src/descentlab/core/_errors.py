"""Every error that descentlab raises on purpose. A message says what is wrong, what was expected and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

from descentlab.core._speech import in_python, shorten


class DescentlabError(Exception):
    """Root of descentlab's errors: a user's mistake, described in one line that names the remedy.

    The message names the remedy as the command line has it, by its options; as text, it names arguments of Python.
    """

    @property
    def message(self) -> str:
        """The message with the options of the command line."""
        return shorten(str(self.args[0]) if self.args else "")

    def __str__(self) -> str:
        return in_python(self.message)


def message_of(error: BaseException) -> str:
    """Return what an error says to somebody who does not write Python, such as the studio's user."""
    return error.message if isinstance(error, DescentlabError) else str(error)


class SpecError(DescentlabError, ValueError):
    """An experiment that cannot be run as it is written."""


class DataError(DescentlabError, ValueError):
    """Data that cannot be read, or cannot be learned from."""


class MissingDataError(DataError, FileNotFoundError):
    """A data file that does not exist at the given place."""


class RunError(DescentlabError, ValueError):
    """A folder that is not a run, or a run that is damaged or does not fit the request."""


class StorageError(DescentlabError, OSError):
    """A disk that is full, or a folder that cannot be written."""


class ShapeError(DescentlabError, ValueError):
    """Arrays or layers whose sizes do not fit together."""


def unknown_name(what: str, name: str, choices: Iterable[str]) -> str:
    """Write the message for an unknown name: the name, a guess at what was meant, and the choices.

    Args:
        what: Kind of the thing that is named, such as "preset".
        name: Name that the user gave.
        choices: Names that exist.

    Returns:
        One line, such as `unknown preset 'irs': did you mean 'iris'? Choices: digits, iris.`

    Example:
        >>> unknown_name("preset", "irs", ["iris", "digits"])
        "unknown preset 'irs': did you mean 'iris'? Choices: digits, iris."
    """
    known = sorted(choices)
    close = get_close_matches(name[:200], known, n=1, cutoff=0.5)
    guess = f": did you mean '{close[0]}'?" if close else "."
    return f"unknown {what} '{name}'{guess} Choices: {', '.join(known)}."
