"""Sums over a batch: the gradient that the formula of the loss has, beside PyTorch's."""

from collections.abc import Callable

import numpy as np
import torch

from descentlab.data import Dataset
from descentlab.spec import Experiment, override
from descentlab.training import Member, Trained, make_plan, train_population
from descentlab.training._examples import example_orders

Source = Callable[[int], Dataset]


def _train(experiment: Experiment, dataset_of: Source, rate: float) -> Trained:
    """Train at a rate that the program is given, so that trainings at other rates share it."""
    plan = make_plan(experiment, dataset_of(0))
    return train_population(experiment, plan, [Member(0, (("learning_rate", rate),))], dataset_of).trained[0]


def test_a_sum_agrees_with_pytorch_the_smaller_last_batch_included(iris: Experiment, iris_of: Source) -> None:
    experiment = override(iris, ["optimizer=sgd", "loss.over_batch=sum", "precision=float64"])
    dataset, trained = iris_of(0), _train(experiment, iris_of, 0.002)
    params = {
        name: {role: torch.tensor(array, requires_grad=True) for role, array in arrays.items()}
        for name, arrays in trained.initial_params.items()
    }
    hidden, output = params["hidden"], params["output"]
    inputs = torch.tensor(dataset.inputs[dataset.train]).double()
    targets = torch.tensor(dataset.targets[dataset.train]).long()
    plan = make_plan(experiment, dataset)
    assert plan.num_train % plan.batch_size
    rule = torch.optim.SGD([*hidden.values(), *output.values()], 0.002)
    for rows in example_orders(plan, 0, 0, 6, shuffle=True)[:6].reshape(-1, plan.batch_size):
        chosen = torch.tensor(rows[rows >= 0]).long()
        rule.zero_grad()
        activation = torch.relu(inputs[chosen] @ hidden["weight"] + hidden["bias"])
        logits = activation @ output["weight"] + output["bias"]
        torch.nn.functional.cross_entropy(logits, targets[chosen], reduction="sum").backward()
        rule.step()
    for name, arrays in params.items():
        for role, array in arrays.items():
            np.testing.assert_allclose(trained.params[name][role], array.detach().numpy(), rtol=1e-5, atol=1e-7)


def test_measured_losses_stay_means(iris: Experiment, iris_of: Source) -> None:
    def losses(over: str) -> np.ndarray:
        sgd = ["optimizer=sgd", f"loss.over_batch={over}", "precision=float64", "epochs=2"]
        return _train(override(iris, sgd), iris_of, 0.0).trace["train_loss"]

    np.testing.assert_array_equal(losses("sum"), losses("mean"))


def test_a_full_batch_is_a_mean_at_as_many_times_the_rate(iris: Experiment, iris_of: Source) -> None:
    size = len(iris_of(0).train)
    rule = ["optimizer=sgd", "batch_size=full"]
    summed = _train(override(iris, [*rule, "loss.over_batch=sum"]), iris_of, 0.05 / size)
    averaged = _train(override(iris, rule), iris_of, 0.05)
    for name, arrays in averaged.params.items():
        for role, array in arrays.items():
            np.testing.assert_allclose(summed.params[name][role], array, rtol=1e-4, atol=1e-6)
