"""Update rules against PyTorch's, schedules against Optax's."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import torch

from descentlab.optimizers import numeric_fields, penalty, schedule_factors, start, update
from descentlab.spec import (
    AdamSpec,
    AdamWSpec,
    AnyOptimizerSpec,
    ConstantSpec,
    CosineSpec,
    MomentumSpec,
    NesterovSpec,
    OneCycleSpec,
    RmspropSpec,
    SgdSpec,
    StepSpec,
    WarmUpSpec,
)

START = np.random.default_rng(0).normal(size=(3, 2))
GOAL = np.random.default_rng(1).normal(size=(3, 2))


def ours(spec: AnyOptimizerSpec, steps: int = 12) -> np.ndarray:
    """Descend on sum (w - goal)^4 with our rule, in float64."""
    with jax.enable_x64(True):
        params: Any = {"layer": {"weight": START}}
        hyper = {name: np.asarray(value, np.float64) for name, value in numeric_fields(spec).items()}
        opt_state = start(spec, params)

        @jax.jit
        def step(params: Any, opt_state: Any, hyper: Any) -> Any:
            grads = jax.tree.map(lambda w: 4 * (w - GOAL) ** 3, params)
            return update(spec, grads, opt_state, params, hyper, jnp.asarray(1.0))

        for _ in range(steps):
            params, opt_state = step(params, opt_state, hyper)
        return np.asarray(params["layer"]["weight"])


def theirs(make: Any, steps: int = 12, clip: float | None = None) -> np.ndarray:
    weight = torch.tensor(START, requires_grad=True)
    optimizer = make([weight])
    for _ in range(steps):
        optimizer.zero_grad()
        ((weight - torch.tensor(GOAL)) ** 4).sum().backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([weight], clip)
        optimizer.step()
    return weight.detach().numpy()


@pytest.mark.parametrize(
    ("spec", "make"),
    [
        (SgdSpec(learning_rate=0.01), lambda p: torch.optim.SGD(p, 0.01)),
        (SgdSpec(learning_rate=0.01, l2=0.3), lambda p: torch.optim.SGD(p, 0.01, weight_decay=0.3)),
        (MomentumSpec(learning_rate=0.005), lambda p: torch.optim.SGD(p, 0.005, momentum=0.9)),
        (NesterovSpec(learning_rate=0.005), lambda p: torch.optim.SGD(p, 0.005, momentum=0.9, nesterov=True)),
        (AdamSpec(learning_rate=0.05), lambda p: torch.optim.Adam(p, 0.05)),
        (AdamSpec(learning_rate=0.05, b1=0.5, b2=0.9), lambda p: torch.optim.Adam(p, 0.05, betas=(0.5, 0.9))),
        (AdamWSpec(learning_rate=0.05, weight_decay=0.2), lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.2)),
    ],
)
def test_rule_agrees_with_pytorch(spec: AnyOptimizerSpec, make: Any) -> None:
    np.testing.assert_allclose(ours(spec), theirs(make), rtol=1e-6)


@pytest.mark.parametrize(
    ("spec", "make"),
    [
        (SgdSpec(learning_rate=1e-3), lambda p: torch.optim.SGD(p, 1e-3, maximize=True)),
        (SgdSpec(learning_rate=1e-3, l2=0.3), lambda p: torch.optim.SGD(p, 1e-3, weight_decay=0.3, maximize=True)),
        (NesterovSpec(learning_rate=1e-4),
         lambda p: torch.optim.SGD(p, 1e-4, momentum=0.9, nesterov=True, maximize=True)),
        (AdamSpec(learning_rate=0.05), lambda p: torch.optim.Adam(p, 0.05, maximize=True)),
        (AdamWSpec(learning_rate=0.05, weight_decay=0.2),
         lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.2, maximize=True)),
    ],
)  # fmt: skip
def test_reversed_gradient_agrees_with_pytorch_and_leaves_the_penalty_its_sign(
    spec: AnyOptimizerSpec, make: Any
) -> None:
    reversed_spec = spec.model_copy(update={"maximize": True})
    np.testing.assert_allclose(ours(reversed_spec), theirs(make), rtol=1e-6)
    cost = lambda weight: float(((weight - GOAL) ** 4).sum())
    assert cost(ours(spec)) < cost(START) < cost(ours(reversed_spec))


def test_rmsprop_goes_as_far_up_as_down_at_the_first_step() -> None:
    down, up = (ours(RmspropSpec(maximize=turned), steps=1) - START for turned in (False, True))
    np.testing.assert_allclose(up, -down, rtol=1e-12)


def test_rmsprop_agrees_with_its_formula() -> None:
    weight, square = START.copy(), np.zeros_like(START)
    for _ in range(12):
        grad = 4 * (weight - GOAL) ** 3
        square = 0.9 * square + 0.1 * grad**2
        weight = weight - 0.01 * grad / np.sqrt(square + 1e-8)
    np.testing.assert_allclose(ours(RmspropSpec(learning_rate=0.01)), weight, rtol=1e-6)


def test_clipping_agrees_with_pytorch() -> None:
    clipped = theirs(lambda p: torch.optim.SGD(p, 0.1), clip=0.5)
    np.testing.assert_allclose(ours(SgdSpec(learning_rate=0.1, clip_norm=0.5)), clipped, rtol=1e-5)


@pytest.mark.parametrize(
    "spec", [SgdSpec(), MomentumSpec(), NesterovSpec(), RmspropSpec(), AdamSpec(), AdamWSpec(), SgdSpec(clip_norm=1.0)]
)
def test_start_is_what_optax_starts_from(spec: AnyOptimizerSpec) -> None:
    params = {"layer": {"weight": np.ones((3, 2), np.float32), "bias": np.ones(2, np.float32)}}
    leaves = jax.tree.leaves(start(spec, params))
    real = {
        "momentum": optax.trace(0.9),
        "nesterov": optax.trace(0.9, nesterov=True),
        "rmsprop": optax.scale_by_rms(),
        "adam": optax.scale_by_adam(),
        "adamw": optax.scale_by_adam(),
    }.get(spec.kind, optax.identity())
    expected = jax.tree.leaves(real.init(params))
    assert len(leaves) == len(expected)
    for leaf, wanted in zip(leaves, expected, strict=True):
        np.testing.assert_array_equal(leaf, wanted)


def test_penalties_touch_weights_alone_and_are_what_is_added() -> None:
    spec = SgdSpec(learning_rate=1.0, l1=0.1, l2=0.4)
    params = {"layer": {"weight": jnp.array([2.0, -3.0]), "bias": jnp.array([5.0])}}
    hyper = {name: jnp.asarray(value) for name, value in numeric_fields(spec).items()}
    zero = jax.tree.map(jnp.zeros_like, params)
    changed, _ = update(spec, zero, start(spec, jax.tree.map(np.asarray, params)), params, hyper, jnp.asarray(1.0))
    slope = jax.grad(lambda p: penalty(p, hyper))(params)
    np.testing.assert_allclose(changed["layer"]["weight"], [2 - 0.1 - 0.8, -3 + 0.1 + 1.2], rtol=1e-6)
    np.testing.assert_allclose(
        params["layer"]["weight"] - changed["layer"]["weight"], slope["layer"]["weight"], rtol=1e-6
    )
    np.testing.assert_allclose(changed["layer"]["bias"], [5.0])
    np.testing.assert_allclose(penalty(params, hyper), 0.1 * 5 + 0.2 * 13, rtol=1e-6)


@pytest.mark.parametrize(
    ("spec", "theirs"),
    [
        (ConstantSpec(), optax.constant_schedule(1.0)),
        (CosineSpec(final_share=0.1), optax.cosine_decay_schedule(1.0, 60, alpha=0.1)),
        (OneCycleSpec(), optax.cosine_onecycle_schedule(60, 1.0, 0.3, 25.0, 1e4)),
        (StepSpec(every_epochs=2, factor=0.5), optax.exponential_decay(1.0, 20, 0.5, staircase=True)),
    ],
)
def test_schedule_agrees_with_optax(spec: Any, theirs: Any) -> None:
    factors = schedule_factors(spec, num_epochs=6, steps_per_epoch=10)
    assert factors.shape == (6, 10)
    expected = [float(theirs(step)) for step in range(60)]
    np.testing.assert_allclose(factors.ravel(), expected, rtol=1e-4, atol=1e-6)


def test_warm_up_rises_in_a_line_and_stays() -> None:
    factors = schedule_factors(WarmUpSpec(epochs=2.0), num_epochs=4, steps_per_epoch=5).ravel()
    np.testing.assert_allclose(factors[:10], np.arange(1, 11) / 10)
    assert (factors[10:] == 1).all()


@pytest.mark.parametrize("kind", [ConstantSpec, CosineSpec, OneCycleSpec, StepSpec, WarmUpSpec])
@pytest.mark.parametrize(("epochs", "steps"), [(0, 3), (1, 1), (1, 2), (3, 1)])
def test_schedules_of_a_few_steps_stay_between_zero_and_one(kind: type, epochs: int, steps: int) -> None:
    factors = schedule_factors(kind(), num_epochs=epochs, steps_per_epoch=steps)
    assert factors.shape == (epochs, steps)
    assert ((factors >= 0) & (factors <= 1)).all()
