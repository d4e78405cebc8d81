from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from jax import monitoring

from descentlab.core import SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.spec import Experiment, override, preset
from descentlab.training import LiveNetwork, Member, make_plan, train_population


def dataset_of(experiment: Experiment) -> Dataset:
    return prepare(load(experiment.data), experiment.split, experiment.seed)


@pytest.fixture
def circle() -> Experiment:
    return override(preset("circle"), ["epochs=12"])


def assert_same_weights(one: LiveNetwork, other: LiveNetwork) -> None:
    for layer, own in one.params.items():
        for role, array in own.items():
            np.testing.assert_array_equal(array, other.params[layer][role])


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("circle", []),
        ("circle", ["optimizer.l1=0.01", "optimizer.l2=0.01"]),
        ("circle", ["optimizer=adam"]),
        ("circle", ["optimizer=nesterov", "optimizer.clip_norm=0.1"]),
        ("circle", ["optimizer=rmsprop", "schedule=cosine"]),
        ("circle", ['model=[{kind="dense",units=8,activation="relu"},{kind="dropout",rate=0.3},{kind="dense"}]']),
        ("iris", ["optimizer=adamw"]),
    ],
)
def test_it_trains_to_what_train_trains_to(name: str, changes: list[str]) -> None:
    experiment = override(preset(name), [*changes, "epochs=12"])
    dataset = dataset_of(experiment)
    live = LiveNetwork(experiment, dataset)
    live.advance(12)
    plan, members = make_plan(experiment, dataset), [Member(experiment.seed)]
    trained = train_population(experiment, plan, members, lambda _: dataset).trained[0]
    # Penalties are arguments of its program, also where they are 0, so that XLA may round the last bit otherwise.
    for layer, own in trained.params.items():
        for role, array in own.items():
            np.testing.assert_allclose(live.params[layer][role], array, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(live.trace["train_loss"], trained.trace["train_loss"], rtol=1e-5)


def test_what_is_prepared_is_not_compiled_again(circle: Experiment) -> None:
    live = LiveNetwork(override(circle, ["model.hidden1.units=23"]), dataset_of(circle))
    compiled: list[str] = []

    def hear(event: str, duration_secs: float, **about: str | int) -> None:
        if event.endswith("backend_compile_duration"):
            compiled.append(str(about.get("fun_name", "")))

    monitoring.register_event_duration_secs_listener(hear)
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: live.prepare(), range(2)))
        assert len([name for name in compiled if "_segment" in name]) == 1
        live.advance(1)
        live.advance_steps(1)
    finally:
        monitoring.unregister_event_duration_listener(hear)
    assert len([name for name in compiled if "_segment" in name]) == 1


def test_steps_and_epochs_come_to_the_same_bits(circle: Experiment) -> None:
    dataset = dataset_of(circle)
    by_epoch, by_step = LiveNetwork(circle, dataset), LiveNetwork(circle, dataset)
    by_epoch.advance(3)
    for _ in range(3 * by_step.plan.steps_per_epoch):
        by_step.advance_steps(1)
    assert_same_weights(by_epoch, by_step)
    assert by_step.epoch == 3
    assert by_step.trace == by_epoch.trace


def test_the_rest_of_an_epoch_counts_as_one(circle: Experiment) -> None:
    live = LiveNetwork(circle, dataset_of(circle))
    live.advance_steps(4)
    assert (live.epoch, live.step) == (0, 4)
    live.advance(1)
    assert (live.epoch, live.step) == (1, 0)


def test_more_epochs_than_a_call_runs(circle: Experiment) -> None:
    dataset = dataset_of(circle)
    at_once, in_parts = LiveNetwork(circle, dataset), LiveNetwork(circle, dataset)
    at_once.advance(150)
    for count in (1, 64, 60, 25):
        in_parts.advance(count)
    assert_same_weights(at_once, in_parts)
    assert len(at_once.trace["train_loss"]) == 150


