"""One network of a session: its training, its curves, and the moments that can be gone back to."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.data import Dataset
from descentlab.evaluation import Judgement
from descentlab.live._judge import judge
from descentlab.spec import Experiment
from descentlab.training import LiveNetwork, Moment

POINTS = 300
"""Points of a curve that are drawn at most."""


@dataclass(frozen=True)
class Reading:
    """What a network is worth at one moment.

    Attributes:
        epoch: Epochs done.
        step: Steps done in the epoch after them.
        values: Loss and accuracy of each part, by name; the loss has no penalties in it.
    """

    epoch: int
    step: int
    values: dict[str, float]


class Racer:
    """One network that trains beside others: same data, and the same draw unless the draw is what differs."""

    def __init__(self, label: str, experiment: Experiment, dataset: Dataset) -> None:
        """Draw it.

        Args:
            label: What tells it from the others.
            experiment: What it is.
            dataset: The prepared data.

        Raises:
            DescentlabError: If the experiment does not fit the data.
        """
        self.label = label
        self.network = LiveNetwork(experiment, dataset)
        self.at_start = self.network.measure()
        self._read: Reading | None = None
        self._judged: tuple[int, Judgement] | None = None

    def advance(self, epochs: int) -> None:
        """Train for some epochs."""
        self.network.advance(epochs)
        self._read = None

    def advance_steps(self, steps: int) -> None:
        """Make some updates."""
        self.network.advance_steps(steps)
        self._read = None

    def touched(self) -> None:
        """Hear that weights or data are others now; what was measured is measured anew."""
        self._read, self._judged = None, None
        if self.network.epoch == 0 and self.network.step == 0:
            self.at_start = self.network.measure()

    def reading(self) -> Reading:
        """Return what the network is worth as it stands."""
        if self._read is None:
            network = self.network
            is_told = network.epoch > 0 and network.step == 0 and len(network.trace["batch_loss"]) == network.epoch
            told = {name: values[-1] for name, values in network.trace.items() if values} if is_told else {}
            self._read = Reading(network.epoch, network.step, told if is_told else network.measure())
        return self._read

    def judgement(self) -> Judgement:
        """Say what became of it so far; the answer is kept until it has trained on."""
        if self._judged is None or self._judged[0] != self.network.epoch:
            self._judged = (self.network.epoch, judge(self.network, self.at_start))
        return self._judged[1]

    def curve(self, name: str) -> Float[np.ndarray, "points 2"]:
        """Return a curve from before the first step on, thinned for drawing: epoch and value; the last is kept."""
        values = self.network.trace[name]
        stride = max(1, -(-len(values) // POINTS))
        places = [*range(stride - 1, len(values), stride)]
        if values and (not places or places[-1] != len(values) - 1):
            places.append(len(values) - 1)
        rows = [(0.0, self.at_start[name]), *((place + 1.0, values[place]) for place in places)]
        return np.array(rows)

    def moment(self) -> Moment:
        """Keep what it is now."""
        return self.network.moment()

    def go_to(self, moment: Moment) -> None:
        """Go back to a moment."""
        self.network.go_to(moment)
        self._read, self._judged = None, None
