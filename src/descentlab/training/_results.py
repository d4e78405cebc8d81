"""What a training gives: plain arrays, which may be sent to another process or written to disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
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

    @property
    def num_epochs(self) -> int:
        """Number of epochs trained."""
        return len(next(iter(self.trace.values())))

    def padded(self, name: str, num_epochs: int) -> Float[np.ndarray, " epochs"]:
        """Return a measurement with NaN after the last epoch."""
        values = self.trace[name]
        return np.concatenate([values, np.full(num_epochs - len(values), np.nan, values.dtype)])


def put_side_by_side(trees: Sequence[Any]) -> Any:
    """Put the arrays of members side by side on a new last axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves, axis=-1), *trees)


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

    @classmethod
    def of(
        cls, members: Sequence[Member], trained: Sequence[Trained], *, initial: Sequence[Any], num_epochs: int
    ) -> "Stacked":
        """Put members side by side that were trained one after the other.

        Args:
            members: The members.
            trained: Result of each.
            initial: Parameters and statistics of each before the first update.
            num_epochs: Number of epochs that a member trains at most.
        """
        best = [each.best_epoch for each in trained if each.best_epoch is not None]
        return cls(
            members=tuple(members),
            lanes=len(trained),
            params=put_side_by_side([each.params for each in trained]),
            statistics=put_side_by_side([each.statistics for each in trained]),
            initial=put_side_by_side(initial),
            snapshots={},
            trace={
                name: np.stack([each.padded(name, num_epochs) for each in trained], axis=-1)
                for name in trained[0].trace
            },
            epochs=np.array([each.num_epochs for each in trained]),
            steps=np.array([each.steps for each in trained]),
            diverged_at=np.array([-1 if each.diverged_at is None else each.diverged_at for each in trained]),
            best_epoch=np.array(best) if len(best) == len(trained) else None,
        )

    def divided(self, lanes: int) -> list["Stacked"]:
        """Return blocks of so many lanes, the last filled up with copies; this block where it has as many already."""
        if self.lanes == lanes:
            return [self]
        return [self._taken(range(start, start + lanes)) for start in range(0, len(self.members), lanes)]

    def _taken(self, places: range) -> "Stacked":
        last = len(self.members) - 1
        by_lane, by_member = np.minimum(places, last), np.array([place for place in places if place <= last])

        def taken(tree: Any) -> Any:
            return jax.tree.map(lambda leaf: np.asarray(leaf)[..., by_lane], tree)

        return Stacked(
            members=tuple(self.members[place] for place in by_member),
            lanes=len(places),
            params=taken(self.params),
            statistics=taken(self.statistics),
            initial=taken(self.initial),
            snapshots=taken(self.snapshots),
            trace={name: values[:, by_member] for name, values in self.trace.items()},
            epochs=self.epochs[by_member],
            steps=self.steps[by_member],
            diverged_at=self.diverged_at[by_member],
            best_epoch=None if self.best_epoch is None else self.best_epoch[by_member],
        )

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
