"""Training again for the curvature: it keeps the weights and the optimizer's memory at some epochs."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Float

from descentlab import training
from descentlab.data import Dataset
from descentlab.optimizers import schedule_factors
from descentlab.spec import Experiment
from descentlab.training import Member, Plan, Trained
from descentlab.workbench._stopping import stop_on_signals
from descentlab.workbench._watcher import Watcher

if TYPE_CHECKING:
    import descentlab.sharpness

_MEMORY = re.compile(r"state/opt_state/\d+/nu/(?P<layer>.+)/(?P<role>[^/]+)")


class OptimizerMemory:
    """Keeps the running mean of the squared gradients of each member at some epochs.

    It takes the place of checkpoints, to which a block gives its state, and saves nothing to disk.
    """

    def __init__(self, plan: Plan, members: Sequence[Member], epochs: frozenset[int]) -> None:
        self._lanes = plan.lanes
        self._groups = {
            f"block-{place:05d}": group for place, group in enumerate(training.group_members(plan, members))
        }
        self._epochs = epochs
        self._kept: dict[tuple[int, int], tuple[Float[np.ndarray, " params"], int]] = {}

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        """Return None, since nothing is saved."""
        return None

    def is_due(self) -> bool:
        """Return True: a slice of training ends at every wanted epoch, so each state is looked at."""
        return True

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep the memory at the wanted epochs."""
        epoch, step_in_epoch = (int(value) for value in arrays["position"])
        if epoch not in self._epochs or step_in_epoch:
            return
        for lane, place in enumerate(self._groups[name]):
            if (place, epoch) not in self._kept:
                steps = int(np.atleast_1d(arrays["state/step"])[lane])
                self._kept[place, epoch] = self._flat(arrays, lane), steps

    def _flat(self, arrays: Mapping[str, np.ndarray], lane: int) -> Float[np.ndarray, " params"]:
        tree: dict[str, dict[str, np.ndarray]] = {}
        for name, array in arrays.items():
            match = _MEMORY.fullmatch(name)
            if match:
                values = array if self._lanes == 1 else array[..., lane]
                tree.setdefault(match["layer"], {})[match["role"]] = values
        return np.asarray(ravel_pytree(tree)[0])

    def divisor(self, experiment: Experiment, place: int, epoch: int) -> Float[np.ndarray, " params"] | None:
        """Return the divisors of each weight's step after an epoch; None before the first step."""
        from descentlab import sharpness

        moment, steps = self._kept.get((place, epoch), (None, 0))
        return None if moment is None else sharpness.preconditioner(experiment.optimizer, moment, step=steps)


def follow(
    experiment: Experiment,
    dataset: Dataset,
    rates: Sequence[float],
    *,
    epochs: frozenset[int],
    watcher: Watcher,
) -> "tuple[Plan, list[tuple[Trained, list[descentlab.sharpness.TrainingPoint]]]]":
    """Train at every rate from the same draw, and keep the network at some epochs.

    Args:
        experiment: The experiment to train.
        dataset: Data of the experiment.
        rates: Learning rates, one network each.
        epochs: Epochs after which the network is kept.
        watcher: Callbacks of the training.

    Returns:
        The plan, and for each rate the trained network with its points.

    Raises:
        KeyboardInterrupt: If Ctrl-C was pressed.
    """
    from descentlab import sharpness

    plan = training.make_plan(experiment, dataset, num_members=len(rates), is_brief=True)
    members = [Member(experiment.seed, (("learning_rate", float(rate)),)) for rate in rates]
    is_divided = sharpness.is_preconditioned(experiment.optimizer)
    memory = OptimizerMemory(plan, members, epochs) if is_divided else None
    with stop_on_signals(watcher) as stop:
        try:
            trained = training.train_population(
                experiment,
                plan,
                members,
                lambda _: dataset,
                snapshot_epochs=epochs,
                checkpoints=memory,
                on_progress=watcher.on_training,
                stop=stop,
            ).trained
        except training.Interrupted:
            raise KeyboardInterrupt from None
    followed = []
    for place, (rate, member) in enumerate(zip(rates, trained, strict=True)):
        moments = [
            moment_at(
                experiment,
                plan,
                rate,
                epoch,
                (member.snapshots[epoch]["params"], member.snapshots[epoch]["statistics"]),
                divisor=memory.divisor(experiment, place, epoch) if memory else None,
            )
            for epoch in sorted(member.snapshots)
        ]
        followed.append((member, moments))
    return plan, followed


def moment_at(
    experiment: Experiment,
    plan: Plan,
    rate: float,
    epoch: int,
    weights: tuple[Any, Any],
    *,
    divisor: Float[np.ndarray, " params"] | None = None,
) -> "descentlab.sharpness.TrainingPoint":
    """Return a network's point of training after an epoch, with the learning rate of its schedule at that time."""
    from descentlab import sharpness

    factor = 1.0
    if experiment.epochs:
        factors = schedule_factors(
            experiment.schedule, num_epochs=experiment.epochs, steps_per_epoch=plan.steps_per_epoch
        )
        factor = float(factors[min(epoch, experiment.epochs) - 1, -1] if epoch else factors[0, 0])
    return sharpness.TrainingPoint(epoch, rate * factor, weights[0], weights[1], divisor)
