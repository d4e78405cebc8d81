"""The studio's own views as NiceGUI elements; what they draw comes over the socket of frames, not from here."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from descentlab.studio.pages._web import WEB

SHARED = {"descentlab-studio": str(WEB)}


class PlaneView(ui.element, component=WEB / "plane.js", esm=SHARED):
    """What each network answers over the plane, with the examples on it."""

    def __init__(self, stream: str) -> None:
        """Draw the frames of a stream."""
        super().__init__()
        self._props["stream"] = stream
        self._props["drawsClass"] = -1
        self._props["ownPoints"] = []
        self.show(shows_test=False, is_discrete=False)

    def show(self, *, shows_test: bool, is_discrete: bool) -> None:
        """Choose whether test points are drawn, and whether the map has one colour a class."""
        self._props["showsTest"] = shows_test
        self._props["isDiscrete"] = is_discrete
        self.update()

    def draw_class(self, class_id: int) -> None:
        """Choose the class of which a click draws a point; -1: a click chooses an example."""
        self._props["drawsClass"] = class_id
        self.update()

    def show_drawn(self, points: Sequence[tuple[float, float, int]]) -> None:
        """Show points that a person draws, all of them: those to test on, and those too few to train on, too."""
        self._props["ownPoints"] = [list(point) for point in points]
        self.update()


class NetworkView(ui.element, component=WEB / "network.js", esm=SHARED):
    """The network: a picture a neuron, a line a weight."""

    def __init__(self, stream: str) -> None:
        """Draw the frames of a stream."""
        super().__init__()
        self._props["stream"] = stream
        self._props["canEdit"] = True
        self.offer([], [])

    def offer(self, features: Sequence[str], chosen: Sequence[str]) -> None:
        """Name the inputs that may be switched, and those that are on; none: the inputs are as they are."""
        self._props["features"] = list(features)
        self._props["chosen"] = list(chosen)
        self.update()

    def write_numbers(self, numbers: Mapping[str, str] | None) -> None:
        """Write numbers on lines and under neurons, by `layer/row/unit` and `layer/unit`."""
        self._props["edges"] = dict(numbers or {})
        self.update()


class Keys(ui.element, component=WEB / "keys.js"):
    """Single keys for the whole page, where they are not typed into something; a press is the event `press`."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Hear some keys, in small letters."""
        super().__init__()
        self._props["keys"] = list(keys)


class Readout(ui.element, component=WEB / "readout.js", esm=SHARED):
    """Epoch, losses, verdicts and the way back in time; it feeds the chart of the losses too."""

    def __init__(self, stream: str, chart: ui.echart) -> None:
        """Tell the frames of a stream."""
        super().__init__()
        self._props["stream"] = stream
        self._props["chart"] = chart.id
        self._props["isLog"] = False

    def use_log_scale(self, *, is_log: bool) -> None:
        """Choose the scale of the losses."""
        self._props["isLog"] = is_log
        self.update()

    def hide_time(self) -> None:
        """Leave the way back out."""
        self._props["hidesTime"] = True
        self.update()
