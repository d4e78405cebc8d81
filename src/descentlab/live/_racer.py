"""One network of a session: its training, its curves, and the moments that a person can go back to."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.data import Dataset
from descentlab.judgement import Judgement
from descentlab.live._judge import judge
from descentlab.spec import Experiment
from descentlab.training import LiveNetwork, Moment

POINTS = 300
"""Largest number of points of a curve that are drawn."""


@dataclass(frozen=True)
class NetworkScores:
    """The scores of a network at one moment.

    Attributes:
        epoch: Number of whole epochs done.
        step: Number of steps done in the unfinished epoch after them.
        values: Loss (without penalties) and accuracy of each part, by name.
    """

    epoch: int
    step: int
    values: dict[str, float]


class Racer:
    """One network that trains beside others, on the same data and, unless the seed differs, from the same draw."""

    def __init__(self, label: str, experiment: Experiment, dataset: Dataset) -> None:
        """Draw the network.

        Args:
            label: Value in which the network differs from the others, in words.
            experiment: Experiment of the network.
            dataset: The prepared data.

        Raises:
            DescentlabError: If the experiment does not fit the data.
        """
        self.label = label
        self.network = LiveNetwork(experiment, dataset)
        self.at_start = self.network.measure()
        self._scores: NetworkScores | None = None
        self._judged: tuple[int, Judgement] | None = None

    def advance(self, epochs: int) -> None:
        """Train for some epochs."""
        self.network.advance(epochs)
        self._scores = None

    def advance_steps(self, steps: int) -> None:
        """Make some updates."""
        self.network.advance_steps(steps)
        self._scores = None

    def touched(self) -> None:
        """Forget what was measured, since the weights or the data have changed."""
        self._scores, self._judged = None, None
        if self.network.epoch == 0 and self.network.step == 0:
            self.at_start = self.network.measure()

    def scores(self) -> NetworkScores:
        """Return the network's current scores."""
        if self._scores is None:
            network = self.network
            is_traced = network.epoch > 0 and network.step == 0 and len(network.trace["batch_loss"]) == network.epoch
            traced = {name: values[-1] for name, values in network.trace.items() if values} if is_traced else {}
            self._scores = NetworkScores(network.epoch, network.step, traced if is_traced else network.measure())
        return self._scores

    def judgement(self) -> Judgement:
        """Return the judgement so far; it is kept until the network has trained on."""
        if self._judged is None or self._judged[0] != self.network.epoch:
            self._judged = (self.network.epoch, judge(self.network, self.at_start))
        return self._judged[1]

    def curve(self, name: str) -> Float[np.ndarray, "points 2"]:
        """Return epochs and values of a curve from before the first step on, thinned for drawing up to the last."""
        values = self.network.trace[name]
        stride = max(1, -(-len(values) // POINTS))
        places = [*range(stride - 1, len(values), stride)]
        if values and (not places or places[-1] != len(values) - 1):
            places.append(len(values) - 1)
        rows = [(0.0, self.at_start[name]), *((place + 1.0, values[place]) for place in places)]
        return np.array(rows)

    def moment(self) -> Moment:
        """Copy the network's current state."""
        return self.network.moment()

    def go_to(self, moment: Moment) -> None:
        """Go back to a moment."""
        self.network.go_to(moment)
        self._scores, self._judged = None, None
