"""Curvature from Python: of a run, along a training, at the edge of stability, and whether it was stuck."""

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd
import pytest
from jax.flatten_util import ravel_pytree

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.networks import Context
from descentlab.training import make_plan, precision_of

PLANE = {"data.num_examples": 40, "split.test": 0.0, "batch_size": "full", "model": [{"kind": "dense"}], "epochs": 300}
"""A linear network with squared error: its loss is a quadratic, whose Hessian is that of every place."""


def data_of(experiment: dl.Experiment) -> Dataset:
    return prepare(load(experiment.data), experiment.split, experiment.seed)


@pytest.mark.parametrize("rule", ["sgd", "momentum", "nesterov"])
def test_on_a_quadratic_training_holds_below_the_limit_and_diverges_above_to_a_hundredth(rule: str, home: Path) -> None:
    settings = {**PLANE, "optimizer": rule}
    first = dl.curvature("plane", learning_rates=[1e-4], trace=1, set=settings, report=False).measured
    trace = first.traces[0]
    x = np.asarray(data_of(first.experiment).inputs, np.float64)
    # factor 0.5 and the mean over examples: the Hessian is that of x with a column of ones, X'X / n.
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    values = np.linalg.eigvalsh(x.T @ x / len(x))
    assert trace.largest[-1] == pytest.approx(values[-1], rel=1e-4)
    assert trace.smallest[-1] == pytest.approx(values[0], rel=1e-3)
    allowed = 1e-4 * trace.limit / values[-1]
    rates = [0.99 * allowed, 1.01 * allowed]
    below, above = dl.curvature("plane", learning_rates=rates, trace=2, set=settings, report=False).measured.traces
    assert below.shares[-1] == pytest.approx(0.99, rel=1e-3)
    assert above.shares[0] == pytest.approx(1.01, rel=1e-3)
    assert below.loss[-1] < below.loss[0]
    # The last point is measured while the loss is a number, however large.
    assert above.diverged_at is not None or above.loss[-1] > 10 * above.loss[0]


def test_a_run_s_ends_are_those_of_its_dense_hessian_and_are_written_beside_it(home: Path) -> None:
    run = dl.train("iris", epochs=20, learning_rate=0.02, report=False, set={"precision": "float64"})
    result = dl.curvature(run)
    measured = result.measured
    trace = measured.traces[0]
    dataset = data_of(run.experiment)
    plan = make_plan(run.experiment, dataset)
    params, statistics = run.weights()
    with precision_of("float64"):
        flat, unravel = ravel_pytree(params)
        fixed = jax.tree.map(jax.numpy.asarray, statistics)
        inputs, targets = dataset.inputs[dataset.train].astype(np.float64), dataset.targets[dataset.train]

        def loss_fn(at: jax.Array) -> jax.Array:
            logits, _ = plan.network.forward(unravel(at), fixed, jax.numpy.asarray(inputs), Context())
            return jax.numpy.mean(plan.objective.losses(logits, jax.numpy.asarray(targets)))

        values = np.linalg.eigvalsh(np.asarray(jax.jit(jax.hessian(loss_fn))(flat)))
        slope = np.asarray(jax.jit(jax.grad(loss_fn))(flat))
    assert trace.largest[-1] == pytest.approx(values[-1], rel=1e-4)
    assert trace.smallest[-1] == pytest.approx(values[0], abs=1e-4 * values[-1])
    assert trace.gradient_norm[-1] == pytest.approx(np.linalg.norm(slope), rel=1e-6)
    assert measured.spectrum is not None
    assert abs(measured.spectrum.trace - values.sum()) < 5 * measured.spectrum.trace_error
    columns = pd.read_parquet(run.path / "curvature" / "sharpness.parquet")
    assert columns["epoch"].tolist() == trace.epochs.tolist()
    assert (run.path / "curvature" / "report.html").is_file()
    (axes,) = result.plot("Sharpness against its limit").axes
    drawn = {line.get_label(): line for line in axes.lines}
    np.testing.assert_allclose(np.asarray(drawn["limit at 0.02"].get_ydata(), np.float64), trace.limit)
    np.testing.assert_array_equal(drawn["rate 0.02"].get_xdata(), trace.epochs)
    np.testing.assert_array_equal(drawn["rate 0.02"].get_ydata(), trace.measured)
    (axes,) = result.plot("Density of the spectrum").axes
    assert (axes.get_yscale(), axes.get_xlabel()) == ("log", "eigenvalue")
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), measured.spectrum.density.at)


def test_adam_s_sharpness_is_divided_by_what_training_divided_by(home: Path) -> None:
    settings = {"precision": "float64", "batch_size": "full", "epochs": 12}
    run = dl.train("iris", report=False, set=settings)
    trace = dl.curvature(run, report=False).measured.traces[0]
    assert trace.is_divided
    assert np.isnan(trace.divided[0])
    assert trace.limit == pytest.approx(38.0 / 0.001)
    # The rule again, in NumPy, from the weights that training went through.
    experiment = run.experiment
    dataset = data_of(experiment)
    plan = make_plan(experiment, dataset)
    with precision_of("float64"):
        params = plan.network.draw(0)
        flat, unravel = ravel_pytree(params)
        inputs = jax.numpy.asarray(dataset.inputs[dataset.train].astype(np.float64))
        targets = jax.numpy.asarray(dataset.targets[dataset.train])

        def loss_fn(at: jax.Array) -> jax.Array:
            logits, _ = plan.network.forward(unravel(at), {}, inputs, Context())
            return jax.numpy.mean(plan.objective.losses(logits, targets))

        at, m, v = np.asarray(flat), np.zeros(flat.size), np.zeros(flat.size)
        slope_fn = jax.jit(jax.grad(loss_fn))
        for step in range(1, 13):
            g = np.asarray(slope_fn(at))
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            at = at - 0.001 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        hessian = np.asarray(jax.jit(jax.hessian(loss_fn))(at))
    p = (1 - 0.9**12) * (np.sqrt(v / (1 - 0.999**12)) + 1e-8)
    expected = np.linalg.eigvals(hessian / p[:, None]).real.max()
    assert trace.divided[-1] == pytest.approx(expected, rel=1e-3)


