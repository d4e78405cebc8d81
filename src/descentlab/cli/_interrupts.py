"""Ctrl-C and termination: the first stops a command, a second one ends the process at once."""

import _thread
import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED = 130
KINDS = (signal.SIGINT, signal.SIGTERM)
AGAIN_S = 0.1
"""Signals closer together are one: the command `timeout` sends each of them twice."""
SLOW_S = 2.0
"""Seconds after which a stop that is not finished is announced."""
RETRY_S = 0.02
STOPPING = "\ndescentlab: stopping; press Ctrl-C again to end at once\n"
_IMPORTING = "<frozen importlib._bootstrap>"
_SHOW_CURSOR = "\x1b[?25h"


class Interrupts:
    """The signals that a command has received.

    Python runs a handler only when the main thread is between two instructions, which takes as long as a call into
    XLA. The second signal therefore ends the process from a thread that reads Python's wake-up descriptor.
    """

    def __init__(self) -> None:
        self._first_at = float("inf")
        self._num_sent_again = 0
        self._is_announced = False
        self._announcer: threading.Timer | None = None

    def announce(self) -> None:
        """Print that the command is stopping, unless that is printed already."""
        if not self._is_announced:
            self._is_announced = True
            _print_now(STOPPING)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Raise a `KeyboardInterrupt`, during an import only after it: native libraries crash if half loaded."""
        while frame is not None:
            if frame.f_code.co_filename == _IMPORTING:
                self.send_again(number)
                return
            frame = frame.f_back
        raise KeyboardInterrupt

    def send_again(self, number: int = signal.SIGINT) -> None:
        """Deliver a signal once more, a little later."""
        timer = threading.Timer(RETRY_S, self._send, (number,))
        timer.daemon = True
        timer.start()

    def _send(self, number: int) -> None:
        self._num_sent_again += 1
        main_thread = threading.main_thread().ident
        if hasattr(signal, "pthread_kill") and main_thread is not None:
            signal.pthread_kill(main_thread, number)  # which also wakes it
        else:
            _thread.interrupt_main(signal.Signals(number))

    def watch(self, read: Callable[[], bytes]) -> None:
        """Count the signals until `read` returns nothing, and end the process at the second one."""
        while received := read():
            for number in received:
                if number in KINDS:
                    self._count()

    def _count(self) -> None:
        if self._num_sent_again:
            self._num_sent_again -= 1
            return
        now = time.monotonic()
        if now - self._first_at >= AGAIN_S:
            _print_now("\ndescentlab: ended at once\n")
            os._exit(INTERRUPTED)
        if now < self._first_at:
            self._first_at = now
            self._announcer = threading.Timer(SLOW_S, self.announce)
            self._announcer.daemon = True
            self._announcer.start()

    def unraisable(self, before: Callable[[Any], object]) -> Callable[[Any], None]:
        """Return a hook for exceptions that Python cannot raise, such as those in a callback of its garbage collector.

        Args:
            before: The hook for all exceptions but a `KeyboardInterrupt`, which is raised again outside the callback.
        """

        def hook(unraised: Any) -> None:
            if unraised.exc_type is KeyboardInterrupt:
                self.send_again()
            else:
                before(unraised)

        return hook


@contextlib.contextmanager
def heard_interrupts() -> Iterator[Interrupts]:
    """Hear Ctrl-C and termination within the block, as long as the process lets them through."""
    interrupts = Interrupts()
    usual = (signal.default_int_handler, signal.SIG_DFL)
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = {kind: handler for kind in KINDS if (handler := signal.getsignal(kind)) in usual}
    hook = sys.unraisablehook
    with _watched(interrupts):
        for kind in before:
            signal.signal(kind, interrupts.handle)
        sys.unraisablehook = interrupts.unraisable(hook)
        try:
            yield interrupts
        finally:
            sys.unraisablehook = hook
            for kind, handler in before.items():
                if (
                    getattr(signal.getsignal(kind), "__self__", None) is interrupts
                ):  # and not what ends it without words
                    signal.signal(kind, handler)


@contextlib.contextmanager
def _watched(interrupts: Interrupts) -> Iterator[None]:
    """Let Python write the number of each signal to a descriptor, and a thread read from it."""
    import socket

    reader, writer = socket.socketpair()  # Windows takes nothing but a socket
    writer.setblocking(False)
    thread = threading.Thread(target=interrupts.watch, args=(lambda: reader.recv(64),), daemon=True)
    thread.start()
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before, warn_on_full_buffer=False)
        writer.close()  # which ends the thread
        thread.join()
        reader.close()


def interrupts_heard() -> Interrupts | None:
    """Return what hears the signals of this process, or None outside of `heard_interrupts`."""
    heard_by = [getattr(signal.getsignal(kind), "__self__", None) for kind in KINDS]
    return next((each for each in heard_by if isinstance(each, Interrupts)), None)


def end_without_words(code: int) -> None:
    """Let a signal that comes while Python shuts down end the process with the code that it would have had."""
    if threading.current_thread() is threading.main_thread():
        _handle_by(lambda *_: os._exit(code))
        # Later on Python removes all handlers, so that a signal would kill a process that has done its work.
        atexit.register(_handle_by, signal.SIG_IGN)


def _handle_by(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for kind in KINDS:
        if signal.getsignal(kind) != signal.SIG_IGN:
            signal.signal(kind, handler)


def leave(message: str) -> NoReturn:
    """Print a message and end an interrupted process, without the clean-up of libraries whose threads still run."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    _print_now(f"descentlab: {message}\n")
    os._exit(INTERRUPTED)


def _print_now(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(2, ((_SHOW_CURSOR if os.isatty(2) else "") + text).encode(errors="backslashreplace"))
