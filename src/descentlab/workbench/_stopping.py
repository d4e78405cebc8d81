"""Stopping: Ctrl-C and termination end a training at its next slice, and nothing is lost."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from descentlab.workbench._watcher import SILENT, Watcher


@contextlib.contextmanager
def stop_on_signals(watcher: Watcher) -> Iterator[threading.Event]:
    """Turn the first Ctrl-C (or SIGTERM) within the block into an event; a second one has its usual effect.

    A stop that comes too late for the block to notice is not lost: it interrupts at the end of the block. Outside the
    main thread, where Python allows no handlers, only the watcher's event can stop the training.

    Args:
        watcher: Its `on_stop` is called at the first signal. Its event is used, if it has one.

    Yields:
        The event.

    Raises:
        KeyboardInterrupt: At the end of the block, if the event is set and the block did not raise anything.
    """
    stop = watcher.stop or threading.Event()
    with _handled(watcher, stop) if _is_main_thread() else contextlib.nullcontext():
        yield stop
    if stop.is_set():
        raise KeyboardInterrupt


@contextlib.contextmanager
def _handled(watcher: Watcher, stop: threading.Event) -> Iterator[None]:
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.getsignal(kind) for kind in kinds}
    is_signalled = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal is_signalled
        if is_signalled:
            usual = before[signal.Signals(number)]
            if callable(usual):
                usual(number, frame)
            raise KeyboardInterrupt
        is_signalled = True
        stop.set()
        watcher.on_stop()

    try:
        for kind in kinds:
            signal.signal(kind, handle)
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, signal.SIG_DFL if handler is None else handler)  # None: one that C code has set


@contextlib.contextmanager
def unstopped() -> Iterator[None]:
    """Let nothing stop the last writes of a training, after which there is nothing left to stop."""
    with _handled(SILENT, threading.Event()) if _is_main_thread() else contextlib.nullcontext():
        yield


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
