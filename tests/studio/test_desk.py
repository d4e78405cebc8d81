from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl

import pytest

from descentlab.core import DescentlabError
from descentlab.live import Session, plane_of
from descentlab.spec import HeadSpec, TableData
from descentlab.studio.playing._desk import Desk
from descentlab.studio.playing._packing import pack_points
from descentlab.studio.playing._player import Command, Player
from descentlab.studio.playing._to_link import to_query


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
    assert desk.experiment.loss.kind == "squared-error"
    assert desk.experiment.head == HeadSpec()
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
    desk.change(rate="0.1", across="a", up="b, c")
    assert desk.problem == ""
    assert desk.experiment.optimizer.learning_rate == 0.1
    assert desk.view.axes == ("a", "b, c")
    assert desk.experiment.data == TableData(path="my.csv", target="y")
    assert desk.experiment.loss.kind == ("squared-error" if is_regression else "cross-entropy")
    desk.open_table(TableData(path="other.csv", target="y"), is_regression=is_regression)
    assert desk.view.axes is None
    desk.open_data("circle")
    assert desk.experiment.data.kind == "playground"


def test_features_go_along_between_sets_of_points_and_are_left_out_of_a_table() -> None:
    desk = Desk({"features": "x1,x1x2"})
    desk.open_data("spiral")
    assert desk.words["features"] == "x1,x1x2"
    desk.open_data("iris")
    assert "features" not in desk.words
    assert desk.problem == ""


def test_a_short_table_of_ones_own_gets_a_batch_that_fits_and_leaves_none_behind() -> None:
    desk = Desk({})
    desk.open_table(TableData(path="my.csv", target="y"), is_regression=False, num_rows=8)
    assert desk.experiment.batch_size == 2
    desk.change(rate="0.1")
    assert desk.experiment.batch_size == 2
    desk.open_data("circle")
    assert desk.experiment.batch_size == 10


def test_a_table_that_is_refused_leaves_the_set_before() -> None:
    desk = Desk({})
    desk.open_table(TableData(path="my.csv", target="y"), is_regression=False)
    desk.change(rate="fast")
    assert "a number is needed" in desk.problem
    desk.open_data("nothing")
    assert "unknown data set" in desk.problem
    desk.change(rate="0.1")
    assert desk.experiment.data.kind == "table"


AXES = {"data": "iris", "across": "petal length (cm)", "up": "sepal width (cm)"}


class Seat(Player):
    """A player whose commands are carried out at once."""

    def __init__(self, desk: Desk) -> None:
        self.session = Session(desk.experiment, desk.view.race)
        self.problem = ""

    def do(self, command: Command) -> None:
        assert self.session is not None
        try:
            command(self.session)
        except DescentlabError as error:
            self.problem = str(error)


def test_axes_are_changed_without_another_network() -> None:
    desk = Desk(AXES)
    seat = Seat(desk)
    desk.seat(seat)
    session = seat.session
    assert session is not None
    assert session.plane is not None
    assert session.plane.names == ("petal length (cm)", "sepal width (cm)")
    session.advance(epochs=2)
    desk.change(across="sepal length (cm)")
    assert session.plane.names == ("sepal length (cm)", "sepal width (cm)")
    assert session.epoch == 2
    assert desk.words["across"] == "sepal length (cm)"
    desk.change(across=None, up=None)
    usual = plane_of(session.dataset)
    assert usual is not None
    assert session.plane.names == usual.names
    assert session.epoch == 2
    desk.change(across="sepal length (cm)", up="sepal width (cm)")
    desk.open_data("wine")
    assert desk.view.axes is None
    assert set(session.plane.names) <= set(session.axes)
    assert seat.problem == ""


def test_a_name_that_the_data_has_not_is_one_line_and_leaves_the_address() -> None:
    words = {**AXES, "up": "sepal widht (cm)", "rate": "0.1"}
    desk = Desk(words)
    seat = Seat(desk)
    desk.seat(seat)
    assert "unknown numeric feature 'sepal widht (cm)': did you mean 'sepal width (cm)'" in seat.problem
    assert "\n" not in seat.problem
    told = []
    desk.on_change = lambda: told.append(desk.query)
    assert seat.session is not None
    assert not desk.settle(seat.session)
    assert desk.settle(seat.session)
    assert told == [desk.query]
    assert "across" not in desk.words
    assert desk.words["rate"] == "0.1"


def test_weights_of_a_link_are_put_in_although_its_axes_are_unknown() -> None:
    first = Seat(Desk({"data": "iris"}))
    assert first.session is not None
    first.session.advance(epochs=3)
    link = dict(parse_qsl(Desk({"data": "iris"}).full_link(first.session)))
    desk = Desk({**link, "across": "a", "up": "b"})
    seat = Seat(desk)
    desk.seat(seat)
    assert "unknown numeric feature 'a'" in seat.problem
    assert seat.session is not None
    assert desk.full_link(seat.session).split("weights=")[1] == link["weights"]


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
