"""Weights per example in training: as good as repeated rows, and scikit-learn's optimum."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from descentlab.data import Dataset
from descentlab.evaluation import infer
from descentlab.objectives import balanced_weights
from descentlab.spec import Experiment, override
from descentlab.training import Member, Trained, make_plan, train_population

Source = Callable[[int], Dataset]
FULL = ["batch_size=full", "precision=float64", "optimizer=sgd", "optimizer.learning_rate=0.3", "epochs=20"]


def _train(experiment: Experiment, dataset: Dataset, seeds: tuple[int, ...] = (0,)) -> tuple[Trained, ...]:
    plan = make_plan(experiment, dataset, num_members=len(seeds))
    return train_population(experiment, plan, [Member(seed) for seed in seeds], lambda _: dataset).trained


def _flat(trained: Trained) -> np.ndarray:
    return np.concatenate([array.ravel() for roles in trained.params.values() for array in roles.values()])


def _weighted(dataset: Dataset, weights: np.ndarray) -> Dataset:
    return dataclasses.replace(dataset, weights=weights.astype(np.float64), weights_column="w")


def _times(dataset: Dataset) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4, len(dataset.inputs))


@pytest.mark.parametrize("num_members", [1, 3])
def test_whole_weights_train_as_repeated_rows_do(iris: Experiment, iris_of: Source, num_members: int) -> None:
    """With a full batch the two minimise the same function; only the order of the sums differs."""
    experiment, dataset, seeds = override(iris, FULL), iris_of(0), tuple(range(num_members))
    times = _times(dataset)
    repeated = dataclasses.replace(
        dataset,
        train=dataset.train.repeat(times[dataset.train]),
        validation=dataset.validation.repeat(times[dataset.validation]),
    )
    plain = _train(experiment, dataset, seeds)
    for by_weight, by_rows, unweighted in zip(
        _train(experiment, _weighted(dataset, times), seeds), _train(experiment, repeated, seeds), plain, strict=True
    ):
        np.testing.assert_allclose(_flat(by_weight), _flat(by_rows), rtol=1e-9, atol=1e-12)
        assert np.abs(_flat(by_weight) - _flat(unweighted)).max() > 1e-3
        for name in ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy", "batch_loss"):
            np.testing.assert_allclose(by_weight.trace[name], by_rows.trace[name], rtol=1e-9, err_msg=name)


def test_equal_weights_change_nothing_whatever_they_are(iris: Experiment, iris_of: Source) -> None:
    experiment, dataset = override(iris, ["precision=float64"]), iris_of(0)
    (plain,) = _train(experiment, dataset)
    for weight in (1.0, 1e-6, 700.0):
        (trained,) = _train(experiment, _weighted(dataset, np.full(len(dataset.inputs), weight)))
        np.testing.assert_allclose(_flat(trained), _flat(plain), rtol=1e-9, atol=1e-12)


def test_a_batch_s_loss_is_the_sum_of_weighted_losses_over_the_number_of_its_examples(
    iris: Experiment, iris_of: Source
) -> None:
    """In batches too: one step on the first batch, by hand."""
    dataset = iris_of(0)
    weights = np.random.default_rng(1).lognormal(0.0, 1.0, len(dataset.inputs))
    settings = [*FULL, "batch_size=32", "epochs=1", "shuffle=false"]
    experiment = override(iris, settings)
    plan = make_plan(experiment, dataset)
    # The mean over the steps is of losses along the way, so that only a rate of almost nothing leaves them in place.
    (still,) = _train(override(experiment, ["optimizer.learning_rate=1e-12"]), _weighted(dataset, weights))
    mean_one = weights[dataset.train] / weights[dataset.train].mean()
    params: Any = still.initial_params
    expected = []
    for start in range(0, plan.num_train, 32):
        rows = dataset.train[start : start + 32]
        inference = infer(plan.network, plan.objective, params, {}, dataset.inputs[rows], dataset.targets[rows])
        expected.append(float(np.mean(inference.losses * mean_one[start : start + 32])))
    assert still.trace["batch_loss"][0] == pytest.approx(np.mean(expected), rel=1e-5)


def test_balanced_class_weights_are_a_special_case(iris: Experiment, iris_of: Source) -> None:
    dataset = iris_of(0)
    rows = [dataset.train[dataset.targets[dataset.train] == kind][:count] for kind, count in enumerate((32, 16, 5))]
    unequal = dataclasses.replace(dataset, train=np.sort(np.concatenate(rows)))
    experiment = override(iris, ["precision=float64"])
    weights = balanced_weights(unequal.targets[unequal.train], 3)[unequal.targets]
    (by_class,) = _train(override(experiment, ["class_weights=balanced"]), unequal)
    (by_example,) = _train(experiment, _weighted(unequal, weights))
    np.testing.assert_allclose(_flat(by_example), _flat(by_class), rtol=1e-9, atol=1e-12)


def test_early_stopping_looks_at_the_weighted_validation_loss(iris: Experiment, iris_of: Source) -> None:
    dataset = iris_of(0)
    weights = np.random.default_rng(2).lognormal(0.0, 1.5, len(dataset.inputs))
    experiment = override(iris, ["precision=float64", "early_stopping.patience=3"])
    plan = make_plan(experiment, dataset)
    (trained,) = _train(experiment, _weighted(dataset, weights))
    best, rows = trained.best_epoch, dataset.validation
    assert best is not None
    assert best == int(np.argmin(trained.trace["validation_loss"])) + 1
    inference = infer(plan.network, plan.objective, trained.params, {}, dataset.inputs[rows], dataset.targets[rows])
    expected = np.average(inference.losses, weights=weights[rows])
    assert trained.trace["validation_loss"][best - 1] == pytest.approx(expected, rel=1e-5)


def test_a_linear_classifier_ends_where_scikit_learn_s_does(iris: Experiment, iris_of: Source) -> None:
    dataset = iris_of(0)
    weights = np.random.default_rng(3).lognormal(0.0, 1.0, len(dataset.inputs))
    layer = 'model=[{kind="dense", name="output", units="outputs"}]'
    penalty = 0.1
    experiment = override(
        iris,
        [layer, *FULL, "optimizer.learning_rate=0.5", f"optimizer.l2={penalty}", "epochs=300", "loss=cross-entropy"],
    )
    (trained,) = _train(experiment, _weighted(dataset, weights))
    rows = dataset.train
    mean_one = weights[rows] / weights[rows].mean()
    # scikit-learn minimises C * sum of weighted losses + |w|² / 2; ours is their mean + l2 |w|² / 2.
    reference: Any = LogisticRegression(C=1.0 / (penalty * len(rows)), tol=1e-10, max_iter=10_000)
    reference.fit(np.asarray(dataset.inputs[rows], np.float64), dataset.targets[rows], sample_weight=mean_one)
    weight, bias = trained.params["output"]["weight"], trained.params["output"]["bias"]
    np.testing.assert_allclose(weight, reference.coef_.T, atol=2e-4)
    np.testing.assert_allclose(bias - bias.mean(), reference.intercept_ - reference.intercept_.mean(), atol=2e-4)
