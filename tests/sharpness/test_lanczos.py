"""Spectra beside dense ones, and stability beside what descent on a quadratic does."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from descentlab.data import load, prepare
from descentlab.sharpness import (
    estimate_trace,
    find_extremes,
    hessian_product,
    network_loss,
    spectral_density,
    stability_limit,
)
from descentlab.spec import AdamSpec, MomentumSpec, NesterovSpec, SgdSpec, override, preset
from descentlab.training import make_plan, precision_of

RNG = np.random.default_rng(0)


def symmetric(values: np.ndarray) -> np.ndarray:
    basis, _ = np.linalg.qr(RNG.normal(size=(len(values), len(values))))
    return basis @ np.diag(values) @ basis.T


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(-3.0, 10.0, 60),
        np.concatenate([[-20.0], np.linspace(0.0, 1.0, 59)]),  # the largest in magnitude is the negative end
        np.concatenate([np.zeros(58), [5.0, 5.0]]),
        np.full(60, 2.0),
    ],
    ids=["even", "negative end", "flat but for two", "one value"],
)
def test_both_ends_are_those_of_the_dense_matrix(values: np.ndarray) -> None:
    with precision_of("float64"):
        matrix = jnp.asarray(symmetric(values))
        found = find_extremes(lambda vector: matrix @ vector, 60, num_steps=60, dtype="float64")
    assert found.largest == pytest.approx(values.max(), abs=1e-8)
    assert found.smallest == pytest.approx(values.min(), abs=1e-8)


def test_the_error_bound_holds_before_the_end_is_found() -> None:
    values = np.linspace(0.0, 1.0, 300)
    matrix = jnp.asarray(symmetric(values), jnp.float32)
    for steps in (3, 6, 12, 25):
        found = find_extremes(lambda vector: matrix @ vector, 300, num_steps=steps)
        assert np.abs(values - found.largest).min() <= found.largest_error + 1e-5
        assert found.largest <= 1.0 + 1e-5


def hessian_of(preset_name: str, *settings: str) -> tuple[Any, np.ndarray, Any]:
    experiment = override(preset(preset_name), settings)
    dataset = prepare(load(experiment.data), experiment.split, 0)
    plan = make_plan(experiment, dataset)
    loss_fn, at = network_loss(plan.network, plan.objective, dataset, l2=experiment.optimizer.l2).at(
        plan.network.draw(0), plan.network.start_statistics(), "float64"
    )
    return loss_fn, np.asarray(jax.jit(jax.hessian(loss_fn))(at)), at


@pytest.mark.parametrize("settings", [("iris",), ("circle",), ("iris", "optimizer=sgd", "optimizer.l2=0.3")], ids=str)
def test_a_network_s_spectrum_is_that_of_its_dense_hessian(settings: tuple[str, ...]) -> None:
    with precision_of("float64"):
        loss_fn, hessian, at = hessian_of(*settings)
        product = hessian_product(loss_fn, at)
        found = find_extremes(product, at.size, num_steps=at.size, dtype="float64")
        trace, error = estimate_trace(product, at.size, num_probes=200, dtype="float64")
        density = spectral_density(product, at.size, num_steps=30, dtype="float64")
    values = np.linalg.eigvalsh(hessian)
    assert found.largest == pytest.approx(values[-1], rel=1e-6)
    assert found.smallest == pytest.approx(values[0], rel=1e-6, abs=1e-9)
    assert abs(trace - np.trace(hessian)) < 4 * error
    step = density.at[1] - density.at[0]
    assert density.density.sum() * step == pytest.approx(1.0, abs=0.01)
    assert (density.at * density.density).sum() * step == pytest.approx(values.mean(), abs=0.05 * np.ptp(values))


RULES = {
    "sgd": (SgdSpec(), 0.0, 0.0),
    "momentum": (MomentumSpec(momentum=0.9), 0.9, 0.0),
    "nesterov": (NesterovSpec(momentum=0.5), 0.5, 1.0),
}


@pytest.mark.parametrize("name", RULES)
def test_the_limit_on_a_quadratic_is_exact_to_a_hundredth(name: str) -> None:
    spec, b, looks_ahead = RULES[name]
    rate = 0.1
    limit = stability_limit(spec, rate)

    def grows(sharpness: float) -> bool:
        # x' = x - rate (g + looks_ahead b v'), v' = b v + g with g = sharpness x, written as a matrix on (x, v).
        g = np.array([sharpness, 0.0])
        v = np.array([0.0, b]) + g
        step = (1.0 - looks_ahead) * v + looks_ahead * (g + b * v)
        return bool(np.abs(np.linalg.eigvals(np.stack([np.array([1.0, 0.0]) - rate * step, v]))).max() > 1.0)

    assert grows(1.01 * limit)
    assert not grows(0.99 * limit)


def test_adam_s_limit_is_38_over_the_rate() -> None:
    assert stability_limit(AdamSpec(), 1e-3) == pytest.approx(38_000.0)


def test_a_convolutional_network_s_product_is_a_difference_of_gradients() -> None:
    with precision_of("float64"):
        # Without kinks, at which a difference of gradients would jump.
        pools = [f'model.{place}.kind="avg-pool2d"' for place in (1, 3)]
        smooth = [*pools, *(f'model.{place}.activation="tanh"' for place in (0, 2))]
        experiment = override(preset("digits-cnn"), ["model.0.filters=2", "model.2.filters=3", *smooth])
        dataset = prepare(load(experiment.data), experiment.split, 0)
        plan = make_plan(experiment, dataset)
        loss_fn, at = network_loss(plan.network, plan.objective, dataset, num_examples=8).at(
            plan.network.draw(0), plan.network.start_statistics(), "float64"
        )
        flat, _ = ravel_pytree(at)
        vector = jnp.asarray(RNG.normal(size=flat.size))
        eps = 1e-6
        slope = jax.grad(loss_fn)
        expected = (slope(flat + eps * vector) - slope(flat - eps * vector)) / (2 * eps)
        np.testing.assert_allclose(hessian_product(loss_fn, flat)(vector), expected, rtol=1e-4, atol=1e-6)
