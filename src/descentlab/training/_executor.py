"""Where the blocks of a training run: here, on a thread a core; or wherever an executor sends their tasks."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from descentlab.data import Dataset
from descentlab.training._block import Block
from descentlab.training._devices import Device, work_devices
from descentlab.training._materials import Materials
from descentlab.training._plan import Plan
from descentlab.training._program import Compiler
from descentlab.training._relay import Relay
from descentlab.training._results import Stacked
from descentlab.training._state import Member
from descentlab.training._symptoms import SymptomPlan


@dataclass(frozen=True, eq=False)
class BlockTask:
    """All that a block's training needs. It can be pickled, and trained in another process to the same bits.

    Attributes:
        plan: Static part of the training, with the numbers of examples.
        members: Members of the block.
        datasets: Prepared data by the members' `data_key`.
        factors: Factors by which the schedule multiplies the learning rate, as `Block` takes them.
        shuffle: Whether each epoch draws a new order of the examples.
        snapshot_epochs: Epochs after which parameters are kept.
        symptoms: When symptoms are recorded; None if they are not.
    """

    plan: Plan
    members: tuple[Member, ...]
    datasets: dict[int, Dataset]
    factors: Float[np.ndarray, "epochs steps *members"]
    shuffle: bool = True
    snapshot_epochs: frozenset[int] = frozenset()
    symptoms: SymptomPlan | None = None

    def block(
        self,
        *,
        devices: Sequence[Device] | None = None,
        compiler: Compiler | None = None,
        materials: Materials | None = None,
    ) -> Block:
        """Lay out the block."""
        kind = Block if len(self.members) <= self.plan.lanes else Relay
        return kind(
            self.plan,
            self.members,
            [self.datasets[member.data_key] for member in self.members],
            self.factors,
            shuffle=self.shuffle,
            snapshot_epochs=self.snapshot_epochs,
            symptoms=self.symptoms,
            devices=devices,
            compiler=compiler,
            materials=materials,
        )


def train_task(task: BlockTask, *, compiler: Compiler | None = None) -> Stacked:
    """Train a block from its first step to its last, as a worker of an executor does."""
    block = task.block(compiler=compiler)
    try:
        while not block.is_done:
            block.advance()
    finally:
        block.close()
    return block.stacked()


@runtime_checkable
class Executor(Protocol):
    """A place where blocks are trained. `train_blocks` hands out their tasks and takes their results as they come."""

    def run(
        self,
        count: int,
        task_of: Callable[[int], BlockTask | None],
        train_here: Callable[[int, BlockTask], Stacked],
        take: Callable[[int, Stacked], None],
        give_up: Callable[[], None],
    ) -> None:
        """Train all blocks.

        Args:
            count: Number of blocks.
            task_of: Returns the task of a block, by its number; None for a block that needs no training. It reads the
                block's data, and is to be called when the block's turn has come.
            train_here: Trains a block in this process: it saves checkpoints, draws progress and hears Ctrl-C. An
                executor that sends tasks elsewhere calls `train_task` there instead.
            take: Takes the result of a block; several threads may call it.
            give_up: Lets the blocks that are trained here end at their next slice; called when something goes wrong.
        """
        ...


WORKERS_PER_CORE = 2
"""While one thread lays out a block or takes its numbers, another one's computes: 0.92 s with one, 0.78 s with two."""


class Threads:
    """Blocks run in this process, a few threads a core, or over the devices that there are."""

    def run(
        self,
        count: int,
        task_of: Callable[[int], BlockTask | None],
        train_here: Callable[[int, BlockTask], Stacked],
        take: Callable[[int, Stacked], None],
        give_up: Callable[[], None],
    ) -> None:
        """Train all blocks; see `Executor.run`."""

        def train(index: int) -> None:
            task = task_of(index)
            if task is not None:
                take(index, train_here(index, task))

        devices = work_devices()
        at_once = WORKERS_PER_CORE * (os.cpu_count() or 1) if devices[0].platform == "cpu" else len(devices)
        with ThreadPoolExecutor(max(1, min(count, at_once))) as pool:
            try:
                for _ in pool.map(train, range(count)):
                    pass
            except BaseException:
                give_up()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
