"""The command `descentlab`: it reads what a person typed, calls a verb, and words what comes of it."""

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
    """Run the command line and end the process: 0 done, 2 a user's mistake (one line), 130 interrupted."""
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
        # Typer turns a Ctrl-C into an exit without a word.
        if isinstance(getattr(end.__context__, "__cause__", None), KeyboardInterrupt):
            _end_interrupted()
        raise
    except BrokenPipeError:
        # The reader of our output (as `head`) has gone; there is nobody left to tell.
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
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise a `KeyboardInterrupt` until it is heard.

    Python swallows one within a callback of its garbage collector, of a weak reference and the like: the signal is sent
    again unless `main` has seen it. Within an import nothing has been written yet, and native libraries crash when
    they are loaded by half: the process ends at once.
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
