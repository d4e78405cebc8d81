"""What a playground page is set to. All of it is an address: a control changes one word of it."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from gradlab.core import GradlabError
from gradlab.live import Session
from gradlab.spec import TableData, parse
from gradlab.studio._link import View, from_query, to_query
from gradlab.studio._packing import pack_weights, unpack_weights
from gradlab.studio._player import Player


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
        self._table: TableData | None = None
        try:
            self.experiment, self.view = from_query(query)
        except GradlabError as error:
            self.problem = str(error)
            self.experiment, self.view = from_query({})

    def seat(self, player: Player) -> None:
        """Hand over the player; weights that the address carries are put in."""
        self._player = player
        if self.view.weights:
            player.do(self._put_weights_in(self.view.weights))

    @property
    def words(self) -> dict[str, str]:
        """The settings as words of an address, weights left out."""
        view = View(self.view.race, self.view.shows_test, self.view.is_discrete, self.view.hidden)
        return dict(parse_qsl(to_query(self.experiment, view), keep_blank_values=True))

    @property
    def query(self) -> str:
        """The address's query, weights left out."""
        view = View(self.view.race, self.view.shows_test, self.view.is_discrete, self.view.hidden)
        return to_query(self.experiment, view)

    def change(self, **words: str | None) -> None:
        """Change words of the address; None takes one out. What cannot be is refused, and nothing changes."""
        merged = {**self.words, **words}
        self._try({name: value for name, value in merged.items() if value is not None})

    def open_data(self, name: str) -> None:
        """Go over to another set, with what does not fit it left out."""
        kept = {name: word for name, word in self.words.items() if name not in ("data", "points", "loss", "features")}
        self._table = None
        self._try({**kept, "data": name})

    def open_points(self, points: str) -> None:
        """Go over to points of one's own, as `pack_points` wrote them."""
        kept = {
            name: word for name, word in self.words.items() if name not in ("data", "points", "loss", "noise", "batch")
        }
        self._table = None
        self._try({**kept, "points": points})

    def open_table(self, table: TableData, *, is_regression: bool) -> None:
        """Go over to a table of one's own. An address cannot carry it."""
        self._table = table
        base = self.words
        kept = {name: word for name, word in base.items() if name not in ("points", "loss", "features", "noise")}
        self._try({**kept, "data": "diabetes" if is_regression else "wine"})

    def _try(self, words: Mapping[str, str]) -> None:
        try:
            experiment, view = from_query(words)
            if self._table is not None:
                values = experiment.model_dump(mode="json", exclude_none=True)
                experiment = parse(values | {"name": "table", "data": self._table.model_dump(exclude_none=True)})
        except GradlabError as error:
            self.problem = str(error)
            self.on_change()
            return
        is_other = (experiment, view.race) != (self.experiment, self.view.race)
        self.experiment, self.view, self.problem = experiment, view, ""
        if self._player is not None and is_other:
            self._player.do(lambda session: session.become(experiment, view.race))
        self.on_change()

    def full_link(self, session: Session) -> str:
        """Return the query with the weights of the network in focus, as they are shown."""
        network = session.racers[session.focus].network.plan.network
        weights = pack_weights(network, session.params_of(session.focus))
        view = View(self.view.race, self.view.shows_test, self.view.is_discrete, self.view.hidden, weights)
        return to_query(self.experiment, view)

    @staticmethod
    def _put_weights_in(word: str) -> Callable[[Session], None]:
        def put(session: Session) -> None:
            for place in range(len(session.racers)):
                session.set_weights(place, unpack_weights(word, session.racers[place].network.plan.network))

        return put
