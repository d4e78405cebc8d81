"""The limits beside what the rules do, step by step, on quadratics; and what Adam divides by."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from descentlab.core import SpecError
from descentlab.data import load, prepare
from descentlab.optimizers import numeric_fields, start, update
from descentlab.sharpness import (
    TrainingPoint,
    divided_product,
    estimate_second_moment,
    find_extremes,
    network_loss,
    preconditioner,
    stability_limit,
    trace_sharpness,
)
from descentlab.spec import (
    AdamSpec,
    AnyOptimizerSpec,
    MomentumSpec,
    NesterovSpec,
    RmspropSpec,
    SgdSpec,
    override,
    preset,
)
from descentlab.training import make_plan, precision_of

BENDS = np.array([0.3, 2.0, 7.0])
"""Second derivatives of the quadratic, one a weight."""
ROOTS = np.array([0.5, 0.1, 0.9])
"""Roots of the mean squared gradients that Adam and RMSProp are made to remember."""
STEPS = 2**30
RULES: list[AnyOptimizerSpec] = [
    SgdSpec(),
    MomentumSpec(momentum=0.9),
    MomentumSpec(momentum=0.5),
    NesterovSpec(momentum=0.9),
    AdamSpec(b1=0.9, b2=1.0 - 1e-12),
    AdamSpec(b1=0.5, b2=1.0 - 1e-12),
    RmspropSpec(decay=1.0 - 1e-12),
]


def remembered(rule: AnyOptimizerSpec, params: Any) -> Any:
    """Return a memory in which the mean squared gradients are those of `second_moment`, for good."""

    def fill(state: Any) -> Any:
        if "nu" not in getattr(state, "_fields", ()):
            return state
        count = {"count": jnp.int32(STEPS)} if "count" in state._fields else {}
        return state._replace(nu={"layer": {"weight": jnp.asarray(second_moment(rule))}}, **count)

    return tuple(fill(state) for state in jax.tree.map(jnp.asarray, start(rule, params)))


def second_moment(rule: AnyOptimizerSpec) -> np.ndarray:
    """Return `ROOTS` squared, as Adam remembers them before it corrects for its start."""
    return ROOTS**2 * (1.0 - rule.b2**STEPS if isinstance(rule, AdamSpec) else 1.0)


def grows(rule: AnyOptimizerSpec, rate: float) -> bool:
    """Descend a quadratic by the trainer's own rule, and say whether the distance from its minimum grows."""
    # So little that what is remembered does not change.
    params: Any = {"layer": {"weight": jnp.full(3, 1e-60)}}
    memory = remembered(rule, params)
    hyper = {name: jnp.asarray(value) for name, value in numeric_fields(rule).items()}
    hyper["learning_rate"] = jnp.asarray(rate)

    def step(_: Any, carry: Any) -> Any:
        params, memory = carry
        grads = jax.tree.map(lambda weight: BENDS * weight, params)
        return update(rule, grads, memory, params, hyper, jnp.asarray(1.0))

    far = [
        float(jnp.max(jnp.abs(jax.lax.fori_loop(0, count, step, (params, memory))[0]["layer"]["weight"])))
        for count in (100, 300)
    ]
    return far[1] > far[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind} {getattr(rule, 'b1', '')}")
def test_every_rule_leaves_a_quadratic_at_its_limit_to_a_hundredth(rule: AnyOptimizerSpec) -> None:
    with precision_of("float64"):
        divisor = np.ones(3)
        if isinstance(rule, AdamSpec | RmspropSpec):
            divisor = preconditioner(rule, second_moment(rule), step=STEPS)
        divided = divided_product(lambda vector: jnp.asarray(BENDS) * vector, divisor)
        sharpness = find_extremes(divided, 3, num_steps=3, dtype="float64").largest
        rate = stability_limit(rule, 1.0) / sharpness
        assert sharpness == pytest.approx(np.max(BENDS / divisor))
        assert not grows(rule, 0.99 * rate)
        assert grows(rule, 1.01 * rate)


def test_a_rate_of_nothing_has_no_limit() -> None:
    assert stability_limit(SgdSpec(), 0.0) == np.inf


def test_adam_s_divisor_is_what_its_step_is_divided_by() -> None:
    rule = AdamSpec(b1=0.9, b2=0.99, eps=1e-3)
    grads = np.array([0.3, -2.0, 0.05])
    # After t steps of one gradient g, m = (1 - b1^t) g and v = (1 - b2^t) g^2; the step is rate * g / (|g| + eps).
    for step in (1, 7):
        second = (1.0 - 0.99**step) * grads**2
        mean = (1.0 - 0.9**step) * grads
        np.testing.assert_allclose(
            mean / preconditioner(rule, second, step=step), grads / (np.abs(grads) + 1e-3), rtol=1e-10
        )


def test_batches_have_the_mean_squared_gradient_of_their_own_losses() -> None:
    with precision_of("float64"):
        experiment = preset("iris")
        dataset = prepare(load(experiment.data), experiment.split, 0)
        plan = make_plan(experiment, dataset)
        params, statistics = plan.network.draw(0), plan.network.start_statistics()
        whole = network_loss(plan.network, plan.objective, dataset)
        found = estimate_second_moment(whole, params, statistics, batch_size=40, dtype="float64")
        squares = []
        for rows in (dataset.train[:40], dataset.train[40:80]):
            part = network_loss(plan.network, plan.objective, replace(dataset, train=rows))
            loss_fn, at = part.at(params, statistics, "float64")
            squares.append(np.asarray(jax.jit(jax.grad(loss_fn))(at)) ** 2)
    np.testing.assert_allclose(found, np.mean(squares, axis=0), rtol=1e-8)


