"""Several numbers and several labels: training agrees with PyTorch's, step by step."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from descentlab.data import Arrays, Dataset, load, prepare
from descentlab.spec import ArraysData, Experiment, SplitSpec, override
from descentlab.training import Member, make_plan, train_population

NUM = 60
EPOCHS = 15
RATE = 0.2


def _data(kind: str) -> Dataset:
    rng = np.random.default_rng(0)
    inputs = pd.DataFrame(rng.normal(size=(NUM, 4)), columns=pd.Index(list("abcd")))
    numbers = inputs.to_numpy() @ rng.normal(size=(4, 3)) * [1.0, 100.0, 0.1] + [5.0, 0.0, -2.0]
    targets = numbers if kind == "numbers" else (numbers > np.median(numbers, axis=0)).astype(np.float64)
    return prepare(load(ArraysData(), arrays=Arrays(inputs, targets)), SplitSpec(), 0)


def _experiment(iris: Experiment, kind: str) -> Experiment:
    loss = "squared-error" if kind == "numbers" else "binary-cross-entropy"
    settings = ["optimizer=sgd", f"optimizer.learning_rate={RATE}", "batch_size=full", "precision=float64"]
    return override(iris, [*settings, f"loss={loss}", f"epochs={EPOCHS}"])


def _in_torch(initial: Any) -> Any:
    model: Any = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)).double()
    with torch.no_grad():
        for layer, name in ((model[0], "hidden"), (model[2], "output")):
            layer.weight.copy_(torch.tensor(initial[name]["weight"].T))
            layer.bias.copy_(torch.tensor(initial[name]["bias"]))
    return model


@pytest.mark.parametrize("num_members", [1, 3])
@pytest.mark.parametrize("kind", ["numbers", "labels"])
def test_training_agrees_with_pytorch(iris: Experiment, kind: str, num_members: int) -> None:
    dataset, experiment = _data(kind), _experiment(iris, kind)
    assert (dataset.task_kind, dataset.task_size) == (kind, 3)
    plan = make_plan(experiment, dataset, num_members=num_members)
    members = [Member(seed) for seed in range(num_members)]
    for trained in train_population(experiment, plan, members, lambda _: dataset).trained:
        model = _in_torch(trained.initial_params)
        rule = torch.optim.SGD(model.parameters(), RATE)
        inputs, targets = (torch.tensor(each[dataset.train]).double() for each in (dataset.inputs, dataset.targets))
        if kind == "numbers":
            loss_fn: Any = torch.nn.MSELoss()
        else:  # ours adds up the labels' losses, as an example has all of them
            loss_fn = lambda logits, y: 3.0 * torch.nn.BCEWithLogitsLoss()(logits, y)
        losses = []
        for _ in range(EPOCHS):
            rule.zero_grad()
            loss_fn(model(inputs), targets).backward()
            rule.step()
            losses.append(float(loss_fn(model(inputs), targets).detach()))
        np.testing.assert_allclose(trained.params["output"]["weight"], model[2].weight.detach().numpy().T, rtol=1e-6)
        np.testing.assert_allclose(trained.trace["train_loss"], losses, rtol=1e-6)
        assert losses[-1] < 0.7 * losses[0]
