"""Problems to account for: any network at random weights, on random examples."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import pytest

from descentlab.backpropagation import Problem
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import AnyLayerSpec, CrossEntropySpec, HeadSpec, LossSpec


class Asker:
    """Builds problems."""

    def __call__(
        self,
        model: Sequence[AnyLayerSpec],
        shape: tuple[int, ...],
        *,
        loss: LossSpec | None = None,
        classes: int = 3,
        batch: int = 4,
        seed: int = 0,
        is_training: bool = False,
    ) -> Problem:
        rng = np.random.default_rng(seed)
        objective = build_objective(loss or CrossEntropySpec(), HeadSpec(), task_of(classes))
        network = build_network(model, shape, objective.num_outputs)
        # Not the initial zeros of biases and ones of scales, at which a wrong rule may look right.
        stirred = lambda array: array + 0.3 * rng.normal(size=array.shape)
        params = jax.tree.map(stirred, network.draw(seed))
        statistics = jax.tree.map(lambda array: np.abs(stirred(array)) + 0.1, network.start_statistics())
        targets: Any = rng.integers(0, classes, batch) if classes else rng.normal(size=batch)
        inputs = rng.normal(size=(batch, *shape))
        return Problem(
            network, objective, params, statistics, inputs, targets, is_training=is_training, dropout_seed=seed
        )


@pytest.fixture(scope="session")
def ask() -> Asker:
    return Asker()