def test_a_moment_can_be_gone_back_to(circle: Experiment) -> None:
    experiment = override(circle, ["optimizer=adam", "optimizer.learning_rate=0.01"])
    live = LiveNetwork(experiment, dataset_of(experiment))
    live.advance(2)
    moment = live.moment()
    live.advance(3)
    after = live.moment()
    live.go_to(moment)
    assert live.epoch == len(live.trace["train_loss"]) == 2
    live.advance(3)
    for layer, own in live.params.items():
        np.testing.assert_array_equal(own["weight"], after.params[layer]["weight"])


def test_numbers_change_from_the_next_step_on(circle: Experiment) -> None:
    live = LiveNetwork(circle, dataset_of(circle))
    live.change({"learning_rate": 0.0})
    before = live.params
    live.advance(2)
    for layer, own in before.items():
        np.testing.assert_array_equal(own["weight"], live.params[layer]["weight"])
    live.change({"learning_rate": 0.03, "l2": 10.0})
    live.advance(20)
    assert all(np.abs(own["weight"]).max() < 0.2 for own in live.params.values())
    with pytest.raises(SpecError, match="unknown hyperparameter 'learning_rat'"):
        live.change({"learning_rat": 1.0})
    for value in (float("nan"), float("inf"), -1.0):
        with pytest.raises(SpecError, match=f"learning_rate={value} is not possible: give a finite number"):
            live.change({"learning_rate": value})


def test_a_weight_can_be_put_in_by_hand(circle: Experiment) -> None:
    live = LiveNetwork(circle, dataset_of(circle))
    live.advance(1)
    loss = live.measure()["train_loss"]
    assert loss == pytest.approx(live.trace["train_loss"][-1], rel=1e-5)
    live.set_weight("output", "bias", (0,), 100.0)
    assert live.params["output"]["bias"][0] == 100.0
    assert live.measure()["train_loss"] > loss
    for layer, role, index in (
        ("output", "bias", (7,)), ("output", "bias", (-1,)), ("output", "bias", ()), ("output", "bias", (0, 0)),
        ("output", "scale", (0,)), ("none", "bias", (0,)),
    ):  # fmt: skip
        with pytest.raises(SpecError, match=f"no weight {layer}/{role}"):
            live.set_weight(layer, role, index, 1.0)
    for value in (float("nan"), float("inf"), -1e39):
        with pytest.raises(SpecError, match=r"output/bias\[0\] cannot be"):
            live.set_weight("output", "bias", (0,), value)
    assert live.params["output"]["bias"][0] == 100.0


def test_divergence_is_a_result(circle: Experiment) -> None:
    experiment = override(circle, ["loss={kind='squared-error',output='linear'}", "optimizer.learning_rate=1e6",
                                   "model.0.activation=linear", "model.1.activation=linear"])  # fmt: skip
    live = LiveNetwork(experiment, dataset_of(experiment))
    live.advance(30)
    assert live.has_diverged
    assert live.diverged_at is not None
    assert live.diverged_at <= live.epoch + 1
    epoch = live.epoch
    live.advance(5)
    assert live.epoch == epoch


def test_the_schedule_stays_where_it_ended(circle: Experiment) -> None:
    experiment = override(circle, ["epochs=2", "schedule={kind='step',every_epochs=1,factor=1e-30}"])
    live = LiveNetwork(experiment, dataset_of(experiment))
    live.advance(2)
    before = live.params
    live.advance(3)
    for layer, own in before.items():
        np.testing.assert_allclose(own["weight"], live.params[layer]["weight"], atol=1e-6)


def test_other_data_must_have_the_same_sizes(circle: Experiment) -> None:
    live = LiveNetwork(circle, dataset_of(circle))
    noisy = override(circle, ["data.noise=20"])
    live.set_data(dataset_of(noisy))
    live.advance(1)
    with pytest.raises(SpecError, match="the new data does not fit"):
        live.set_data(dataset_of(override(circle, ["split.test=0.2"])))
