"""Another number of examples, epochs or parts compiles nothing, and empty places change no number."""

import dataclasses

import numpy as np
import pytest

from descentlab.data import Dataset, load, prepare
from descentlab.evaluation import infer
from descentlab.spec import Experiment, override, preset
from descentlab.training import Member, Trained, make_plan, train_population


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    experiment = preset("circle")
    return prepare(load(experiment.data), experiment.split, 0)


def _cut(dataset: Dataset, num_train: int, num_validation: int) -> Dataset:
    rows = dataset.train[: num_train + num_validation]
    return dataclasses.replace(dataset, train=rows[:num_train], validation=rows[num_train:])


def _experiment(*settings: str) -> Experiment:
    return override(preset("circle"), ["epochs=3", "batch_size=10", "split.validation=0.2", *settings])


def _train(experiment: Experiment, dataset: Dataset, num_members: int = 1) -> Trained:
    plan = make_plan(experiment, dataset, num_members=num_members)
    members = [Member(0, (("learning_rate", 0.01 * (1 + place)),)) for place in range(num_members)]
    return train_population(experiment, plan, members, lambda _: dataset).trained[0]


@pytest.mark.parametrize(("num_members", "batch_size"), [(20, "batch_size=10"), (1, "batch_size=full")])
def test_other_numbers_of_rows_parts_and_epochs_compile_nothing(
    dataset: Dataset, compiled: list[str], num_members: int, batch_size: str
) -> None:
    experiment = _experiment(batch_size, "early_stopping.patience=50")
    _train(experiment, _cut(dataset, 97, 20), num_members)
    compiled.clear()
    for num_train, num_validation, epochs in ((97, 20, 5), (98, 21, 3), (99, 3, 3), (100, 100, 40)):
        other = override(experiment, [f"epochs={epochs}", f"optimizer.learning_rate={0.001 * epochs}"])
        _train(other, _cut(dataset, num_train, num_validation), num_members)
    assert compiled == []


def test_predictions_of_other_numbers_of_rows_compile_nothing_and_have_the_same_bits(
    dataset: Dataset, compiled: list[str]
) -> None:
    experiment = _experiment()
    plan, trained = make_plan(experiment, dataset), _train(experiment, dataset)

    def predict(rows: np.ndarray) -> np.ndarray:
        inference = infer(plan.network, plan.objective, trained.params, trained.statistics, dataset.inputs[rows])
        return np.concatenate([inference.logits, inference.outputs], axis=1)

    whole = predict(np.arange(356))
    compiled.clear()
    for count in (1, 2, 3, 5, 8, 128, 129, 300):
        rows = np.random.default_rng(count).permutation(356)[:count]
        np.testing.assert_array_equal(predict(rows), whole[rows])
    assert compiled == []


def test_a_full_batch_with_empty_places_is_the_mean_over_its_examples(dataset: Dataset) -> None:
    """The same steps as with a batch size of just so many examples, which leaves no place empty."""
    few = _cut(dataset, 97, 20)
    full, exact = (_experiment(f"batch_size={size}", "precision=float64") for size in ("full", 97))
    assert make_plan(full, few).batch_places > make_plan(exact, few).batch_places == 97
    one, other = (_train(experiment, few) for experiment in (full, exact))
    for name in ("train_loss", "validation_loss", "batch_loss", "gradient_norm"):
        np.testing.assert_allclose(one.trace[name], other.trace[name], rtol=1e-12)
