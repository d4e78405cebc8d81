"""Stopping: Ctrl-C and termination end a training at its next slice, and nothing is lost."""

import contextlib
import signal
import threading
from collections.abc import Iterator

from descentlab.workbench._watcher import Watcher


@contextlib.contextmanager
def stop_on_signals(watcher: Watcher) -> Iterator[threading.Event]:
    """Turn the first Ctrl-C (or SIGTERM) within the block into an event; a second one ends the process as usual.

    Outside the main thread, where Python allows no handlers, only the watcher's event can stop the training.

    Args:
        watcher: Its `on_stop` is called at the first signal. Its event is used, if it has one.

    Yields:
        The event.
    """
    stop = watcher.stop or threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    is_signalled = False

    def handle(*_: object) -> None:
        nonlocal is_signalled
        if is_signalled:
            raise KeyboardInterrupt
        is_signalled = True
        stop.set()
        watcher.on_stop()

    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, handle) for kind in kinds]
    try:
        yield stop
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
