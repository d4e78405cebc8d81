from concurrent.futures import ThreadPoolExecutor

import pytest

from gradlab.spec import TableData
from gradlab.studio._desk import Desk
from gradlab.studio._link import to_query
from gradlab.studio._packing import pack_points
from gradlab.studio._player import Player


def test_a_control_changes_a_word_of_the_address() -> None:
    desk = Desk({})
    desk.change(rate="0.3", noise="20")
    assert desk.experiment.optimizer.learning_rate == 0.3
    assert desk.words["rate"] == "0.3"
    assert desk.words["noise"] == "20"
    desk.change(noise=None)
    assert "noise" not in desk.words
    assert desk.words["rate"] == "0.3"


def test_what_cannot_be_is_refused_and_nothing_changes() -> None:
    told = []
    desk = Desk({})
    desk.on_change = lambda: told.append(desk.problem)
    before = desk.query
    desk.change(rate="-1")
    assert desk.problem
    assert desk.query == before
    desk.change(rate="1")
    assert desk.problem == ""
    assert len(told) == 2


def test_an_address_that_cannot_be_read_opens_the_usual_page_and_says_so() -> None:
    desk = Desk({"data": "nothing"})
    assert "unknown data set" in desk.problem
    assert desk.query == to_query(Desk({}).experiment)


def test_another_set_gets_the_loss_that_fits_it() -> None:
    desk = Desk({"layers": "3", "rate": "0.1"})
    desk.open_data("iris")
    assert desk.experiment.loss.kind == "cross-entropy"
    desk.open_data("plane")
    assert getattr(desk.experiment.loss, "output", "") == "linear"
    assert desk.words["layers"] == "3"
    assert desk.words["rate"] == "0.1"


def test_few_points_get_a_batch_that_fits() -> None:
    desk = Desk({})
    desk.open_points(pack_points([(0.0, 0.0, "orange"), (1.0, 1.0, "blue"), (2.0, 0.0, "orange"), (0.0, 2.0, "blue")]))
    assert desk.problem == ""
    assert desk.experiment.batch_size == 1
    assert desk.experiment.data.kind == "points"


@pytest.mark.parametrize("is_regression", [False, True])
def test_a_table_of_ones_own_stays_until_another_set_is_chosen(*, is_regression: bool) -> None:
    desk = Desk({})
    desk.open_table(TableData(path="my.csv", target="y"), is_regression=is_regression)
    assert desk.experiment.data == TableData(path="my.csv", target="y")
    desk.change(rate="0.1")
    assert desk.experiment.data.kind == "table"
    assert desk.experiment.loss.kind == ("squared-error" if is_regression else "cross-entropy")
    desk.open_data("circle")
    assert desk.experiment.data.kind == "playground"


async def _answer(player: Player, desk: Desk) -> str:
    return await player.ask(desk.full_link)


def test_the_full_link_carries_the_weights() -> None:
    import asyncio

    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            desk = Desk({"layers": "2"})
            player = Player("key", desk.experiment, None, pool=pool, compiler=pool, share=lambda: 1.0)
            desk.seat(player)
            player.connect(lambda _: None)
            player.do(lambda session: session.advance(epochs=3))
            query = await _answer(player, desk)
            assert "weights=" in query
            other = Desk(dict(pair.split("=", 1) for pair in query.split("&")))
            copy = Player("other", other.experiment, None, pool=pool, compiler=pool, share=lambda: 1.0)
            other.seat(copy)
            copy.connect(lambda _: None)
            assert await _answer(copy, other) == query
            for one in (player, copy):
                one.close()
            await asyncio.sleep(0.05)

    asyncio.run(run())
