"""What a training gives: plain arrays, which may be sent to another process or written to disk."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.training._state import Member, unstack
from descentlab.training._symptoms import Symptoms

Tree = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Trained:
    """One member when its training has ended.

    Attributes:
        params: Learned arrays by layer and role; with early stopping, those of the best epoch.
        statistics: Running statistics by layer and role.
        initial_params: Learned arrays before the first update.
        trace: Measurements at the end of each epoch, by name.
        snapshots: Parameters and statistics after some epochs, by epoch.
        steps: Number of updates made.
        diverged_at: First update whose loss was not finite, or None.
        best_epoch: Epoch whose weights are kept; None without early stopping.
        symptoms: What was recorded of the layers at some steps; None if nothing was.
    """

    params: Tree
    statistics: Tree
    initial_params: Tree
    trace: dict[str, Float[np.ndarray, " epochs"]]
    snapshots: dict[int, dict[str, Tree]]
    steps: int
    diverged_at: int | None
    best_epoch: int | None
    symptoms: Symptoms | None = None


@dataclass(frozen=True, eq=False)
class Stacked:
    """All members of a block, side by side, as far as they are trained.

    Attributes:
        members: Members of the block; the lanes behind them hold copies of the last member.
        lanes: Number of lanes. With more than one, lanes are the last axis of the arrays of weights and statistics.
        params: As `Trained.params`.
        statistics: As `Trained.statistics`.
        initial: Parameters and statistics before the first update.
        snapshots: Parameters and statistics after some epochs, by epoch.
        trace: Measurements by name; NaN after a member has ended.
        epochs: Number of epochs that each member trained.
        steps: Number of updates that each member made.
        diverged_at: First update of each member whose loss was not finite, or -1.
        best_epoch: Epoch whose weights are kept, of each member; None without early stopping.
        symptoms: What was recorded of the layers at some steps; None if nothing was.
    """

    members: tuple[Member, ...]
    lanes: int
    params: Tree
    statistics: Tree
    initial: dict[str, Tree]
    snapshots: dict[int, dict[str, Tree]]
    trace: dict[str, Float[np.ndarray, "epochs members"]]
    epochs: Int[np.ndarray, " members"]
    steps: Int[np.ndarray, " members"]
    diverged_at: Int[np.ndarray, " members"]
    best_epoch: Int[np.ndarray, " members"] | None
    symptoms: Symptoms | None = None

    def apart(self) -> list[Trained]:
        """Return each member by itself."""
        return [self._member(place) for place in range(len(self.members))]

    def _member(self, place: int) -> Trained:
        epochs, diverged_at = int(self.epochs[place]), int(self.diverged_at[place])
        steps = int(self.steps[place])
        # Where a member has stopped or diverged, the block may have gone on for the others.
        recorded = steps if diverged_at < 0 else min(steps, diverged_at + 1)
        return Trained(
            params=unstack(self.params, place, self.lanes),
            statistics=unstack(self.statistics, place, self.lanes),
            initial_params=unstack(self.initial["params"], place, self.lanes),
            trace={name: values[:epochs, place].copy() for name, values in self.trace.items()},
            snapshots={
                epoch: unstack(tree, place, self.lanes) for epoch, tree in self.snapshots.items() if epoch <= epochs
            },
            steps=steps,
            diverged_at=diverged_at if diverged_at >= 0 else None,
            best_epoch=None if self.best_epoch is None else int(self.best_epoch[place]),
            symptoms=None if self.symptoms is None else self.symptoms.of(place, before=recorded),
        )
