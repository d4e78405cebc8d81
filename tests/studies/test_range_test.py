"""The range test beside closed forms, and its rules beside curves whose answer is known."""

import numpy as np
import pytest

from descentlab.data import load, prepare
from descentlab.spec import override, preset
from descentlab.studies import read_range_test, run_range_test
from descentlab.training import Member, make_plan, train_population

RATES = np.geomspace(1e-6, 10.0, 141)


def test_each_step_has_the_loss_of_its_batch_and_its_own_rate() -> None:
    experiment = override(preset("circle"), ["batch_size=full", "epochs=5"])
    dataset = prepare(load(experiment.data), experiment.split, 0)
    plan = make_plan(experiment, dataset, is_brief=True)
    found = run_range_test(plan, [Member(0)], [dataset], np.geomspace(0.3, 0.3000001, 5))
    constant = override(experiment, ["optimizer.learning_rate=0.3"])
    trained = train_population(constant, make_plan(constant, dataset), [Member(0)], lambda _: dataset).trained[0]
    np.testing.assert_allclose(found.losses, trained.trace["batch_loss"], rtol=1e-5)


def test_losses_of_the_steps_of_an_epoch_are_told_apart() -> None:
    experiment = override(preset("circle"), ["epochs=3"])
    dataset = prepare(load(experiment.data), experiment.split, 0)
    found = run_range_test(
        make_plan(experiment, dataset, is_brief=True), [Member(0)], [dataset], np.geomspace(1e-9, 1.001e-9, 60)
    )
    per_epoch = found.losses[:50].reshape(2, 25).mean(axis=1)
    assert per_epoch[0] == pytest.approx(per_epoch[1], rel=1e-4)  # at a rate of nothing, two passes see the same losses
    assert np.std(found.losses[:25]) > 0.0


def test_the_steepest_fall_is_against_the_logarithm_of_the_rate() -> None:
    # A fall that is steepest at 0.01 on a logarithmic axis; against the rate itself it is steepest further down.
    losses = 1.0 - 1.0 / (1.0 + np.exp(-4.0 * (np.log10(RATES) + 2.0)))
    found = read_range_test(RATES, losses)
    assert 0.008 < found.suggestions["steep"] < 0.05
    assert RATES[np.argmin(np.gradient(losses, RATES))] < 0.0065


def test_what_blows_up_ends_the_test() -> None:
    losses = np.where(RATES < 0.1, 1.0 - 0.1 * np.log10(RATES / 1e-6), 50.0)
    losses[-5:] = np.nan
    found = read_range_test(RATES, losses)
    assert RATES[found.end] == pytest.approx(0.1, rel=0.5)
    assert found.suggestions["minimum"] == pytest.approx(0.01, rel=0.5)
    assert 1e-6 < found.suggestions["valley"] < 0.1
    assert read_range_test(RATES, np.full(141, np.nan)).suggestions == {}
