"""The studio's JavaScript views as NiceGUI elements; their content comes through the socket of frames."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from descentlab.studio.pages._web import WEB

SHARED = {"descentlab-studio": str(WEB)}


class PlaneView(ui.element, component=WEB / "plane.js", esm=SHARED):
    """The outputs of each network over the plane, with the examples on it."""

    def __init__(self, stream: str) -> None:
        """Draw the frames of a stream, named by the player's key."""
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
        """Choose the class of the points that clicks draw; with -1 a click chooses an example."""
        self._props["drawsClass"] = class_id
        self.update()

    def show_drawn(self, points: Sequence[tuple[float, float, int]]) -> None:
        """Show all points that a person has drawn, also test points, and also if they are too few to train on."""
        self._props["ownPoints"] = [list(point) for point in points]
        self.update()


class NetworkDrawing(ui.element, component=WEB / "network.js", esm=SHARED):
    """The network: a picture for each neuron, a line for each weight."""

    def __init__(self, stream: str) -> None:
        """Draw the frames of a stream, named by the player's key."""
        super().__init__()
        self._props["stream"] = stream
        self._props["canEdit"] = True
        self.offer([], [])

    def offer(self, features: Sequence[str], chosen: Sequence[str]) -> None:
        """Set the features that can be switched, and those that are on; empty if the inputs are fixed."""
        self._props["features"] = list(features)
        self._props["chosen"] = list(chosen)
        self.update()

    def write_numbers(self, numbers: Mapping[str, str] | None) -> None:
        """Write numbers on lines and under neurons, by `layer/row/unit` and `layer/unit`."""
        self._props["edges"] = dict(numbers or {})
        self.update()


class Keys(ui.element, component=WEB / "keys.js"):
    """Keys of the whole page, unless they are typed into a field; a key press is the event `press`."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Listen to some keys, in lower case."""
        super().__init__()
        self._props["keys"] = list(keys)


class Readout(ui.element, component=WEB / "readout.js", esm=SHARED):
    """Epoch, losses, verdicts and the slider back in time; it also updates the chart of the losses."""

    def __init__(self, stream: str, chart: ui.echart) -> None:
        """Show the frames of a stream, named by the player's key."""
        super().__init__()
        self._props["stream"] = stream
        self._props["chart"] = chart.id
        self._props["isLog"] = False

    def use_log_scale(self, *, is_log: bool) -> None:
        """Choose the scale of the losses."""
        self._props["isLog"] = is_log
        self.update()

    def hide_time(self) -> None:
        """Hide the slider back in time."""
        self._props["hidesTime"] = True
        self.update()