def test_a_schedule_moves_the_limit(home: Path) -> None:
    found = dl.curvature(
        "circle",
        trace=4,
        learning_rates=[0.1],
        report=False,
        set={"epochs": 8, "schedule": {"kind": "step", "every_epochs": 4, "factor": 0.1}},
    )
    assert found.measured.traces[0].limits.tolist() == pytest.approx([20.0, 20.0, 20.0, 200.0, 200.0])


def test_batch_norm_dropout_and_convolutions_are_measured_and_told(home: Path) -> None:
    model = [
        {"kind": "conv2d", "filters": 4, "activation": "relu"},
        {"kind": "max-pool2d"},
        {"kind": "batch-norm"},
        {"kind": "flatten"},
        {"kind": "dropout", "rate": 0.2},
        {"kind": "dense"},
    ]
    run = dl.train("digits-cnn", epochs=1, report=False, set={"model": model})
    found = dl.curvature(run, examples=200, products=10, probes=3, report=False)
    assert found.measured.traces[0].largest[-1] > 0.0
    text = " ".join(found.notes)
    assert "running statistics" in text
    assert "Dropout is off" in text
    assert "200 of" in text
    assert "steps an epoch" in text


def test_each_network_of_a_run_is_measured_on_its_own_data(home: Path) -> None:
    run = dl.train("iris", epochs=3, seeds=2, report=False)
    for member in (0, 1):
        trace = dl.curvature(run, member=member, report=False).measured.traces[0]
        assert trace.loss[-1] == pytest.approx(run.metrics["train"]["members"][member]["loss"], rel=1e-4)
    with pytest.raises(RunError, match="no member 2"):
        dl.curvature(run, member=2)


def test_after_early_stopping_the_weights_that_were_kept_are_measured(home: Path) -> None:
    run = dl.train("iris", epochs=60, learning_rate=0.3, report=False, set={"early_stopping.patience": 3})
    trace = dl.curvature(run, report=False).measured.traces[0]
    assert trace.epochs[-1] == run.metrics["best_epoch"][0]
    assert trace.loss[-1] == pytest.approx(run.train.loss, rel=1e-4)
    assert np.isfinite(trace.divided[-1])


def test_the_escape_begins_where_training_stopped(home: Path) -> None:
    # At a rate so small that nothing moves, going on stays at the stop; noise and a fresh draw do not.
    still = dl.curvature(
        "xor", learning_rates=[1e-9], trace=1, escape=True, seeds=3, set={"epochs": 2, "optimizer.learning_rate": 1e-9},
        report=False,
    ).measured.escape  # fmt: skip
    assert still is not None
    np.testing.assert_allclose(still.go_on, still.stop, rtol=1e-5)
    assert np.all(np.abs(still.noise / still.stop - 1.0) > 1e-6)
    assert np.all(np.abs(still.restart / still.stop - 1.0) > 1e-4)


def test_going_on_is_training_longer(home: Path) -> None:
    # With the whole batch and no memory, two trainings of 20 epochs are one of 40.
    settings = {"epochs": 20, "batch_size": "full"}
    found = dl.curvature("circle", trace=1, escape=True, seeds=2, set=settings, report=False).measured.escape
    longer = dl.train("circle", epochs=40, batch_size="full", seeds=2, report=False)
    assert found is not None
    losses = [one["loss"] for one in longer.metrics["train"]["members"]]
    np.testing.assert_allclose(found.go_on, losses, rtol=1e-4)


def test_what_cannot_be_measured_is_said(home: Path) -> None:
    arrays = dl.train(np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2, epochs=1, report=False)
    with pytest.raises(RunError, match="arrays in memory"):
        dl.curvature(arrays)
    mistakes: list[tuple[dict[str, Any], str]] = [
        ({"trace": 0}, "trace=0"),
        ({"examples": 0}, "examples=0"),
        ({"products": 1}, "products=1"),
        ({"probes": 2}, "probes=2"),
        ({"seeds": 0}, "seeds=0"),
        ({"noise": 0.0}, "noise=0"),
        ({"learning_rates": []}, "rates above 0"),
    ]
    for option, words in mistakes:
        with pytest.raises(SpecError, match=words):
            dl.curvature("iris", **option)


def test_a_training_that_diverges_is_told_from_one_that_saturates(home: Path) -> None:
    result = dl.curvature("iris", learning_rates=[1e30], trace=1, set={"epochs": 2, "optimizer": "sgd"}, report=False)
    assert "diverged" in result.answer
    assert result.measured.spectrum is None
    result = dl.curvature("circle", learning_rates=[1e30], trace=1, set={"epochs": 2}, report=False)
    assert "no lower than at the start" in result.sentences[1]


@pytest.mark.slow
def test_sharpness_rises_to_two_over_the_rate_and_stays(home: Path) -> None:
    found = dl.curvature("edge-of-stability", learning_rates="0.2,0.1,0.05,0.02", trace=100)
    for trace in found.measured.traces:
        assert trace.diverged_at is None
        assert trace.largest[-1] == pytest.approx(2.0 / trace.learning_rate, rel=0.02)
        assert trace.is_at_edge
    assert found.answer.startswith("At all 4 rates training settled at the edge of stability")
    assert found.path is not None
    assert (found.path / "report.html").is_file()
