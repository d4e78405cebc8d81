"""Work of which only the newest counts: one piece runs, one may wait, and a newer one replaces it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from descentlab.core import DescentlabError, message_of


class Latest:
    """Does pieces of work in a pool, one at a time, and skips a waiting piece when a newer one comes."""

    def __init__(self, pool: Executor, on_problem: Callable[[str], None]) -> None:
        """Prepare for work.

        Args:
            pool: Threads that do the work.
            on_problem: Called on the event loop with the problem of a piece in one line; empty if it had none.
        """
        self._pool = pool
        self._on_problem = on_problem
        self._waiting: tuple[Callable[[], Any], Callable[[Any], None]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def ask(self, work: Callable[[], Any], tell: Callable[[Any], None]) -> None:
        """Submit work. It is called in a thread, and `tell` is called with its result on the event loop."""
        if self._is_closed:
            return
        self._waiting = (work, tell)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def drop(self) -> None:
        """Forget the waiting piece."""
        self._waiting = None

    def close(self) -> None:
        """Take no more work, and ignore the result of the running piece."""
        self._is_closed = True
        self.drop()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting is not None:
            (work, tell), self._waiting = self._waiting, None
            try:
                result = await loop.run_in_executor(self._pool, work)
            except DescentlabError as error:
                if not self._is_closed:
                    self._on_problem(message_of(error))
                continue
            except RuntimeError:  # the pool is shut down: the studio ends
                return
            if not self._is_closed:
                self._on_problem("")
                tell(result)
