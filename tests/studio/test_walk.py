import re

import numpy as np
import pytest

from descentlab.live import Session, account_of
from descentlab.spec import preset
from descentlab.studio.playing._walk import Stage, walk


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session(preset("circle"))
    made.advance(epochs=5)
    return made


@pytest.fixture(scope="module")
def stages(session: Session) -> list[Stage]:
    row = int(session.dataset.train[0])
    return walk(account_of(session, row), session.dataset, row)


def test_the_way_goes_forward_to_the_cost_and_back(stages: list[Stage]) -> None:
    assert [stage.title for stage in stages] == [
        "The example", "Forward: hidden1", "Forward: hidden2", "Forward: output", "The cost",
        "Backward: output", "Backward: hidden2", "Backward: hidden1",
    ]  # fmt: skip


def test_every_number_can_be_recomputed_by_hand(session: Session, stages: list[Stage]) -> None:
    row = int(session.dataset.train[0])
    x = session.dataset.inputs[row].astype(float)
    params = session.params_of(0)
    z1 = x @ params["hidden1"]["weight"] + params["hidden1"]["bias"]
    for unit, cells in enumerate(stages[1].rows):
        assert [float(cell) for cell in cells[1:]] == pytest.approx(
            [z1[unit] - params["hidden1"]["bias"][unit], params["hidden1"]["bias"][unit], z1[unit], np.tanh(z1[unit])],
            rel=1e-2,
        )
    weight, times = re.split("·", stages[1].numbers["hidden1/1/2"])
    assert float(weight) == pytest.approx(params["hidden1"]["weight"][1, 2], rel=1e-2)
    assert float(times) == pytest.approx(x[1], rel=1e-2)


def test_the_gradient_on_the_lines_is_the_slope_of_the_cost(session: Session, stages: list[Stage]) -> None:
    row = int(session.dataset.train[0])
    told = float(stages[-1].numbers["hidden1/0/1"])
    racer = session.racers[0]
    weights = {
        layer: {role: array.copy() for role, array in own.items()} for layer, own in session.params_of(0).items()
    }
    costs = []
    for step in (-1e-2, 1e-2):
        racer.network.set_weight("hidden1", "weight", (0, 1), float(weights["hidden1"]["weight"][0, 1]) + step)
        costs.append(account_of(session, row).mean_cost)
    racer.network.set_params(weights)
    assert told == pytest.approx((costs[1] - costs[0]) / 2e-2, rel=0.05)
