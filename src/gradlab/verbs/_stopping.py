"""Being asked to stop: Ctrl-C and termination end a training at its next slice, with everything kept."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def stop_on_signals(on_first: Callable[[], None] | None = None) -> Iterator[threading.Event]:
    """Turn the first Ctrl-C (or SIGTERM) within the block into an event; a second one ends the process as usual.

    Outside the main thread, where Python allows no handlers, it gives an event that nothing sets.

    Args:
        on_first: Called at the first signal, to tell the person.

    Yields:
        The event.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def handle(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        if on_first is not None:
            on_first()

    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, handle) for kind in kinds]
    try:
        yield stop
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
