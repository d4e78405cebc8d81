"""The clock: work is done as often as it says, in turns, and not computed once for all."""

import time
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.labs.backprop_cost.measure._clock import Trial, call_each_time, compile_loop, measure_by_turns, prepare

pytestmark = pytest.mark.shipped


def test_a_loop_returns_what_the_work_gives() -> None:
    run = compile_loop(lambda x, y: (x @ y, x.sum()), np.ones((2, 3), np.float32), np.ones((3, 4), np.float32))
    product, total = run(5)
    np.testing.assert_array_equal(product, np.full((2, 4), 3.0))
    assert float(total) == 6.0


def test_work_that_is_the_same_in_each_turn_is_done_in_each_turn() -> None:
    square = np.random.default_rng(0).normal(size=(400, 400)).astype(np.float32)
    run = compile_loop(lambda x: x @ x, square)

    def fastest(count: int) -> float:
        return min(_seconds(run, count) for _ in range(5))

    fastest(1)
    # Lifted out of the loop, forty turns would take as long as one.
    assert fastest(40) > 10 * fastest(1)


@pytest.mark.parametrize("num", [1, 10, 300])
def test_work_on_a_few_numbers_is_done_in_each_turn_too(num: int) -> None:
    values = np.linspace(0.0, 1.0, num, dtype=np.float32)
    trial = prepare(compile_loop(lambda x: jnp.sum(jnp.tanh(jnp.sin(x))), values))
    # Computed once for all, a turn would take a few hundredths of a nanosecond.
    assert trial.seconds > 1e-9


def test_a_measurement_is_long_enough_and_of_one_time() -> None:
    calls: list[int] = []

    def sleep(count: int) -> None:
        calls.append(count)
        time.sleep(2e-4 * count)

    trial = prepare(sleep, shortest_s=5e-3)
    assert 10 <= trial.count <= 100
    assert trial.measure() == pytest.approx(2e-4, rel=0.8)
    call_each_time(sleep)(3)
    assert calls[-3:] == [1, 1, 1]


def test_turns_go_to_and_fro_and_end_by_the_deadline() -> None:
    order: list[str] = []

    def note(name: str) -> Trial:
        return Trial(lambda _: order.append(name), 1, 0.0)

    rounds: list[tuple[int, int]] = []
    found = measure_by_turns(
        {name: note(name) for name in "abc"},
        num_rounds=9,
        least_rounds=2,
        deadline=time.perf_counter() - 1.0,
        on_round=lambda *now: rounds.append(now),
    )
    assert "".join(order) == "abccba"
    assert {name: len(values) for name, values in found.items()} == {"a": 2, "b": 2, "c": 2}
    assert rounds == [(1, 9), (2, 9)]


def _seconds(run: Callable[[int], object], count: int) -> float:
    begin = time.perf_counter()
    run(count)
    return time.perf_counter() - begin


def test_integers_and_trees_pass_through_a_loop() -> None:
    run = compile_loop(lambda tree: {"twice": tree["a"] * 2}, {"a": jnp.arange(3)})
    assert run(2)["twice"].tolist() == [0, 2, 4]
