"""The entry point of the command `descentlab`: it runs a command and turns errors into one line."""

import contextlib
import io
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from descentlab.cli import _clock  # noqa: F401 - first of all, so that the time of the other imports counts

INTERRUPTED = 130
USER_MISTAKE = 2
RETRY_S = 0.25
IMPORTING = "<frozen importlib._bootstrap>"

_is_heard = threading.Event()


def main() -> None:
    """Run the command line and end the process with its status: 0 success, 2 a user's mistake, 130 interrupted."""
    with _silent_interrupts():
        from descentlab.cli._app import app
        from descentlab.core import DescentlabError, StorageError

    _spell_out_what_cannot_be_printed()
    try:
        app(prog_name="descentlab")
    except DescentlabError as error:
        _fail(error)
    except KeyboardInterrupt:
        _end_interrupted()
    except SystemExit as end:
        # Typer turns a Ctrl-C into an exit without a message.
        if isinstance(getattr(end.__context__, "__cause__", None), KeyboardInterrupt):
            _end_interrupted()
        raise
    except BrokenPipeError:
        # The program that reads our output, such as `head`, has ended.
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        _fail(StorageError(f"{error.filename or 'output'}: {error.strerror or error}"))


def _end_interrupted() -> NoReturn:
    _is_heard.set()
    print("descentlab: interrupted", file=sys.stderr)
    raise SystemExit(INTERRUPTED) from None


def _fail(error: Exception) -> NoReturn:
    if "--debug" in sys.argv[1:]:
        raise error
    print(f"descentlab: error: {' '.join(str(error).split())}", file=sys.stderr)
    raise SystemExit(USER_MISTAKE)


def _spell_out_what_cannot_be_printed() -> None:
    """Print a character that the terminal's encoding lacks as its number, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def _silent_interrupts() -> Iterator[None]:
    """Let Ctrl-C end the process at once within the block, without the traceback of an unfinished import."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise a `KeyboardInterrupt`, again and again until `main` has caught one.

    Python ignores an interrupt inside a callback, for example of its garbage collector or of a weak reference, so that
    the signal is sent again. During an import the process ends at once: nothing has been written yet, and native
    libraries crash when they are only half loaded.
    """
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        frame = frame.f_back
    threading.Thread(target=_insist, args=(number,), daemon=True).start()
    raise KeyboardInterrupt


def _insist(number: int) -> None:
    if _is_heard.wait(RETRY_S):
        return
    main_thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main_thread is not None:
        signal.pthread_kill(main_thread, number)  # which also wakes it
    else:
        signal.raise_signal(number)