@pytest.mark.parametrize("chunk", [7, 40])
def test_chunks_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = override(preset("iris"), ["optimizer=sgd", "optimizer.l2=0.1", "optimizer.l1=0.01"])
    dataset = prepare(load(experiment.data), experiment.split, 0)
    plan = make_plan(experiment, dataset)
    numbers = []
    with precision_of("float64"):
        for size in (10_000, chunk):
            monkeypatch.setattr("descentlab.sharpness._network_loss.CHUNK", size)
            loss = network_loss(plan.network, plan.objective, dataset, l2=0.1, l1=0.01)
            place = loss.place(plan.network.draw(0), plan.network.start_statistics(), "float64")
            vector = jnp.asarray(np.linspace(-1.0, 1.0, place.size))
            numbers.append((place.loss(), place.gradient(), np.asarray(place.product(vector))))
    for first, second in zip(*numbers, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-10, atol=1e-12)


def test_a_sample_is_of_all_kinds_and_two_samples_share_nothing() -> None:
    experiment = preset("iris")
    dataset = prepare(load(experiment.data), experiment.split, 0)
    plan = make_plan(experiment, dataset)
    first, second = (
        network_loss(plan.network, plan.objective, dataset, num_examples=40, skip=skip) for skip in (0, 40)
    )
    # Iris comes sorted by species.
    assert set(first.targets.tolist()) == {0, 1, 2}
    rows = np.concatenate([first.inputs, second.inputs])
    assert len(rows) == 80
    assert len(np.unique(rows, axis=0)) >= len(np.unique(dataset.inputs[dataset.train], axis=0)) - 20


def test_a_trace_ends_where_the_loss_is_no_number() -> None:
    experiment = preset("iris")
    dataset = prepare(load(experiment.data), experiment.split, 0)
    plan = make_plan(experiment, dataset)
    drawn, statistics = plan.network.draw(0), plan.network.start_statistics()
    broken = {layer: {role: array * np.nan for role, array in own.items()} for layer, own in drawn.items()}
    moments = [TrainingPoint(0, 0.1, drawn, statistics), TrainingPoint(1, 0.05, broken, statistics)]
    trace, ends = trace_sharpness(
        network_loss(plan.network, plan.objective, dataset),
        moments,
        SgdSpec(),
        learning_rate=0.1,
        is_divided=False,
        num_products=20,
    )
    assert trace.epochs.tolist() == [0]
    assert trace.limits.tolist() == [20.0]
    assert ends is not None
    assert ends.largest == trace.largest[0]


def test_class_weights_are_those_of_training() -> None:
    """The loss is scikit-learn's with weighted examples, where the classes are unequal."""
    experiment = preset("iris")
    whole = prepare(load(experiment.data), experiment.split, 0)
    kinds = whole.targets[whole.train]
    rows = np.concatenate([whole.train[kinds == kind][:count] for kind, count in enumerate((30, 9, 3))])
    dataset = replace(whole, train=rows)
    plan = make_plan(experiment, dataset)
    params: Any = plan.network.draw(0)
    with precision_of("float64"):
        loss = network_loss(plan.network, plan.objective, dataset, is_balanced=True).place(params, {}, "float64").loss()
    hidden = np.maximum(dataset.inputs[rows] @ params["hidden"]["weight"] + params["hidden"]["bias"], 0.0)
    odds = np.exp(hidden @ params["output"]["weight"] + params["output"]["bias"])
    labels = dataset.targets[rows]
    weights = compute_sample_weight("balanced", labels)
    assert loss == pytest.approx(log_loss(labels, odds / odds.sum(1, keepdims=True), sample_weight=weights), rel=1e-6)


def test_an_optimizer_that_goes_up_has_no_limit() -> None:
    with pytest.raises(SpecError, match=r"optimizer.maximize=true goes up the loss, where no learning rate is stable"):
        stability_limit(SgdSpec(maximize=True), 0.1)


def test_weighted_examples_count_as_repeated_ones() -> None:
    experiment = override(preset("iris"), ["precision=float64"])
    dataset = prepare(load(experiment.data), experiment.split, 0)
    times = np.random.default_rng(0).integers(0, 4, len(dataset.inputs))
    weighted = replace(dataset, weights=0.1 * times, weights_column="w")
    repeated = replace(dataset, train=dataset.train.repeat(times[dataset.train]))
    plan = make_plan(experiment, dataset)
    with precision_of("float64"):
        values = []
        for data in (weighted, repeated):
            loss_fn, at = network_loss(plan.network, plan.objective, data).at(plan.network.draw(0), {}, "float64")
            values.append((loss_fn(at), jax.grad(loss_fn)(at)))
    np.testing.assert_allclose(values[0][0], values[1][0], rtol=1e-12)
    np.testing.assert_allclose(values[0][1], values[1][1], rtol=1e-9, atol=1e-12)


def test_smoothed_labels_are_those_of_training() -> None:
    experiment = preset("iris")
    dataset = prepare(load(experiment.data), experiment.split, 0)
    plan = make_plan(experiment, dataset)
    params: Any = plan.network.draw(0)
    with precision_of("float64"):
        smoothed = network_loss(plan.network, plan.objective, dataset, label_smoothing=0.3)
        loss = smoothed.place(params, {}, "float64").loss()
    rows = dataset.train
    hidden = np.maximum(dataset.inputs[rows] @ params["hidden"]["weight"] + params["hidden"]["bias"], 0.0)
    odds = np.exp(hidden @ params["output"]["weight"] + params["output"]["bias"])
    shares = 0.7 * np.eye(3)[dataset.targets[rows]] + 0.1
    assert loss == pytest.approx(-(shares * np.log(odds / odds.sum(1, keepdims=True))).sum(1).mean(), rel=1e-6)
