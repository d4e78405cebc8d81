"""Work of which only the newest counts: one piece is in hand, one may wait, and a newer one takes its place."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from descentlab.core import DescentlabError


class Latest:
    """Does pieces of work in a pool, one at a time, and skips those that a newer one has overtaken."""

    def __init__(self, pool: Executor, on_problem: Callable[[str], None]) -> None:
        """Wait for work.

        Args:
            pool: Where it is done.
            on_problem: Called on the event loop with what went wrong, in a line; empty when a piece went well.
        """
        self._pool = pool
        self._on_problem = on_problem
        self._waiting: tuple[Callable[[], Any], Callable[[Any], None]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def ask(self, work: Callable[[], Any], tell: Callable[[Any], None]) -> None:
        """Hand in work. It is called in a thread, and `tell` with its result on the event loop."""
        if self._is_closed:
            return
        self._waiting = (work, tell)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def drop(self) -> None:
        """Forget what waits."""
        self._waiting = None

    def close(self) -> None:
        """Forget what waits, for good; the result of what is in hand is told to nobody."""
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
                    self._on_problem(str(error))
                continue
            except RuntimeError:  # the pool is shut down: the studio ends
                return
            if not self._is_closed:
                self._on_problem("")
                tell(result)
