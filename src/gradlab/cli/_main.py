"""The command `gradlab`: it reads what a person typed, calls a verb, and words what comes of it."""

import contextlib
import io
import signal
import sys
from collections.abc import Iterator

from gradlab.cli import _clock  # noqa: F401 - first of all, so that the time of the other imports counts

INTERRUPTED = 130
USER_MISTAKE = 2


def main() -> None:
    """Run the command line and end the process: 0 done, 2 a user's mistake (one line), 130 interrupted."""
    with _silent_interrupts():
        from gradlab.cli._app import app
        from gradlab.core import GradlabError, StorageError

    _spell_out_what_cannot_be_printed()
    try:
        app(prog_name="gradlab")
    except GradlabError as error:
        _fail(error)
    except KeyboardInterrupt:
        print("gradlab: interrupted", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output (as `head`) has gone; there is nobody left to tell.
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        _fail(StorageError(f"{error.filename or 'output'}: {error.strerror or error}"))


def _fail(error: Exception) -> None:
    if "--debug" in sys.argv[1:]:
        raise error
    print(f"gradlab: error: {' '.join(str(error).split())}", file=sys.stderr)
    raise SystemExit(USER_MISTAKE)


def _spell_out_what_cannot_be_printed() -> None:
    """Print a character that the terminal's encoding lacks by its number, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def _silent_interrupts() -> Iterator[None]:
    """Let Ctrl-C end the process at once within the block, without the traceback of a half-done import."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before)
