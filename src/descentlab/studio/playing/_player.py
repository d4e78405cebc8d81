"""The training of one page: it runs outside the event loop, and makes a frame when the browser has drawn the last."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, TypeVar

from descentlab.core import DescentlabError, message_of
from descentlab.live import Race, Session
from descentlab.spec import Experiment
from descentlab.studio.playing._frame import FrameMaker

Speed = Literal["step", "epoch", "10 epochs", "100 epochs", "fastest"]
EPOCHS_A_FRAME: dict[Speed, int] = {"epoch": 1, "10 epochs": 10, "100 epochs": 100}
FRAME_S = 1 / 30
"""Shortest time between two frames, in seconds."""
SLICE_S = 0.016
"""Seconds of training in a slice at the fastest speed, if a core is free for it; less if many players share a core. A
browser takes about as long to draw a frame: with 0.025 it shows a quarter fewer frames, and trains no more."""
SHORTEST_SLICE_S = 0.004
SETTLED_S = 0.3
"""Seconds without a change after which a new network is compiled for training, before anybody presses play."""

LOG = logging.getLogger(__name__)

Command = Callable[[Session], None]
Answer = TypeVar("Answer")


class Player:
    """A session that trains by the commands of a page, and sends it frames.

    Attributes:
        key: Secret key by which the page asks for its frames.
        session: Session that is trained; only one slice of work uses it at a time.
        is_running: Whether it trains.
        speed: Amount of training between two frames.
        stop_at_epoch: Epoch at which training pauses, or None.
        stop_at_loss: Training loss of the network in focus below which training pauses, or None.
        is_hidden: Whether the page's tab is hidden, so that no frame is made.
    """

    def __init__(
        self,
        key: str,
        experiment: Experiment,
        race: Race | None,
        *,
        pool: ThreadPoolExecutor,
        compiler: ThreadPoolExecutor,
        share: Callable[[], float],
    ) -> None:
        """Create a player; nothing is computed before the page connects.

        Args:
            key: Secret key of the page.
            experiment: The experiment to train.
            race: Setting in which networks that train side by side differ, or None.
            pool: Threads for slices of work.
            compiler: Thread that compiles networks ahead of their training.
            share: Returns the share of a core that this player may use.
        """
        self.key = key
        self.session: Session | None = None
        self.is_running = False
        self.speed: Speed = "epoch"
        self.stop_at_epoch: int | None = None
        self.stop_at_loss: float | None = None
        self.is_hidden = False
        self.problem = ""
        self.on_change: Callable[[], None] = lambda: None
        self._first = (experiment, race)
        self._pool = pool
        self._compiler = compiler
        self._share = share
        self._commands: deque[Command] = deque()
        self._maker = FrameMaker()
        self._is_wanted = True
        self._is_taken = False
        self._wake = asyncio.Event()
        self._is_closed = False
        self._prepared = -1
        self._task: asyncio.Task[None] | None = None
        self._send: Callable[[bytes], None] | None = None

    def do(self, command: Command) -> None:
        """Submit a command, which runs before the next slice of training. If it fails, `problem` says why."""

        def carry_out(session: Session) -> None:
            try:
                command(session)
                self.problem = ""
            except DescentlabError as error:
                self.problem = message_of(error)

        self._hand_in(carry_out)

    def _hand_in(self, work: Command) -> None:
        self._commands.append(work)
        self.refresh()

    async def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """Compute something from the session between two slices of training, and wait for the result.

        Raises:
            DescentlabError: If the question raises it.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        def put(session: Session) -> None:
            try:
                result = question(session)
            except DescentlabError as error:
                _call_on(loop, _set, answer, None, error)
            else:
                _call_on(loop, _set, answer, result, None)

        self._hand_in(put)
        return await answer

    def play(self) -> None:
        """Start training."""
        self.is_running = True
        self.refresh()

    def pause(self) -> None:
        """Stop training."""
        self.is_running = False
        self.refresh()

    def refresh(self) -> None:
        """Ask for a new frame."""
        self._is_wanted = True
        self._wake.set()

    def connect(self, send: Callable[[bytes], None]) -> None:
        """Set where frames go; a page that reconnects gets complete frames again."""
        self._send, self._is_taken, self.is_hidden = send, True, False
        self._maker = FrameMaker()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._play())
        self.refresh()

    def disconnect(self, send: Callable[[bytes], None]) -> None:
        """Stop sending and training, since the page has disconnected."""
        if self._send is send:
            self._send = None
            self.is_running = False

    def taken(self) -> None:
        """Note that the browser has drawn the last frame."""
        self._is_taken = True
        self._wake.set()

    def hide(self, *, is_hidden: bool) -> None:
        """Note whether the page's tab is hidden."""
        self.is_hidden = is_hidden
        if not is_hidden:
            self.refresh()

    def close(self) -> None:
        """Stop training and end the player."""
        self._is_closed, self.is_running = True, False
        self._wake.set()

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._is_closed:
            begin = time.perf_counter()
            if not self._has_work():
                self._wake.clear()
                if not self._has_work():
                    await self._wake.wait()
                continue
            before = self._standing()
            frame = await loop.run_in_executor(self._pool, self._slice)
            if frame is not None and self._send is not None:
                self._is_taken = False
                self._send(frame)
                self._prepare_soon(loop)
            if before != self._standing():
                self.on_change()
            await asyncio.sleep(max(0.0, self._pace() - (time.perf_counter() - begin)))

    def _standing(self) -> tuple[str, bool, int | None]:
        """Return the state whose change between two slices is reported to the page."""
        return self.problem, self.is_running, self.session.data_generation if self.session is not None else None

    def _prepare_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        session = self.session
        if session is None or session.generation == self._prepared:
            return
        self._prepared = generation = session.generation

        def tell(_: object) -> None:
            _call_on(loop, self.refresh)

        def prepare() -> None:
            # While a person still changes the network, its older versions are not compiled.
            if session.generation == generation and not self._is_closed:
                self._compiler.submit(session.prepare).add_done_callback(tell)

        loop.call_later(SETTLED_S, prepare)

    def _pace(self) -> float:
        return 0.0 if self.speed == "fastest" or not self.is_running else FRAME_S

    def _has_work(self) -> bool:
        can_show = self._is_wanted and self._is_taken and not self.is_hidden and self._send is not None
        # With a fixed number of epochs a frame, the page's pace sets that of the training.
        can_train = self.is_running and (self.speed == "fastest" or self.is_hidden or self._is_taken)
        return bool(self._commands) or can_train or can_show

    def _slice(self) -> bytes | None:
        """Run the commands, train a little, and make a frame if the page waits for one. This runs in a thread."""
        try:
            session = self._ready_session()
            generation = session.generation
            self._obey(session)
            # New networks are shown before they train, since their training program has to be compiled first.
            if self.is_running and session.generation == generation:
                self._train(session)
                self._is_wanted = True
            if not (self._is_wanted and self._is_taken) or self.is_hidden:
                return None
            self._is_wanted = False
            return self._maker.make(session, is_running=self.is_running, problem=self.problem)
        except DescentlabError as error:
            self.problem, self.is_running, self._is_wanted = message_of(error), False, False
            return None
        except Exception as error:
            # A bug must not leave a page that never answers again.
            LOG.exception("a slice of work failed")
            self.problem, self.is_running, self._is_wanted = f"descentlab failed here: {error!r}", False, False
            return None

    def _ready_session(self) -> Session:
        if self.session is None:
            self.session = Session(*self._first)
        return self.session

    def _obey(self, session: Session) -> None:
        while self._commands:
            self._commands.popleft()(session)

    def _train(self, session: Session) -> None:
        if self.speed == "step":
            session.advance(steps=1)
        else:
            session.advance(epochs=self._epochs(session))
        if session.is_over or self._is_reached(session):
            self.is_running = False

    def _epochs(self, session: Session) -> int:
        budget = max(SHORTEST_SLICE_S, SLICE_S * self._share())
        affordable = max(1, int(budget / session.epoch_seconds)) if session.epoch_seconds else 1
        wanted = EPOCHS_A_FRAME.get(self.speed, affordable)
        left = self.stop_at_epoch - session.epoch if self.stop_at_epoch is not None else wanted
        return max(1, min(wanted, 4 * affordable, left if left > 0 else wanted))

    def _is_reached(self, session: Session) -> bool:
        if self.stop_at_epoch is not None and session.epoch == self.stop_at_epoch:
            return True
        loss = session.racers[session.focus].scores().values.get("train_loss")
        return self.stop_at_loss is not None and loss is not None and loss < self.stop_at_loss


def _call_on(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: object) -> None:
    """Call something on the event loop from a thread, unless the studio has ended and closed the loop meanwhile."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *arguments)


def _set(answer: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
