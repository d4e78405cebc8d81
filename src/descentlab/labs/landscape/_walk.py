"""The path that training took: the weights that a run kept on its way, or those of training it again."""

from typing import Any

import numpy as np

from descentlab.labs.landscape._subject import PathNeed, Subject, Walk
from descentlab.labs.landscape.measure import WeightSpace
from descentlab.training import Trained
from descentlab.workbench import Run, Watcher, train_seeds

PATH_EPOCHS = 60
MAX_PATH_NUMBERS = 20_000_000
AGAIN_S = 60.0
"""A run that took no longer is trained again for a path of more epochs than it kept."""
SAME = 1e-5
"""Of the weights' length: a training that was repeated ends this near, or something about it is not as it was."""


def walk_of_run(
    subject: Subject, run: Run, member: int, path: PathNeed, watcher: Watcher
) -> tuple[Walk | None, tuple[str, ...]]:
    """Find the path of a run.

    Args:
        subject: Its network.
        run: The run.
        member: Which network of several seeds.
        path: How much the path is wanted.
        watcher: What is called while it is trained again.

    Returns:
        The path, or None, and what a reader must know of it.
    """
    if path == "no":
        return None, ()
    end = _of_member(run.metrics.get("best_epoch"), member) or _of_member(run.metrics.get("epochs"), member)
    end = subject.experiment.epochs if end is None else end
    seconds = run.metrics.get("seconds", {}).get("train", np.inf) / run.num_members
    kept = _kept(subject, run, member, end)
    if seconds > AGAIN_S and path == "if-quick":
        if len(kept.epochs) > 2:
            return kept, ()
        return None, (
            f"Training took {seconds:,.0f} s and kept no weights on the way, so the plane of its path is left out; "
            "--plane path trains again for it.",
        )
    wanted = path_epochs(end, subject.space.size)
    if set(wanted) <= set(kept.epochs):
        return kept, ()
    (trained,) = train_seeds(subject.experiment, {subject.experiment.seed: subject.dataset}, wanted, watcher)
    walk = walk_of(subject.space, trained, end, is_repeated=True)
    weights = subject.space.flatten(subject.params)
    away = float(np.linalg.norm(walk.networks[-1] - weights) / (np.linalg.norm(weights) or 1.0))
    if away <= SAME:
        return walk, ()
    return walk, (
        f"Trained again for its path, it ended {away:.2g} of the weights' length away from where the run ended: "
        "rounding is not the same on every machine. The path is that of the second training.",
    )


def _of_member(values: Any, member: int) -> int | None:
    value = values[member] if isinstance(values, list) and member < len(values) else values
    return value if isinstance(value, int) else None


def _kept(subject: Subject, run: Run, member: int, end: int) -> Walk:
    """Gather the networks that a run kept, and the draw it began with."""
    space = subject.space
    networks = {0: space.flatten(subject.initial)}
    kept = run.folder.load_snapshots(run.weight_shapes())
    if kept is not None:
        for index, epoch in enumerate(kept.epochs):
            # After early stopping the run's own weights are those of its best epoch, and what came later is left out.
            if epoch < end:
                params = {
                    layer: {role: kept.tensors[f"{layer}/{role}"][index, member] for role in roles}
                    for layer, roles in subject.params.items()
                }
                networks[int(epoch)] = space.flatten(params)
    networks[end] = space.flatten(subject.params)
    epochs = tuple(sorted(networks))
    return Walk(epochs, np.stack([networks[epoch] for epoch in epochs]))


def path_epochs(end: int, size: int) -> tuple[int, ...]:
    """Choose epochs evenly apart, the first and the last among them."""
    count = max(2, min(PATH_EPOCHS, MAX_PATH_NUMBERS // max(1, size)))
    return tuple(int(epoch) for epoch in np.unique(np.linspace(0, end, count + 1).round()))


def walk_of(space: WeightSpace, trained: Trained, end: int, *, is_repeated: bool = False) -> Walk:
    """Lay out the networks of a training up to its end, which with early stopping is its best epoch."""
    end = end if trained.best_epoch is None else trained.best_epoch
    networks = {epoch: kept["params"] for epoch, kept in trained.snapshots.items() if epoch < end}
    networks[end] = trained.params
    epochs = tuple(sorted(networks))
    return Walk(epochs, np.stack([space.flatten(networks[epoch]) for epoch in epochs]), is_repeated)
