"""Training one network a seed for an analysis that is given an experiment instead of a run."""

from collections.abc import Sequence

from descentlab import training
from descentlab.data import Dataset
from descentlab.spec import Experiment
from descentlab.training import Member, Trained
from descentlab.workbench._room import check_room
from descentlab.workbench._stopping import stop_on_signals
from descentlab.workbench._watcher import Watcher


def train_seeds(
    experiment: Experiment, datasets: dict[int, Dataset], epochs: Sequence[int], watcher: Watcher
) -> tuple[Trained, ...]:
    """Train one network a seed, as `train` does."""
    seeds = list(datasets)
    plan = training.make_plan(
        experiment, datasets[seeds[0]], num_members=len(seeds), num_devices=training.device_count()
    )
    check_room(plan, experiment.epochs)
    with stop_on_signals(watcher) as stop:
        try:
            return training.train_population(
                experiment,
                plan,
                [Member(seed) for seed in seeds],
                datasets.__getitem__,
                snapshot_epochs=frozenset(epochs),
                on_progress=watcher.on_training,
                stop=stop,
            ).trained
        except training.Interrupted:
            raise KeyboardInterrupt from None
