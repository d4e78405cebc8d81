import asyncio
import json
import struct
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from descentlab.core import DescentlabError
from descentlab.live import GRID, Race, Session
from descentlab.spec import override, preset
from descentlab.studio.playing._player import Player, _call_on


def header_of(frame: bytes) -> dict[str, Any]:
    length = struct.unpack("<I", frame[:4])[0]
    return json.loads(frame[4 : 4 + length])


def play(work: Callable[[Player, list[bytes]], Awaitable[None]], race: Race | None = None, **settings: str) -> None:
    """Run some work beside a player whose frames are kept."""

    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            experiment = override(preset("circle"), [f"{name}={value}" for name, value in settings.items()])
            player = Player("key", experiment, race, pool=pool, compiler=pool, share=lambda: 1.0)
            frames: list[bytes] = []
            player.connect(frames.append)
            try:
                await work(player, frames)
            finally:
                player.close()
                await asyncio.sleep(0.05)

    asyncio.run(run())


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def epoch_drawn(player: Player, frames: list[bytes]) -> int:
    """Say that the last frame is drawn, and return its epoch."""
    player.taken()
    return header_of(frames[-1])["epoch"]


def test_a_frame_holds_weights_and_maps() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        await until(lambda: len(frames) == 1)
        header, frame = header_of(frames[0]), frames[0]
        length = struct.unpack("<I", frame[:4])[0]
        assert (4 + length) % 4 == 0
        assert [layer["units"] for layer in header["network"]["layers"]] == [4, 2, 1]
        count = 2 * 4 + 4 + 4 * 2 + 2 + 2 + 1
        assert len(frame) == 4 + length + 4 * count + GRID * GRID * (7 + 1)
        weights = np.frombuffer(frame, "<f4", count, 4 + length)
        params = await player.ask(lambda session: session.params_of(0))
        np.testing.assert_array_equal(weights[:8].reshape(2, 4), params["hidden1"]["weight"])
        np.testing.assert_array_equal(weights[-1:], params["output"]["bias"])
        assert len(header["data"]["points"]["train"]) == 250

    play(work)


def test_no_frame_is_made_before_the_last_is_taken() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        player.speed = "fastest"
        player.play()
        await until(lambda: len(frames) == 1)
        await asyncio.sleep(0.3)
        assert len(frames) == 1
        player.taken()
        await until(lambda: len(frames) == 2)

    play(work)


def test_a_hidden_page_trains_on_without_frames() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        await until(lambda: len(frames) == 1)
        player.taken()
        player.hide(is_hidden=True)
        player.play()
        await until(lambda: player.session is not None and player.session.epoch > 3)
        assert len(frames) == 1
        player.hide(is_hidden=False)
        await until(lambda: len(frames) == 2)

    play(work)


def test_what_the_page_has_is_not_sent_again() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        await until(lambda: len(frames) == 1)
        player.taken()
        player.do(lambda session: session.advance(epochs=1))
        await until(lambda: len(frames) == 2)
        assert "network" in header_of(frames[0])
        assert "network" not in header_of(frames[1])
        assert "data" not in header_of(frames[1])
        player.connect(frames.append)
        await until(lambda: len(frames) == 3)
        assert "network" in header_of(frames[2])

    play(work)


def test_training_stops_where_it_was_told_to() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        player.stop_at_epoch = 7
        player.speed = "fastest"
        player.taken()
        player.play()
        await until(lambda: not player.is_running)
        assert player.session is not None
        assert player.session.epoch == 7
        player.stop_at_epoch, player.stop_at_loss = None, 0.1

        def take(frame: bytes) -> None:
            player.taken()

        player.connect(take)
        player.play()
        await until(lambda: not player.is_running)
        assert player.session.racers[0].scores().values["train_loss"] < 0.1

    play(work)


def test_a_problem_is_told_and_the_session_goes_on() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        await until(lambda: len(frames) == 1)
        player.taken()

        def change(session: Session) -> None:
            session.become(override(session.experiment, ["batch_size=500"]))

        player.do(change)
        await until(lambda: len(frames) == 2)
        assert "batch_size=500 exceeds" in header_of(frames[1])["problem"]
        await player.ask(lambda session: session.epoch)
        assert "batch_size=500 exceeds" in player.problem
        player.do(lambda session: session.advance(epochs=1))
        await until(lambda: player.problem == "")
        with pytest.raises(DescentlabError, match="no such"):
            await player.ask(_fail)

    play(work)


