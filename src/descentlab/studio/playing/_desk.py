"""The settings of a playground page. All of them are in its address: a control changes one word of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from descentlab.core import DescentlabError, message_of
from descentlab.live import Session
from descentlab.spec import TableData, parse
from descentlab.studio.playing._from_link import from_query
from descentlab.studio.playing._packing import pack_weights, unpack_weights
from descentlab.studio.playing._player import Player
from descentlab.studio.playing._sets import PLAYGROUND, fitting_batch, table_with_such_a_target
from descentlab.studio.playing._to_link import to_query
from descentlab.studio.playing._view import View


class Desk:
    """A page's settings, and the player that follows them.

    Attributes:
        experiment: Experiment to train.
        view: Options of showing it.
        problem: Reason why the last change was refused; empty if it was not.
        on_change: Callback after every change and refusal.
    """

    def __init__(self, query: Mapping[str, str]) -> None:
        """Read an address. If it cannot be read, the page opens with its defaults and the reason as its problem."""
        self.problem = ""
        self.on_change: Callable[[], None] = lambda: None
        self._player: Player | None = None
        self._table: tuple[TableData, str] | None = None
        try:
            self.experiment, self.view = from_query(query)
        except DescentlabError as error:
            self.problem = message_of(error)
            self.experiment, self.view = from_query({})

    def seat(self, player: Player) -> None:
        """Connect the player, and give it the weights and axes of the address."""
        self._player = player
        if self.view.axes or self.view.weights:
            player.do(_begin_as(self.view))

    def settle(self, session: Session) -> bool:
        """Drop axes that the data does not have, and return whether it has all of them."""
        if self.view.axes is None or set(self.view.axes) <= set(session.axes):
            return True
        self.view = replace(self.view, axes=None)
        self.on_change()
        return False

    @property
    def words(self) -> dict[str, str]:
        """Settings as words of an address, without weights."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def query(self) -> str:
        """Query of the address, without weights."""
        return to_query(self.experiment, replace(self.view, weights=""))

    def change(self, **words: str | None) -> None:
        """Change words of the address; None removes a word. An impossible change is refused, and nothing changes."""
        merged = {**self.words, **words}
        self._try({name: value for name, value in merged.items() if value is not None}, self._table)

    def open_data(self, name: str) -> None:
        """Change to another data set, and drop settings that do not fit it; features stay between sets of points."""
        left = {"data", "points", "loss", "across", "up"}
        left |= set() if name in PLAYGROUND else {"features"}
        left |= {"batch"} if self._table is not None else set()
        kept = {name: word for name, word in self.words.items() if name not in left}
        self._try({**kept, "data": name}, None)

    def open_points(self, points: str) -> None:
        """Change to a person's points, as `pack_points` wrote them."""
        kept = {
            name: word for name, word in self.words.items() if name not in ("data", "points", "loss", "noise", "batch")
        }
        self._try({**kept, "points": points}, None)

    def open_table(self, table: TableData, *, is_regression: bool, num_rows: int | None = None) -> None:
        """Change to a person's table, with a batch size that fits its rows. An address cannot hold the table."""
        left = ("points", "loss", "features", "noise", "across", "up", "batch")
        kept = {name: word for name, word in self.words.items() if name not in left}
        if num_rows is not None:
            kept["batch"] = str(fitting_batch(num_rows))
        self._try(kept, (table, table_with_such_a_target(is_regression=is_regression)))

    def _try(self, words: Mapping[str, str], table: tuple[TableData, str] | None) -> None:
        """Read words; a person's table is read with the settings of a bundled table of the same task."""
        try:
            experiment, view = from_query(words if table is None else {**words, "data": table[1]})
            if table is not None:
                values = experiment.model_dump(mode="json", exclude_none=True)
                experiment = parse(values | {"name": "table", "data": table[0].model_dump(exclude_none=True)})
        except DescentlabError as error:
            self.problem = message_of(error)
            self.on_change()
            return
        is_other = (experiment, view.race) != (self.experiment, self.view.race)
        looks_elsewhere = view.axes != self.view.axes
        self.experiment, self.view, self.problem, self._table = experiment, view, "", table

        def follow(session: Session) -> None:
            if is_other:
                session.become(experiment, view.race)
            if looks_elsewhere:
                session.look_across(view.axes)

        if self._player is not None and (is_other or looks_elsewhere):
            self._player.do(follow)
        self.on_change()

    def full_link(self, session: Session) -> str:
        """Return the query with the weights of the network in focus at the moment that is shown."""
        network = session.racers[session.focus].network.plan.network
        weights = pack_weights(network, session.params_of(session.focus))
        return to_query(self.experiment, replace(self.view, weights=weights))


def _begin_as(view: View) -> Callable[[Session], None]:
    def begin(session: Session) -> None:
        try:
            session.look_across(view.axes)
        finally:  # The weights fit even if the data does not have the features.
            for place, racer in enumerate(session.racers if view.weights else ()):
                session.set_weights(place, unpack_weights(view.weights, racer.network.plan.network))

    return begin
