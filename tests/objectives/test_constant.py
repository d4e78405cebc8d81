"""The loss of the best constant answer, beside a search over all answers."""

import numpy as np
import pytest
from jax import numpy as jnp

from descentlab.objectives import best_constant_loss, build_objective
from descentlab.spec import BinaryCrossEntropySpec, CrossEntropySpec, HuberSpec, LossSpec, SquaredErrorSpec

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("num_classes", [0, 2])
@pytest.mark.parametrize(
    "loss",
    [
        SquaredErrorSpec(), SquaredErrorSpec(output="tanh", factor=0.5), BinaryCrossEntropySpec(), HuberSpec(delta=0.4),
        CrossEntropySpec(),
    ],
    ids=str,
)  # fmt: skip
def test_no_constant_answer_is_better(loss: LossSpec, num_classes: int) -> None:
    if num_classes == 0 and loss.kind in ("binary-cross-entropy", "cross-entropy"):
        pytest.skip("classes only")
    objective = build_objective(loss, num_classes)
    targets = (
        RNG.integers(0, 2, 31).astype(np.int32) if num_classes else RNG.normal(size=31).clip(-0.9, 0.9).astype("f4")
    )
    tried = np.linspace(-6.0, 6.0, 4001, dtype="f4")
    told = [jnp.asarray(tried)[:, None]] if objective.num_outputs == 1 else [jnp.stack([tried, -tried], axis=1)]
    losses = np.mean(
        [np.asarray(objective.losses(told[0], jnp.full(len(tried), target))) for target in targets], axis=0
    )
    assert best_constant_loss(objective, targets) == pytest.approx(float(losses.min()), rel=1e-3)
