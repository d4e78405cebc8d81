"""Class weights in training: what they change, and what they leave alone."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from descentlab.core import SpecError
from descentlab.data import Dataset
from descentlab.spec import Experiment, override
from descentlab.training import Member, Trained, make_plan, train_population
from descentlab.training._examples import example_orders

Source = Callable[[int], Dataset]
BALANCED = "class_weights=balanced"


@pytest.fixture(scope="module")
def unequal_of(iris_of: Source) -> Source:
    """Iris with 32 flowers of the first species to learn from, 16 of the second and 5 of the third."""

    def cut(seed: int) -> Dataset:
        whole = iris_of(seed)
        rows = [whole.train[whole.targets[whole.train] == kind][:count] for kind, count in enumerate((32, 16, 5))]
        return dataclasses.replace(whole, train=np.sort(np.concatenate(rows)))

    return cut


def _train(experiment: Experiment, dataset_of: Source, members: list[Member] | None = None) -> tuple[Trained, ...]:
    members = members or [Member(0)]
    plan = make_plan(experiment, dataset_of(0), num_members=len(members))
    return train_population(experiment, plan, members, dataset_of).trained


def _weights(trained: Trained) -> np.ndarray:
    return np.concatenate([array.ravel() for own in trained.params.values() for array in own.values()])


def test_training_agrees_with_pytorch_step_by_step(iris: Experiment, unequal_of: Source) -> None:
    """PyTorch's weighted losses, summed over a batch and divided by its examples, the last and smaller one included."""
    experiment = override(iris, [BALANCED, "optimizer=sgd", "optimizer.learning_rate=0.05", "precision=float64"])
    dataset = unequal_of(0)
    (trained,) = _train(experiment, unequal_of, [Member(0)])
    model: Any = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)).double()
    with torch.no_grad():
        for layer, name in ((model[0], "hidden"), (model[2], "output")):
            layer.weight.copy_(torch.tensor(trained.initial_params[name]["weight"].T))
            layer.bias.copy_(torch.tensor(trained.initial_params[name]["bias"]))
    labels = dataset.targets[dataset.train]
    weight = torch.tensor(compute_class_weight("balanced", classes=np.arange(3), y=labels))
    loss = torch.nn.CrossEntropyLoss(weight=weight, reduction="none")
    rule = torch.optim.SGD(model.parameters(), 0.05)
    inputs, targets = torch.tensor(dataset.inputs[dataset.train]).double(), torch.tensor(labels).long()
    plan = make_plan(experiment, dataset)
    assert plan.num_train % plan.batch_size
    for rows in example_orders(plan, 0, 0, 6, shuffle=True)[:6].reshape(-1, plan.batch_size):
        chosen = torch.tensor(rows[rows >= 0]).long()
        rule.zero_grad()
        (loss(model(inputs[chosen]), targets[chosen]).sum() / len(chosen)).backward()
        rule.step()
    for layer, name in ((model[0], "hidden"), (model[2], "output")):
        np.testing.assert_allclose(trained.params[name]["weight"], layer.weight.detach().numpy().T, rtol=1e-5)
    plain = torch.nn.functional.cross_entropy(model(inputs), targets)
    np.testing.assert_allclose(trained.trace["train_loss"][-1], plain.item(), rtol=1e-6)


def test_equal_classes_make_no_difference(iris: Experiment, iris_of: Source) -> None:
    (plain,), (balanced,) = _train(iris, iris_of), _train(override(iris, [BALANCED]), iris_of)
    np.testing.assert_allclose(_weights(balanced), _weights(plain), rtol=1e-4, atol=1e-6)


def test_members_with_data_of_their_own_are_weighted_by_it(iris: Experiment, unequal_of: Source) -> None:
    """The second seed has other counts, so that a mix-up would show."""

    def dataset_of(seed: int) -> Dataset:
        whole = unequal_of(seed)
        targets = whole.targets if seed == 0 else (2 - whole.targets).astype(whole.targets.dtype)
        return dataclasses.replace(whole, targets=targets)

    experiment = override(iris, [BALANCED])
    together = _train(experiment, dataset_of, [Member(0), Member(1)])
    for seed in (0, 1):
        (alone,) = _train(experiment, dataset_of, [Member(seed)])
        np.testing.assert_allclose(_weights(together[seed]), _weights(alone), rtol=1e-4, atol=1e-6)


def test_rare_flowers_are_found_more_often(iris: Experiment, unequal_of: Source) -> None:
    """Over ten seeds, by the recall of the rare species on the rest of the data."""
    recalls = []
    for settings in ([], [BALANCED]):
        trained = _train(override(iris, ["epochs=60", *settings]), unequal_of, [Member(seed) for seed in range(10)])
        told = []
        for seed, one in enumerate(trained):
            dataset = unequal_of(seed)
            rest = np.concatenate([dataset.validation, dataset.test])
            rare = dataset.inputs[rest[dataset.targets[rest] == 2]]
            hidden = np.maximum(rare @ one.params["hidden"]["weight"] + one.params["hidden"]["bias"], 0.0)
            logits = hidden @ one.params["output"]["weight"] + one.params["output"]["bias"]
            told.append((logits.argmax(axis=1) == 2).mean())
        recalls.append(np.array(told))
    gain = recalls[1] - recalls[0]
    assert gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(len(gain))


def test_a_regression_is_refused(iris: Experiment, plane_of: Source) -> None:
    experiment = override(iris, [BALANCED, "loss=squared-error"])
    with pytest.raises(SpecError, match="class_weights=balanced needs classes"):
        make_plan(experiment, plane_of(0))
