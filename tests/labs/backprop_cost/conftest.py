"""Networks whose step is counted and timed."""

from collections.abc import Sequence

import numpy as np
import pytest

from descentlab.labs.backprop_cost.measure import Case
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import AnyLayerSpec, AnyOptimizerSpec, CrossEntropySpec, HeadSpec, SgdSpec


class CaseMaker:
    """Builds a network at its initial weights, on random examples of three classes."""

    def __call__(
        self,
        model: Sequence[AnyLayerSpec],
        shape: tuple[int, ...],
        *,
        batch: int = 4,
        optimizer: AnyOptimizerSpec | None = None,
        precision: str = "float32",
    ) -> Case:
        rng = np.random.default_rng(0)
        objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(3))
        network = build_network(model, shape, objective.num_outputs)
        return Case(
            network=network,
            objective=objective,
            optimizer=optimizer or SgdSpec(),
            params=network.draw(0),
            statistics=network.start_statistics(),
            inputs=rng.normal(size=(10, *shape)),
            targets=rng.integers(0, 3, 10),
            batch_size=batch,
            precision=precision,
        )


@pytest.fixture(scope="session")
def make_case() -> CaseMaker:
    return CaseMaker()