def test_other_data_are_told_of() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        told: list[tuple[str, ...]] = []
        player.on_change = lambda: told.append(player.session.axes if player.session is not None else ("none",))
        await until(lambda: len(told) == 1)
        player.do(lambda session: session.become(preset("iris")))
        await until(lambda: len(told) == 2)
        assert told[0] == ()
        assert len(told[1]) == 4
        player.do(lambda session: session.look_across((told[1][0], told[1][1])))
        await until(lambda: len(told) == 3)

    play(work)


def _fail(_: Session) -> None:
    raise DescentlabError("no such thing")


def test_a_session_that_cannot_begin_says_why() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        await until(lambda: bool(player.problem))
        assert "batch_size=400 exceeds" in player.problem

    play(work, batch_size="400")


def test_leaving_ends_the_training() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        player.play()
        await until(lambda: len(frames) == 1)
        send = player._send
        assert send is not None
        player.disconnect(send)
        assert not player.is_running

    play(work)


def test_a_new_network_is_shown_before_it_trains() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        player.play()
        await until(lambda: bool(frames) and epoch_drawn(player, frames) > 2)
        before = len(frames)
        wider = override(preset("circle"), ["model.hidden1.units=5"])
        player.do(lambda session: session.become(wider))
        await until(lambda: epoch_drawn(player, frames) == 0)
        await until(lambda: epoch_drawn(player, frames) > 0)
        anew = [header["epoch"] for header in map(header_of, frames[before:]) if "network" in header]
        assert anew == [0]

    play(work)


def test_a_page_hears_when_what_trains_its_network_is_compiled() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        unseen = override(preset("circle"), ["model.hidden1.units=29"])
        player.do(lambda session: session.become(unseen))
        await until(lambda: len(frames) == 1)
        assert not header_of(frames[0])["prepared"]
        await until(lambda: epoch_drawn(player, frames) == 0 and header_of(frames[-1])["prepared"])
        player.do(lambda session: session.reset())
        await until(lambda: epoch_drawn(player, frames) == 0 and "network" in header_of(frames[-1]))
        assert header_of(frames[-1])["prepared"]  # the same network again

    play(work)


def test_what_trains_a_network_is_compiled_before_play_unless_it_changes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared: list[int] = []
    monkeypatch.setattr(Session, "prepare", lambda session: prepared.append(session.generation))

    async def work(player: Player, frames: list[bytes]) -> None:
        for _ in range(3):
            player.do(lambda session: session.reset())
            player.taken()
            await asyncio.sleep(0.05)
        await until(lambda: bool(prepared))
        await asyncio.sleep(0.5)
        assert player.session is not None
        assert prepared == [player.session.generation]

    play(work)


def test_slices_take_turns() -> None:
    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            players = [
                Player(str(place), preset(name), None, pool=pool, compiler=pool, share=lambda: 0.1)
                for place, name in enumerate(("circle", "spiral", "circle"))
            ]
            for player in players:
                player.connect(lambda _: None)
                player.speed = "fastest"
                player.hide(is_hidden=True)
                player.play()
            await until(lambda: all(player.session is not None and player.session.epoch > 5 for player in players), 60)
            starts = [player.session.epoch for player in players if player.session]
            await asyncio.sleep(1.0)
            gained = [
                player.session.epoch - start for player, start in zip(players, starts, strict=True) if player.session
            ]
            assert min(gained) > 0
            assert gained[0] > 0.3 * gained[2]
            assert gained[2] > 0.3 * gained[0]
            for player in players:
                player.close()
            await asyncio.sleep(0.1)

    asyncio.run(run())
    assert threading.active_count() < 50


def test_a_race_has_a_map_each() -> None:
    async def work(player: Player, frames: list[bytes]) -> None:
        await until(lambda: len(frames) == 1)
        header = header_of(frames[0])
        assert header["answers"] == 3
        assert header["network"]["labels"] == ["0.01", "0.1", "1"]
        assert len(header["verdicts"]) == 3

    play(work, Race("learning_rate", (0.01, 0.1, 1.0)))


def test_work_that_ends_after_the_studio_is_quiet() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    _call_on(loop, lambda: pytest.fail("nobody is there to call"))
