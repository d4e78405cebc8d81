"""Where blocks run is given from above, and a block trained elsewhere has the same bits."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.core import StorageError
from descentlab.data import Dataset
from descentlab.spec import Experiment
from descentlab.training import BlockTask, Member, Progress, Stacked, make_plan, train_blocks, train_task

Source = Callable[[int], Dataset]

WORKER = """
import pickle, sys
from descentlab import training
training.prepare_engine()
task = pickle.loads(open(sys.argv[1], "rb").read())
open(sys.argv[2], "wb").write(pickle.dumps(training.train_task(task)))
"""


class Elsewhere:
    """Sends the tasks away as bytes, trains them last to first, and takes the results as they come."""

    def __init__(self, train: Callable[[bytes], bytes]) -> None:
        self._train = train

    def run(
        self,
        count: int,
        task_of: Callable[[int], BlockTask | None],
        train_here: Callable[[int, BlockTask], Stacked],
        take: Callable[[int, Stacked], None],
        give_up: Callable[[], None],
    ) -> None:
        for index in reversed(range(count)):
            task = task_of(index)
            if task is not None:
                take(index, pickle.loads(self._train(pickle.dumps(task))))


def _train_bytes(task: bytes) -> bytes:
    return pickle.dumps(train_task(pickle.loads(task)))


def _in_a_process(folder: Path) -> Callable[[bytes], bytes]:
    def train(task: bytes) -> bytes:
        (folder / "task").write_bytes(task)
        subprocess.run([sys.executable, "-c", WORKER, folder / "task", folder / "result"], check=True)
        return (folder / "result").read_bytes()

    return train


def _trained(
    experiment: Experiment, dataset_of: Source, members: list[Member], **options: Any
) -> dict[int, np.ndarray]:
    plan = make_plan(experiment, dataset_of(0), num_members=len(members))
    weights: dict[int, np.ndarray] = {}

    def take(places: Any, stacked: Stacked) -> None:
        for place, trained in zip(places, stacked.apart(), strict=True):
            weights[place] = np.concatenate(
                [array.ravel() for own in trained.params.values() for array in own.values()]
            )

    train_blocks(experiment, plan, members, dataset_of, take, **options)
    return weights


def test_blocks_trained_elsewhere_have_the_same_bits(iris: Experiment, iris_of: Source) -> None:
    members = [Member(seed) for seed in range(40)]
    seen: list[Progress] = []
    here = _trained(iris, iris_of, members)
    there = _trained(iris, iris_of, members, executor=Elsewhere(_train_bytes), done={0}, on_progress=seen.append)
    assert sorted(there) == list(range(16, 40))
    for place, weights in there.items():
        np.testing.assert_array_equal(weights, here[place])


@pytest.mark.shipped
def test_a_task_is_trained_in_another_process_to_the_same_bits(
    iris: Experiment, iris_of: Source, tmp_path: Path
) -> None:
    here = _trained(iris, iris_of, [Member(3)])
    there = _trained(iris, iris_of, [Member(3)], executor=Elsewhere(_in_a_process(tmp_path)))
    np.testing.assert_array_equal(there[0], here[0])


def test_what_goes_wrong_elsewhere_is_raised_here(iris: Experiment, iris_of: Source) -> None:
    def fail(_: bytes) -> bytes:
        raise StorageError("the worker is gone")

    with pytest.raises(StorageError, match="the worker is gone"):
        _trained(iris, iris_of, [Member(0)], executor=Elsewhere(fail))
