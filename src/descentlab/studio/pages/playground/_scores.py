"""Scores of the network in focus on test examples, if there are any: confusion matrix, or R²."""

from nicegui import ui

from descentlab.evaluation import AnyMetrics, ClassMetrics, RealMetrics
from descentlab.live import Session
from descentlab.studio.playing import Player
from descentlab.workbench import measure_parts

REFRESH_S = 1.0
MOST_CLASSES = 12


class ScoreControls:
    """Measures the scores every second while their panel is open."""

    def __init__(self, player: Player, place: ui.expansion) -> None:
        """Create the controls; `build` shows them.

        Args:
            player: Player of the network.
            place: Panel of the scores; while it is closed, nothing is measured.
        """
        self._player = player
        self._place = place
        self._is_asking = False
        self._shown: tuple[object, ...] = ()

    def build(self) -> None:
        """Build the panel's content."""
        with self._place:
            self._box = ui.element("div").classes("readout-table")
        self._place.on_value_change(self._read)
        ui.timer(REFRESH_S, self._read)

    async def _read(self) -> None:
        if not self._place.value or self._is_asking or self._player.session is None:
            return
        self._is_asking = True
        try:
            part, metrics = await self._player.ask(_measure)
        finally:
            self._is_asking = False
        stamp = (part, metrics.loss, metrics.num_examples)
        if stamp != self._shown:
            self._shown = stamp
            self._box.clear()
            with self._box:
                if isinstance(metrics, ClassMetrics):
                    _tell_classes(part, metrics)
                elif isinstance(metrics, RealMetrics):  # a set of the playground has a single target
                    _tell_reals(part, metrics)


def _measure(session: Session) -> tuple[str, AnyMetrics]:
    racer = session.racers[session.focus]
    part = "test" if len(session.dataset.test) else "train"
    results = measure_parts(
        racer.network.plan,
        session.params_of(session.focus),
        session.statistics_of(session.focus),
        session.dataset,
        parts=(part,),
    )
    return part, results[part].metrics


def _tell_classes(part: str, metrics: ClassMetrics) -> None:
    low, high = metrics.accuracy_ci95
    ui.label(
        f"Accuracy on the {metrics.num_examples} {part} examples: {metrics.accuracy:.3f} (95% interval {low:.3f} to "
        f"{high:.3f}); always telling '{metrics.baseline_class}' gives {metrics.baseline_accuracy:.3f}."
    )
    names = [score.name for score in metrics.by_class]
    if len(names) > MOST_CLASSES:
        return
    with ui.element("table").classes("walk-table confusion"):
        _row(["it is \\ it is told to be", *names], "th")
        for name, counts in zip(names, metrics.confusion, strict=True):
            _row([name, *(str(int(count)) for count in counts)], "td")


def _tell_reals(part: str, metrics: RealMetrics) -> None:
    r2 = "not defined" if metrics.r2 is None else f"{metrics.r2:.3f}"
    interval = (
        "" if metrics.r2_ci95 is None else f" (95% interval {metrics.r2_ci95[0]:.3f} to {metrics.r2_ci95[1]:.3f})"
    )
    ui.label(
        f"R² on the {metrics.num_examples} {part} examples: {r2}{interval}; root mean squared error "
        f"{metrics.rmse:.3g}, of the mean {metrics.baseline_rmse:.3g}."
    )


def _row(cells: list[str], tag: str) -> None:
    with ui.element("tr"):
        for place, cell in enumerate(cells):
            with ui.element("th" if place == 0 else tag):
                ui.label(cell)
