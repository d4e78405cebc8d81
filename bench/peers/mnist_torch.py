"""Epochs of `mnist-mlp` with PyTorch: 784-16-16-10, sigmoids, squared error summed over the outputs, plain descent.

The pictures are in memory as float32, an epoch is one permutation cut into batches, and the losses stay tensors, so
that nothing waits for them. Prints the median seconds of an epoch as JSON.
"""

import json
import time

import numpy as np
import torch
from mnist_files import read
from torch import nn

EPOCHS = 3
BATCH_SIZE = 32
NUM_TRAIN = 54_000

# One thread: at these sizes a second one costs more than it brings (0.79 against 0.69 s an epoch on two cores).
torch.set_num_threads(1)
inputs = torch.from_numpy(read("train-images-idx3-ubyte")[:NUM_TRAIN].reshape(-1, 784) / np.float32(255.0))
labels = torch.from_numpy(read("train-labels-idx1-ubyte")[:NUM_TRAIN].astype(np.int64))
targets = nn.functional.one_hot(labels, 10).float()
network = nn.Sequential(
    nn.Linear(784, 16), nn.Sigmoid(), nn.Linear(16, 16), nn.Sigmoid(), nn.Linear(16, 10), nn.Sigmoid()
)
optimizer = torch.optim.SGD(network.parameters(), lr=1.0)

seconds = []
for _ in range(EPOCHS):
    start = time.perf_counter()
    losses = []
    for rows in torch.randperm(NUM_TRAIN).split(BATCH_SIZE):
        optimizer.zero_grad()
        loss = ((network(inputs[rows]) - targets[rows]) ** 2).sum(dim=1).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    mean_loss = torch.stack(losses).mean().item()
    seconds.append(time.perf_counter() - start)
with torch.no_grad():
    accuracy = (network(inputs).argmax(dim=1) == labels).float().mean().item()
print(json.dumps({"epoch_s": sorted(seconds)[EPOCHS // 2], "loss": mean_loss, "accuracy": accuracy}))
