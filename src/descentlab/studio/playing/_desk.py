"""What a playground page is set to. All of it is an address: a control changes one word of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from descentlab.core import DescentlabError
from descentlab.live import Session
from descentlab.spec import TableData, parse
from descentlab.studio.playing._from_link import from_query
from descentlab.studio.playing._packing import pack_weights, unpack_weights
from descentlab.studio.playing._player import Player
from descentlab.studio.playing._sets import PLAYGROUND, fitting_batch, table_with_such_a_target
from descentlab.studio.playing._to_link import to_query
from descentlab.studio.playing._view import View


class Desk:
    """A page's settings, and the player that is to follow them.

    Attributes:
        experiment: What is trained.
        view: How it is shown.
        problem: Why the last change was refused; empty if it was not.
        on_change: Called after every change and refusal.
    """

    def __init__(self, query: Mapping[str, str]) -> None:
        """Read an address. One that cannot be read opens the usual page, with the reason as its problem."""
        self.problem = ""
        self.on_change: Callable[[], None] = lambda: None
        self._player: Player | None = None
        self._own: tuple[TableData, str] | None = None
        try:
            self.experiment, self.view = from_query(query)
        except DescentlabError as error:
            self.problem = str(error)
            self.experiment, self.view = from_query({})

    def seat(self, player: Player) -> None:
        """Hand over the player; weights that the address carries are put in, and its axes chosen."""
        self._player = player
        if self.view.axes or self.view.weights:
            player.do(_begin_as(self.view))

    def settle(self, session: Session) -> bool:
        """Drop axes that the data turned out not to have; say whether there were none such."""
        if self.view.axes is None or set(self.view.axes) <= set(session.axes):
            return True
        self.view = replace(self.view, axes=None)
        self.on_change()
        return False

    @property
    def words(self) -> dict[str, str]:
        """The settings as words of an address, weights left out."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def query(self) -> str:
        """The address's query, weights left out."""
        return to_query(self.experiment, replace(self.view, weights=""))

    def change(self, **words: str | None) -> None:
        """Change words of the address; None takes one out. What cannot be is refused, and nothing changes."""
        merged = {**self.words, **words}
        self._try({name: value for name, value in merged.items() if value is not None}, self._own)

    def open_data(self, name: str) -> None:
        """Go over to another set, with what does not fit it left out; features go along between sets of points."""
        left = {"data", "points", "loss", "across", "up"}
        left |= set() if name in PLAYGROUND else {"features"}
        left |= {"batch"} if self._own is not None else set()
        kept = {name: word for name, word in self.words.items() if name not in left}
        self._try({**kept, "data": name}, None)

    def open_points(self, points: str) -> None:
        """Go over to points of one's own, as `pack_points` wrote them."""
        kept = {
            name: word for name, word in self.words.items() if name not in ("data", "points", "loss", "noise", "batch")
        }
        self._try({**kept, "points": points}, None)

    def open_table(self, table: TableData, *, is_regression: bool, num_rows: int | None = None) -> None:
        """Go over to a table of one's own, with a batch that fits so few rows. An address cannot carry it."""
        left = ("points", "loss", "features", "noise", "across", "up", "batch")
        kept = {name: word for name, word in self.words.items() if name not in left}
        if num_rows is not None:
            kept["batch"] = str(fitting_batch(num_rows))
        self._try(kept, (table, table_with_such_a_target(is_regression=is_regression)))

    def _try(self, words: Mapping[str, str], own: tuple[TableData, str] | None) -> None:
        """Read words; a table of one's own is read as a set that is told alike, and put in its place."""
        try:
            experiment, view = from_query(words if own is None else {**words, "data": own[1]})
            if own is not None:
                values = experiment.model_dump(mode="json", exclude_none=True)
                experiment = parse(values | {"name": "table", "data": own[0].model_dump(exclude_none=True)})
        except DescentlabError as error:
            self.problem = str(error)
            self.on_change()
            return
        is_other = (experiment, view.race) != (self.experiment, self.view.race)
        looks_elsewhere = view.axes != self.view.axes
        self.experiment, self.view, self.problem, self._own = experiment, view, "", own

        def follow(session: Session) -> None:
            if is_other:
                session.become(experiment, view.race)
            if looks_elsewhere:
                session.look_across(view.axes)

        if self._player is not None and (is_other or looks_elsewhere):
            self._player.do(follow)
        self.on_change()

    def full_link(self, session: Session) -> str:
        """Return the query with the weights of the network in focus, as they are shown."""
        network = session.racers[session.focus].network.plan.network
        weights = pack_weights(network, session.params_of(session.focus))
        return to_query(self.experiment, replace(self.view, weights=weights))


def _begin_as(view: View) -> Callable[[Session], None]:
    def begin(session: Session) -> None:
        try:
            session.look_across(view.axes)
        finally:  # Weights have nothing to do with which features the data has.
            for place, racer in enumerate(session.racers if view.weights else ()):
                session.set_weights(place, unpack_weights(view.weights, racer.network.plan.network))

    return begin
