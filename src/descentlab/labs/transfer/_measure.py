"""Measuring how well few examples are learned in every way."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from descentlab.core import DataError, SpecError
from descentlab.labs.transfer import measure as transfers
from descentlab.labs.transfer._measured import Transfer
from descentlab.labs.transfer._target import Giver, Target
from descentlab.labs.transfer.measure import TRAINED, Curves, Learner, Shots
from descentlab.training import Interrupted, Plan, Progress
from descentlab.workbench import Watcher, check_room, stop_on_signals

SIZES = (1, 2, 5, 10, 20, 50, 100)
CHOOSING_DRAWS = 3
CHOOSE = 1_000
MOST_BYTES = 2**30
"""Bytes that the examples of all draws may take as float32."""
FEWEST_TEST = 20


def choose_sizes(target: Target, seeds: int, asked: Sequence[int] | None) -> tuple[int, ...]:
    """Check the numbers of examples, or choose those that there are enough examples for.

    Raises:
        SpecError: If a number is too small.
        DataError: If a class has no training example.
    """
    if asked is not None:
        if not asked or min(asked) < 1:
            raise SpecError(
                f"--examples {','.join(map(str, asked))}: expected numbers of examples of each class, as 1,10,100"
            )
        return tuple(sorted(dict.fromkeys(int(size) for size in asked)))
    # A split's sizes are the same for every seed, up to one example of a class.
    fewest = min(min(transfers.count_classes(target.examples.of(seed))) for seed in range(seeds + CHOOSING_DRAWS))
    fitting = tuple(size for size in SIZES if size <= fewest)
    if not fitting:
        raise DataError(f"'{target.name}' has a class without any training example: there is nothing to learn it from")
    return fitting


def draw_examples(
    target: Target, giver: Giver, sizes: tuple[int, ...], seeds: int, test_examples: int
) -> tuple[list[Shots], list[Shots]]:
    """Draw the examples of every seed, and those that learning rates and penalties are chosen with.

    Raises:
        SpecError: If they take more memory than there may be.
    """
    room = MOST_BYTES // (seeds + CHOOSING_DRAWS) // (4 * int(np.prod(giver.shape)))
    num_train = max(sizes) * len(target.first.classes)
    if room < num_train + 2 * FEWEST_TEST:
        raise SpecError(
            f"{seeds} draws of {num_train:,} examples of shape {giver.shape} take more than {MOST_BYTES / 2**30:.0f} "
            "GiB: use fewer seeds, or fewer examples of each class"
        )
    spare = room - num_train

    def draw(seed: int, per_class: int, num_choose: int, num_test: int) -> Shots:
        return transfers.draw_shots(
            target.examples.of(seed),
            giver.shape,
            per_class=per_class,
            num_choose=num_choose,
            num_test=num_test,
            seed=seed,
        )

    draws = [draw(seed, max(sizes), 0, min(test_examples, spare)) for seed in range(seeds)]
    others = range(seeds, seeds + CHOOSING_DRAWS)
    return draws, [draw(seed, max(sizes), min(CHOOSE, spare), FEWEST_TEST) for seed in others]


def learn(
    giver: Giver,
    target: Target,
    sizes: tuple[int, ...],
    draws: list[Shots],
    choosing: list[Shots],
    *,
    watcher: Watcher,
) -> Transfer:
    """Learn from the examples of every draw in every way.

    Args:
        giver: The network that is carried over.
        target: The data.
        sizes: Numbers of training examples for each class.
        draws: The examples of every draw.
        choosing: The examples that learning rates and penalties are chosen with.
        watcher: Called as the work goes on.

    Returns:
        The accuracies.
    """
    chosen_with = sorted({sizes[0], sizes[len(sizes) // 2], sizes[-1]})
    networks = len(TRAINED) * (len(draws) * len(sizes) + len(transfers.RATES) * len(choosing) * len(chosen_with))
    progress = _Progress(watcher, networks)
    has_same_classes = giver.run.classes == target.first.classes
    with stop_on_signals(watcher) as stop:
        learner = Learner(giver.source, check=progress.begin, on_progress=progress.advance, stop=stop)
        try:
            choices = tuple(learner.choose(choosing, per_class) for per_class in chosen_with)
            accuracy = learner.learn(draws, sizes, choices)
            as_it_is = learner.as_it_is(draws) if has_same_classes else None
        except Interrupted:
            raise KeyboardInterrupt from None
    chance = np.array([_majority(each) for each in draws])
    return Transfer(
        name=giver.name,
        target=target.name,
        experiment=giver.run.experiment,
        classes=target.first.classes,
        target_shape=target.first.input_shape,
        shape=giver.shape,
        curves=Curves(np.array(sizes), accuracy, as_it_is, chance),
        choices=choices,
        num_test=min(len(each.dataset.test) for each in draws),
        pictures=draws[0].real("train", 1),
    )


def _majority(shots: Shots) -> float:
    """Return the share of the most frequent class among the examples that are scored."""
    labels = shots.labels("test")
    return float(np.bincount(labels).max() / len(labels))


class _Progress:
    """How far all trainings are together."""

    def __init__(self, watcher: Watcher, num_networks: int) -> None:
        self._watcher, self._total = watcher, num_networks
        self._before = self._now = 0

    def begin(self, plan: Plan, epochs: int) -> None:
        """Refuse a population without room, and count the one before it as done."""
        check_room(plan, epochs)
        self._before, self._now = self._before + self._now, 0

    def advance(self, now: Progress) -> None:
        """Show how far the population is."""
        self._now = now.num_members
        done = self._before + now.share * now.num_members
        members = self._before + now.members_done
        self._watcher.on_training(replace(now, share=done / self._total, members_done=members, num_members=self._total))
