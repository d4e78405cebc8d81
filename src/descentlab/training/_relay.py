"""A block with more members than lanes: one that has stopped early gives its lane to the next in line."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from descentlab.core import RunError
from descentlab.data import Dataset
from descentlab.training._block import Block, below, sized_alike
from descentlab.training._devices import precision_of
from descentlab.training._ended import pack, unpack
from descentlab.training._examples import lay_out, used_rows
from descentlab.training._plan import Plan
from descentlab.training._results import Stacked, Trained
from descentlab.training._state import Member, first_state, member_hyper, stack, unstack

DEPTH = 8
"""Members for each lane at most, and blocks that a population is divided into at least, for the cores to share."""
IDLE_SHARE = 0.4
"""Share of the lanes that have stopped when they are handed on: each time costs as much as some epochs."""
FEWEST_EPOCHS = 8
"""Epochs that are handed to the program at least."""


def members_per_block(plan: Plan, num_members: int) -> int:
    """Return how many members of a population share a block, if lanes are handed on where members stop early."""
    depth = min(DEPTH, num_members // (DEPTH * plan.lanes)) if plan.patience and plan.lanes > 1 else 1
    return plan.lanes * max(1, depth)


class Relay(Block):
    """More members than lanes in training. A member begins with its first epoch when a lane becomes free for it."""

    def __init__(
        self,
        plan: Plan,
        members: Sequence[Member],
        datasets: Sequence[Dataset],
        factors: Float[np.ndarray, "epochs steps *members"],
        **others: Any,
    ) -> None:
        """Lay out the first members; see `Block`. Neither snapshots nor symptoms are recorded."""
        by_member = factors if factors.ndim > 2 else np.repeat(factors[..., None], len(members), axis=-1)
        self._sized = sized_alike(plan, datasets)
        self._num_rows = max(len(used_rows(*pair)) for pair in zip(self._sized, datasets, strict=True))
        self._known: dict[int, dict[str, np.ndarray]] = {}
        super().__init__(plan, members[: plan.lanes], datasets[: plan.lanes], by_member[..., : plan.lanes], **others)
        self.members = tuple(members)
        self._datasets = tuple(datasets)
        self._schedules = by_member.reshape(-1, len(members))
        self._shares_data = all(dataset is datasets[0] for dataset in datasets)
        self._shares_order = False
        self._places = np.arange(plan.lanes)
        self._begun = np.zeros(plan.lanes, np.int64)
        self._is_busy = np.ones(plan.lanes, np.bool_)
        self._next = plan.lanes
        self._latest = 0
        self._ended: dict[int, Trained] = {}
        self._take_lanes()

    @property
    def is_done(self) -> bool:
        """Whether every member has ended."""
        return len(self._ended) == len(self.members)

    @property
    def share_done(self) -> float:
        """Share of the training that is done, from 0 to 1; a member that has ended counts as a whole one."""
        epochs = self._epochs_of_lanes()[self._is_busy] + self.step / self.plan.steps_per_epoch
        return (len(self._ended) + float(np.sum(epochs)) / self.num_epochs) / len(self.members)

    def stacked(self) -> Stacked:
        """Return all members side by side, when all have ended."""
        ended = [self._ended[place] for place in range(len(self.members))]
        states = [first_state(self.plan, member) for member in self.members]
        initial = [{name: state[name] for name in ("params", "statistics")} for state in states]
        return Stacked.of(self.members, ended, initial=initial, num_epochs=self.num_epochs)

    def save(self) -> dict[str, np.ndarray]:
        """Return all that `restore` needs, as named arrays."""
        ended = {f"ended/{name}": array for name, array in pack(self._ended).items()}
        return super().save() | {f"relay/{name}": array for name, array in self._lane_arrays().items()} | ended

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continue where `save` was called.

        Raises:
            RunError: If the arrays do not fit the plan.
        """
        super().restore(arrays)
        lanes, now = below(arrays, "relay/"), self._lane_arrays()
        if any(name not in lanes or lanes[name].shape != now[name].shape for name in now):
            raise RunError("the checkpoint does not say which member each lane trains; train anew")
        ended = unpack(below(arrays, "ended/"), self.plan, self.members)
        places, after = lanes["places"].astype(np.int64), int(lanes["next"])
        if not 0 <= places.min() <= places.max() < after <= len(self.members):
            raise RunError("the checkpoint's lanes train members that the training does not have; train anew")
        self._places, self._next, self._ended = places.copy(), after, ended
        self._begun, self._is_busy = lanes["begun"].astype(np.int64), lanes["is_busy"].astype(np.bool_)
        self._take_lanes()
        self._replace_initial(np.arange(self.plan.lanes), self._first_states(self._places))

    def _lane_arrays(self) -> dict[str, np.ndarray]:
        return {
            "places": self._places,
            "begun": self._begun,
            "is_busy": self._is_busy,
            "next": np.array(self._next),
        }

    def _run(self, num_steps: int) -> None:
        epoch = self.epoch
        super()._run(num_steps)
        self._latest = self.epoch - epoch
        if self.step == 0:
            self._hand_on()

    @property
    def _most_epochs(self) -> int:
        return self.num_epochs * len(self.members)

    @property
    def _fewest_lanes(self) -> int:
        if self._next == len(self.members):
            return 1
        return self.plan.lanes - max(1, int(IDLE_SHARE * self.plan.lanes)) + 1

    def _epochs_of_lanes(self) -> Int[np.ndarray, " lanes"]:
        return self.epoch - self._begun

    def _epochs_to_stop(self) -> int:
        # The orders of many more epochs than lanes go on for would be drawn in vain.
        likely = 2 * self._latest + FEWEST_EPOCHS if self._next < len(self.members) else self.num_epochs
        return min(likely, self.num_epochs - int(np.max(self._epochs_of_lanes()[self._is_busy])))

    def _factors_of(self, num_steps: int) -> Float[np.ndarray, "steps lanes"]:
        begin = self._epochs_of_lanes() * self.plan.steps_per_epoch + self.step
        # A lane without a member goes on with its last rate.
        steps = np.minimum(begin + np.arange(num_steps)[:, None], len(self._schedules) - 1)
        return self._schedules[steps, self._places]

    def _hand_on(self) -> None:
        """Take the members that have ended out of their lanes, and give the lanes to those in line."""
        is_last_epoch = self._epochs_of_lanes() >= self.num_epochs
        have_ended = self._is_busy & (self._have_stopped() | is_last_epoch)
        still_training = int(np.sum(self._is_busy & ~have_ended))
        if still_training >= self._fewest_lanes and not np.any(is_last_epoch & self._is_busy):
            return
        free = np.flatnonzero(have_ended)
        self._ended |= self._trained(free)
        taken = free[: len(self.members) - self._next]
        self._is_busy[free[len(taken) :]] = False
        self._places[taken] = np.arange(self._next, self._next + len(taken))
        self._begun[taken] = self.epoch
        self._next += len(taken)
        if len(taken):
            states = self._first_states(self._places[taken])
            self._state = _replaced(self._state, taken, states)
            self._replace_initial(taken, states)
            self._take_lanes()

    def _trained(self, lanes: Int[np.ndarray, " ended"]) -> dict[int, Trained]:
        kept, per_epoch = jax.tree.map(np.asarray, self._kept_state()), self.plan.steps_per_epoch
        epochs, curves = self._epochs_of_members(), {name: np.concatenate(rows) for name, rows in self._trace.items()}
        diverged_at, steps = np.asarray(self._state["diverged_at"]), np.asarray(self._state["step"])
        # A network that has diverged counts until the end of that epoch, however long its lane went on.
        until = np.where(diverged_at < 0, epochs, np.minimum(epochs, diverged_at // per_epoch + 1))
        return {
            int(self._places[lane]): Trained(
                params=unstack(kept["params"], lane, self.plan.lanes),
                statistics=unstack(kept["statistics"], lane, self.plan.lanes),
                initial_params=unstack(self._initial, lane, self.plan.lanes),
                trace={name: rows[self._begun[lane] :][: until[lane], lane].copy() for name, rows in curves.items()},
                snapshots={},
                steps=int(min(steps[lane], until[lane] * per_epoch)),
                diverged_at=int(diverged_at[lane]) if diverged_at[lane] >= 0 else None,
                best_epoch=int(np.asarray(self._state["best_epoch"])[lane]),
            )
            for lane in lanes.tolist()
        }

    def _first_states(self, places: Int[np.ndarray, " taken"]) -> Any:
        states = [first_state(self.plan, self.members[place]) for place in places.tolist()]
        return stack([*states, states[-1]], len(states) + 1)

    def _replace_initial(self, lanes: Int[np.ndarray, " taken"], states: Any) -> None:
        self._initial = _replaced(self._initial, lanes, states["params"])
        self._initial_statistics = _replaced(self._initial_statistics, lanes, states["statistics"])

    def _take_lanes(self) -> None:
        """Lay out what the program reads of the members that the lanes train now."""
        places = self._places.tolist()
        self._lanes = [self.members[place] for place in places]
        self._plans = [self._sized[place] for place in places]
        with precision_of(self.plan.precision):
            self._hyper = stack([member_hyper(self.plan, member) for member in self._lanes], self.plan.lanes)
            if not self._shares_data:
                self._data = self._lay_out([self._datasets[place] for place in places])

    def _lay_out(self, by_lane: Sequence[Dataset]) -> dict[str, Any]:
        if self._shares_data:
            return super()._lay_out(by_lane)
        arrays = lay_out(self.plan, by_lane, num_rows=self._num_rows, known=self._known)
        # Those of members that have ended will not be asked for again.
        self._known = {id(dataset): self._known[id(dataset)] for dataset in by_lane}
        return jax.device_put(arrays, self._placement)


def _replaced(tree: Any, lanes: Int[np.ndarray, " taken"], states: Any) -> Any:
    """Return a tree of arrays with other values in some lanes, the last axis; `states` may have more lanes."""

    def replace(leaf: Any, values: Any) -> np.ndarray:
        copy = np.array(leaf)
        copy[..., lanes] = np.asarray(values)[..., : len(lanes)]
        return copy

    return jax.tree.map(replace, tree, states)
