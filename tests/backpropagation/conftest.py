"""Problems to account for: any network at random weights, on random examples."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import pytest

from descentlab.backpropagation import Problem
from descentlab.networks import build_network
from descentlab.objectives import Task, build_objective, task_of
from descentlab.spec import AnyLayerSpec, CrossEntropySpec, HeadSpec, LossSpec


class Asker:
    """Builds problems."""

    def __call__(
        self,
        model: Sequence[AnyLayerSpec],
        shape: tuple[int, ...],
        *,
        loss: LossSpec | None = None,
        head: HeadSpec | None = None,
        classes: int = 3,
        task: Task | None = None,
        batch: int = 4,
        seed: int = 0,
        is_training: bool = False,
    ) -> Problem:
        rng = np.random.default_rng(seed)
        objective = build_objective(
            loss or CrossEntropySpec(), head or HeadSpec(), task or task_of(classes), check="off"
        )
        network = build_network(model, shape, objective.num_outputs)
        # Not the initial zeros of biases and ones of scales, at which a wrong rule may look right.
        stirred = lambda array: array + 0.3 * rng.normal(size=array.shape)
        params = jax.tree.map(stirred, network.draw(seed))
        statistics = jax.tree.map(lambda array: np.abs(stirred(array)) + 0.1, network.start_statistics())
        targets = self._targets(rng, objective.task, batch)
        inputs = rng.normal(size=(batch, *shape))
        return Problem(
            network, objective, params, statistics, inputs, targets, is_training=is_training, dropout_seed=seed
        )

    @staticmethod
    def _targets(rng: np.random.Generator, task: Task, batch: int) -> Any:
        match task.kind:
            case "classes":
                return rng.integers(0, task.size, batch)
            case "labels":
                return rng.integers(0, 2, (batch, task.size)).astype(np.float64)
            case "numbers":
                return rng.normal(size=batch if task.size == 1 else (batch, task.size))


@pytest.fixture(scope="session")
def ask() -> Asker:
    return Asker()
