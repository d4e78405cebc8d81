"""Trainings from where a training stopped: as it is, with noise, and beside a fresh start, from several seeds."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab import training
from descentlab.core import generator
from descentlab.data import Dataset
from descentlab.labs.curvature._escape import Escape
from descentlab.optimizers import schedule_factors
from descentlab.spec import Experiment
from descentlab.training import Block, Member, Plan, Trained
from descentlab.workbench import Examples, Watcher, stop_on_signals

FRESH = 1_000_000_007
"""Added to a seed, it draws the fresh start, and the order of the examples in the second training of all three."""

Tree = Mapping[str, Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class _Trainings:
    """What all trainings share."""

    experiment: Experiment
    examples: Examples
    watcher: Watcher
    stop: threading.Event

    def train(
        self, members: Sequence[Member], dataset_of: Callable[[int], Dataset], start: "_Start | None" = None
    ) -> tuple[Trained, ...]:
        """Train the members from a given start, or else from their draws."""
        plan = training.make_plan(self.experiment, dataset_of(members[0].seed), num_members=len(members))
        checkpoints = None if start is None else start.laid_out(self.experiment, plan, members, dataset_of)
        return training.train_population(
            self.experiment,
            plan,
            members,
            dataset_of,
            checkpoints=checkpoints,
            on_progress=self.watcher.on_training,
            stop=self.stop,
        ).trained


def try_escape(experiment: Experiment, examples: Examples, *, num_seeds: int, noise: float, watcher: Watcher) -> Escape:
    """Train from several seeds to their stops, and as long again from three places each.

    The three second trainings of a seed have the same data and the same order of the examples, and the rule begins with
    an empty memory and the schedule anew in each, so that they differ by where they start alone.

    Args:
        experiment: What to train.
        examples: Its data.
        num_seeds: Networks, with seeds from the experiment's on.
        noise: Standard deviation of the noise, as a share of the root mean square of each array of weights.
        watcher: What is called while it goes on.

    Returns:
        Every loss.

    Raises:
        KeyboardInterrupt: If Ctrl-C was pressed.
    """
    seeds = range(experiment.seed, experiment.seed + num_seeds)
    alone = experiment.model_copy(update={"early_stopping": None})
    with stop_on_signals(watcher) as stop:
        try:
            first = _Trainings(experiment, examples, watcher, stop)
            second = _Trainings(alone, examples, watcher, stop)
            stops = first.train([Member(seed) for seed in seeds], examples.of)
            again = [Member((seed + FRESH) % 2**32) for seed in seeds]
            datasets = {member.seed: examples.of(seed) for member, seed in zip(again, seeds, strict=True)}
            there = [(trained.params, trained.statistics) for trained in stops]
            kicked = [
                (_with_noise(params, noise, seed), statistics)
                for (params, statistics), seed in zip(there, seeds, strict=True)
            ]
            went_on = second.train(again, datasets.__getitem__, _Start(there))
            noisy = second.train(again, datasets.__getitem__, _Start(kicked))
            fresh = second.train(again, datasets.__getitem__)
        except training.Interrupted:
            raise KeyboardInterrupt from None
    return Escape(
        seeds=np.array(seeds, np.int64),
        stop=_losses(stops),
        go_on=_losses(went_on),
        noise=_losses(noisy),
        restart=_losses(fresh),
        noise_scale=noise,
    )


def _with_noise(params: Tree, scale: float, seed: int) -> dict[str, dict[str, np.ndarray]]:
    def kick(layer: str, role: str, array: np.ndarray) -> np.ndarray:
        size = scale * float(np.sqrt(np.mean(array.astype(np.float64) ** 2)))
        drawn = generator(seed, "escape", layer, role).normal(0.0, 1.0, array.shape)
        return (array + size * drawn).astype(array.dtype)

    return {layer: {role: kick(layer, role, array) for role, array in roles.items()} for layer, roles in params.items()}


def _losses(trained: Sequence[Trained]) -> np.ndarray:
    """Return the training loss, penalty included, where each training ended; NaN where it diverged."""
    return np.array([_loss(member) for member in trained])


def _loss(trained: Trained) -> float:
    last = (trained.best_epoch or len(trained.trace["train_loss"])) - 1
    if trained.diverged_at is not None or last < 0:
        return np.nan
    penalty = trained.trace.get("penalty")
    return float(trained.trace["train_loss"][last] + (penalty[last] if penalty is not None else 0.0))


class _Start:
    """Hands each block the weights that its members start from, where a checkpoint would be looked for."""

    def __init__(self, places: Sequence[tuple[Tree, Tree]]) -> None:
        self._places = places
        self._blocks: dict[str, dict[str, np.ndarray]] = {}

    def laid_out(
        self, experiment: Experiment, plan: Plan, members: Sequence[Member], dataset_of: Callable[[int], Dataset]
    ) -> "_Start":
        """Write the weights into states as the blocks of these members begin with."""
        factors = schedule_factors(
            experiment.schedule, num_epochs=experiment.epochs, steps_per_epoch=plan.steps_per_epoch
        )
        for index, group in enumerate(training.group_members(plan, members)):
            chosen = [members[place] for place in group]
            block = Block(plan, chosen, [dataset_of(member.seed) for member in chosen], factors)
            starts = [self._places[place] for place in group]
            starts += [starts[-1]] * (plan.lanes - len(starts))
            arrays = block.save()
            for name in arrays:
                for number, kind in enumerate(("params", "statistics")):
                    layer, _, role = name.removeprefix(f"state/{kind}/").rpartition("/")
                    if name.startswith(f"state/{kind}/"):
                        leaves = [place[number][layer][role] for place in starts]
                        arrays[name] = np.stack(leaves, axis=-1) if plan.lanes > 1 else np.asarray(leaves[0])
            self._blocks[f"block-{index:05d}"] = arrays
        return self

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        """Return the state that a block begins with."""
        return self._blocks[name]

    def is_due(self) -> bool:
        """Nothing is saved."""
        return False

    def save(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Nothing is saved."""
