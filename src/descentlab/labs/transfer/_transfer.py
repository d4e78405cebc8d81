"""`transfer`: how far what a network has learned carries to other pictures."""

import os
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from descentlab import results, training
from descentlab.core import DataError, SpecError
from descentlab.labs.transfer import measure as transfers
from descentlab.labs.transfer._page import build_page
from descentlab.labs.transfer._result import Transfer
from descentlab.labs.transfer._target import Giver, Target, find_giver, find_target
from descentlab.labs.transfer._words import describe, notes_of
from descentlab.labs.transfer.measure import TRAINED, Curves, Learner, Shots
from descentlab.runs import save_results
from descentlab.spec import Experiment
from descentlab.training import Interrupted, Plan, Progress
from descentlab.workbench import (
    SILENT,
    Run,
    Settings,
    Watcher,
    check_room,
    need_run,
    settings_as_texts,
    stop_on_signals,
)

SIZES = (1, 2, 5, 10, 20, 50, 100)
DRAWS = 10
CHOOSING_DRAWS = 3
TEST = 2_000
CHOOSE = 1_000
MOST_BYTES = 2**30
"""What the examples of all draws may take as float32."""
FEWEST_TEST = 20


def transfer(
    run: str | os.PathLike[str] | Run,
    to: str | os.PathLike[str] | Experiment | Run,
    *,
    examples: Sequence[int] | None = None,
    seeds: int = DRAWS,
    test_examples: int = TEST,
    member: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Transfer:
    """Measure how far what a network has learned carries to other pictures.

    With few examples of each class of the other data, three ways learn from the same ones: *frozen*, where all layers
    but the last stay as they are and a new last layer is learned (a logistic regression on what they give);
    *fine-tuned*, where a training starts from the learned weights; and *fresh*, where the same network starts from a
    new draw. A logistic regression on the raw pixels is the control.

    Args:
        run: The run whose network is carried over.
        to: A data set (as "fashion-mnist" or "digits"), or other pictures that `train` takes.
        examples: Numbers of examples of each class. Default: those of 1, 2, 5, 10, 20, 50, 100 that there are.
        seeds: How many draws of examples, each with its own split and initial weights. Fewer than 6 can show no
            difference.
        test_examples: How many examples of the held-out part each draw is scored on.
        member: Which network of a run with several seeds. Default: the first.
        set: Fields of the target's experiment, as its split.
        out: Where page and numbers go. Default: `transfer-NAME/` in the run's folder.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        What was found.

    Raises:
        RunError: If the run takes no pictures, or has no weights.
        SpecError: If there is no such target, or it has no pictures or classes.
        DataError: If a class has too few examples.

    Example:
        >>> import descentlab as dl
        >>> found = dl.transfer("mnist-cnn-001", "fashion-mnist")  # doctest: +SKIP

    References:
        Yosinski, Clune, Bengio and Lipson, "How transferable are features in deep neural networks?" (2014).
        Kornblith, Shlens and Le, "Do better ImageNet models transfer better?" (2019), for the three ways.
    """
    begin = time.perf_counter()
    if not 1 <= seeds <= 1_000:
        raise SpecError(f"seeds={seeds}: expected 1 to 1,000 draws of examples")
    if test_examples < FEWEST_TEST:
        raise SpecError(f"test_examples={test_examples}: expected {FEWEST_TEST} or more")
    giver = find_giver(need_run(run), member)
    training.prepare_engine()
    target = find_target(to, settings_as_texts(set), watcher)
    sizes = _sizes(target, seeds, examples)
    draws, choosing = _draw(target, giver, sizes, seeds, test_examples)
    loaded = time.perf_counter()
    with stop_on_signals(watcher) as stop:
        try:
            found = _learn(giver, target, sizes, draws, choosing, watcher=watcher, stop=stop)
        except Interrupted:
            raise KeyboardInterrupt from None
    end = time.perf_counter()
    times = {"load": loaded - begin, "learn": end - loaded, "total": end - begin}
    found = replace(found, sentences=describe(found), notes=notes_of(found, giver, target), seconds=times)
    return _saved(found, giver, out) if report else found


def _sizes(target: Target, seeds: int, asked: Sequence[int] | None) -> tuple[int, ...]:
    """Check the numbers of examples, or choose those that there are enough of."""
    if asked is not None:
        if not asked or min(asked) < 1:
            raise SpecError(
                f"examples={','.join(map(str, asked))}: expected numbers of examples of each class, as 1,10,100"
            )
        return tuple(sorted(dict.fromkeys(int(size) for size in asked)))
    # A split's sizes are the same for every seed, up to one example of a class.
    fewest = min(min(transfers.count_classes(target.examples.of(seed))) for seed in range(seeds + CHOOSING_DRAWS))
    fitting = tuple(size for size in SIZES if size <= fewest)
    if not fitting:
        raise DataError(f"'{target.name}' has a class without any training example: there is nothing to learn it from")
    return fitting


def _draw(
    target: Target, giver: Giver, sizes: tuple[int, ...], seeds: int, test_examples: int
) -> tuple[list[Shots], list[Shots]]:
    """Draw the examples of every seed, and those that learning rates and penalties are chosen with."""
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


def _learn(
    giver: Giver,
    target: Target,
    sizes: tuple[int, ...],
    draws: list[Shots],
    choosing: list[Shots],
    *,
    watcher: Watcher,
    stop: threading.Event,
) -> Transfer:
    chosen_with = sorted({sizes[0], sizes[len(sizes) // 2], sizes[-1]})
    networks = len(TRAINED) * (len(draws) * len(sizes) + len(transfers.RATES) * len(choosing) * len(chosen_with))
    progress = _Progress(watcher, networks)
    learner = Learner(giver.source, check=progress.begin, on_progress=progress.advance, stop=stop)
    choices = tuple(learner.choose(choosing, per_class) for per_class in chosen_with)
    accuracy = learner.learn(draws, sizes, choices)
    same = giver.run.classes == target.first.classes
    first = draws[0]
    return Transfer(
        name=giver.name,
        target=target.name,
        experiment=giver.run.experiment,
        classes=target.first.classes,
        own_shape=target.first.input_shape,
        shape=giver.shape,
        curves=Curves(
            per_class=np.array(sizes),
            accuracy=accuracy,
            as_it_is=learner.as_it_is(draws) if same else None,
            chance=np.array([_majority(one) for one in draws]),
        ),
        choices=choices,
        num_test=min(len(one.dataset.test) for one in draws),
        pictures=first.real("train", 1),
        sentences=(),
        notes=(),
        seconds={},
    )


def _majority(one: Shots) -> float:
    """Return the share of the most frequent class among the examples that are scored."""
    labels = one.labels("test")
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
        """Tell how far the population is."""
        self._now = now.num_members
        done = self._before + now.share * now.num_members
        members = self._before + now.members_done
        self._watcher.on_training(replace(now, share=done / self._total, members_done=members, num_members=self._total))


def _saved(found: Transfer, giver: Giver, out: str | os.PathLike[str] | None) -> Transfer:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", found.target).strip("-.")[:60] or "pictures"
    place = giver.run.path / f"transfer-{name}" if out is None else Path(out)
    page = results.render_page(build_page(found))
    save_results(place, result=found.to_json(), tables=found.tables(), report=page)
    return replace(found, path=place)
