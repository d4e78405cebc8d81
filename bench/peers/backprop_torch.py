"""Backward over forward pass of dense networks in PyTorch, by one thread or one a core, the faster; as JSON."""

import json
import os
import statistics
import time

import torch
from torch import nn

ROUNDS = 25
SHAPES = {
    "784-16-16-10 at 32": ((16, 16), nn.Sigmoid, 32),
    "784-16-16-10 at 128": ((16, 16), nn.Sigmoid, 128),
    "784-256-128-10 at 128": ((256, 128), nn.ReLU, 128),
}


def seconds(work, count: int) -> float:  # noqa: ANN001
    """Time one call, of so many in a row."""
    begin = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - begin) / count


def measure(hidden: tuple[int, ...], activation: type[nn.Module], batch: int) -> tuple[float, float]:
    """Return the time of the backward pass over that of the forward pass, and the seconds of a gradient."""
    sizes = (784, *hidden)
    layers = [
        part for size, units in zip(sizes, hidden, strict=False) for part in (nn.Linear(size, units), activation())
    ]
    network = nn.Sequential(*layers, nn.Linear(sizes[-1], 10))
    params = list(network.parameters())
    inputs, targets = torch.rand(batch, 784), torch.randint(0, 10, (batch,))

    def forward() -> torch.Tensor:
        return nn.functional.cross_entropy(network(inputs), targets)

    def gradient() -> None:
        torch.autograd.grad(forward(), params)

    seconds(gradient, 20)
    ratios, gradients = [], []
    for _ in range(ROUNDS):
        alone, both = seconds(forward, 20), seconds(gradient, 20)
        ratios.append((both - alone) / alone)
        gradients.append(both)
    return statistics.median(ratios), statistics.median(gradients)


torch.manual_seed(0)
figures = {}
for name, shape in SHAPES.items():
    tried = []
    for threads in {1, os.cpu_count() or 1}:
        torch.set_num_threads(threads)
        tried.append(measure(*shape))
    figures[name], figures[f"{name}, gradient"] = min(tried, key=lambda pair: pair[1])
print(json.dumps(figures))
