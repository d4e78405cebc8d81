"""The entry point of the command `descentlab`: it runs a command and turns errors into one line."""

import io
import sys
from typing import TYPE_CHECKING, NoReturn

from descentlab.cli import _clock  # noqa: F401 - first of all, so that the time of the other imports counts
from descentlab.cli._interrupts import end_without_words, heard_interrupts, leave

if TYPE_CHECKING:
    from descentlab.core import DescentlabError

USER_MISTAKE = 2


def main() -> None:
    """Run the command line and end the process with its status: 0 success, 2 a user's mistake, 130 interrupted."""
    with heard_interrupts():
        try:
            _run()
        except KeyboardInterrupt:
            leave("interrupted")
        except SystemExit as end:
            # Typer turns a Ctrl-C into an exit without a message.
            if isinstance(getattr(end.__context__, "__cause__", None), KeyboardInterrupt):
                leave("interrupted")
            end_without_words(end.code if isinstance(end.code, int) else 0)
            raise


def _run() -> None:
    from descentlab.cli._app import app
    from descentlab.core import DescentlabError, StorageError

    _spell_out_what_cannot_be_printed()
    try:
        app(prog_name="descentlab")
    except DescentlabError as error:
        _fail(error)
    except BrokenPipeError:
        # The program that reads our output, such as `head`, has ended.
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        _fail(StorageError(f"{error.filename or 'output'}: {error.strerror or error}"))


def _fail(error: "DescentlabError") -> NoReturn:
    if "--debug" in sys.argv[1:]:
        raise error
    print(f"descentlab: error: {' '.join(error.message.split())}", file=sys.stderr)
    raise SystemExit(USER_MISTAKE)


def _spell_out_what_cannot_be_printed() -> None:
    """Print a character that the terminal's encoding lacks as its number, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
