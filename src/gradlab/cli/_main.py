"""The command `gradlab`: it reads what a person typed, calls a verb, and words what comes of it."""

import contextlib
import gc
import io
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from gradlab.cli import _clock  # noqa: F401 - first of all, so that the time of the other imports counts

INTERRUPTED = 130
USER_MISTAKE = 2
RETRY_S = 0.01
IMPORTING = "<frozen importlib._bootstrap>"


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
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise a `KeyboardInterrupt` where Python neither swallows it nor breaks by it.

    Within an import nothing has been written yet, and native libraries crash when they are loaded by half: the process
    ends at once. Within a callback of the garbage collector an error would be swallowed: it is raised a moment later.
    """
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    is_collecting = False
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        is_collecting = is_collecting or frame.f_code in callbacks
        frame = frame.f_back
    if not is_collecting:
        raise KeyboardInterrupt
    threading.Timer(RETRY_S, signal.raise_signal, (number,)).start()
