"""Who is in the studio, and how the cores are shared among them."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from descentlab.core import DescentlabError
from descentlab.spec import preset
from descentlab.studio.playing import _hall
from descentlab.studio.playing._hall import CORES, Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.close()


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def test_a_player_is_found_by_its_key_until_it_leaves(hall: Hall) -> None:
    one, other = hall.enter(preset("circle")), hall.enter(preset("circle"))
    assert one.key != other.key
    assert len(one.key) >= 20  # it cannot be guessed
    assert hall.find(one.key) is one
    hall.leave(one)
    assert hall.find(one.key) is None
    assert hall.find(other.key) is other


def test_a_full_studio_says_so_and_has_room_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_hall, "MOST_PLAYERS", 2)
    players = [hall.enter(preset("circle")) for _ in range(2)]
    with pytest.raises(DescentlabError, match="the studio is full: 2 pages"):
        hall.enter(preset("circle"))
    hall.leave(players[0])
    hall.enter(preset("circle"))


def test_who_trains_shares_the_cores_and_nobody_else_does(hall: Hall) -> None:
    players = [hall.enter(preset("circle")) for _ in range(4 * CORES)]
    assert hall.share() == 1.0
    for player in players:
        player.is_running = True
    assert hall.share() == pytest.approx(1 / 4)
    for player in players[CORES:]:
        player.is_running = False
    assert hall.share() == 1.0


def test_a_slow_page_does_not_starve_a_fast_one(hall: Hall) -> None:
    """Beside networks of a hundred times the work, a small one goes on by many epochs while they do a few."""
    large = preset("circle").model_copy(
        update={"model": tuple(
            layer.model_copy(update={"units": 300}) if layer.kind == "dense" and layer.units != "outputs" else layer
            for layer in preset("circle").model
        )}
    )  # fmt: skip

    async def work() -> None:
        slow, fast = [hall.enter(large) for _ in range(2 * CORES)], hall.enter(preset("circle"))
        for player in (*slow, fast):
            player.connect(lambda _: None)
            player.speed = "fastest"
            player.hide(is_hidden=True)
            player.play()
        await until(lambda: all(player.session is not None and player.session.epoch > 2 for player in (*slow, fast)))
        epochs = lambda player: 0 if player.session is None else player.session.epoch
        before = {player: epochs(player) for player in (*slow, fast)}
        await until(lambda: epochs(fast) - before[fast] >= 20)
        assert max(epochs(player) - before[player] for player in slow) < 10
        for player in (*slow, fast):
            hall.leave(player)
        await asyncio.sleep(0.1)

    asyncio.run(work())


def test_closing_ends_all_training(tmp_path: Path) -> None:
    hall = Hall(tmp_path)

    async def work() -> None:
        player = hall.enter(preset("circle"))
        player.connect(lambda _: None)
        player.hide(is_hidden=True)
        player.play()
        await until(lambda: player.session is not None and player.session.epoch > 0)
        hall.close()
        assert hall.find(player.key) is None
        await asyncio.sleep(0.2)
        assert player.session is not None
        epoch = player.session.epoch
        await asyncio.sleep(0.2)
        assert player.session.epoch == epoch

    asyncio.run(work())
