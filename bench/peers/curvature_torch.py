"""Seconds of ten Hessian-vector products in PyTorch (gradients of a gradient's product), and of a gradient; as JSON."""

import json
import statistics
import time

import numpy as np
import torch
from mnist_files import read

REPEATS = 3
STEPS = 10

pictures = read("train-images-idx3-ubyte")[:2_048, None]
inputs = torch.tensor(pictures.astype(np.float32) / 255.0).to(memory_format=torch.channels_last)
targets = torch.tensor(read("train-labels-idx1-ubyte")[:2_048].astype(np.int64))
torch.manual_seed(0)
net = torch.nn.Sequential(
    torch.nn.Conv2d(1, 32, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(32, 32, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Flatten(), torch.nn.Linear(32 * 4 * 4, 10),
).to(memory_format=torch.channels_last)  # fmt: skip
params = list(net.parameters())


def gradient(*, create_graph: bool = False) -> tuple[torch.Tensor, ...]:
    """Differentiate the mean loss."""
    loss = torch.nn.functional.cross_entropy(net(inputs), targets)
    return torch.autograd.grad(loss, params, create_graph=create_graph)


def products() -> None:
    """Multiply ten vectors by the Hessian, one after the other."""
    slope = gradient(create_graph=True)
    vector = [torch.randn_like(param) for param in params]
    for _ in range(STEPS):
        vector = [part.detach() for part in torch.autograd.grad(slope, params, vector, retain_graph=True)]
        length = torch.sqrt(sum((part**2).sum() for part in vector))
        vector = [part / length for part in vector]


def seconds(work) -> float:  # noqa: ANN001
    """Time one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


gradient()
gradients, sharpnesses = [], []
for _ in range(REPEATS):
    gradients.append(seconds(gradient))
    sharpnesses.append(seconds(products))
slope_s, lanczos_s = statistics.median(gradients), statistics.median(sharpnesses)
print(json.dumps({"gradient_s": slope_s, "sharpness_s": lanczos_s, "gradients": lanczos_s / slope_s}))
