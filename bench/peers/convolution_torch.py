"""Seconds of a training step of two convolutions at batch 128 and of inference on 10,000 pictures in PyTorch; as JSON.

Channels last and all cores are its fastest here; inference is at the best of four batch sizes.
"""

import json
import statistics
import time

import torch
from torch import nn

STEPS, BATCH, NUM_TEST, ROUNDS = 30, 128, 10_000, 5

torch.manual_seed(0)
network = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(49 * 64, 10),
).to(memory_format=torch.channels_last)  # fmt: skip
optimizer = torch.optim.Adam(network.parameters())
pictures = torch.rand(STEPS * BATCH, 1, 28, 28).to(memory_format=torch.channels_last)
classes = torch.arange(STEPS * BATCH) % 10
seconds = []
for _ in range(ROUNDS + 1):
    begin = time.perf_counter()
    for rows in torch.randperm(len(pictures)).split(BATCH):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(pictures[rows]), classes[rows]).backward()
        optimizer.step()
    seconds.append((time.perf_counter() - begin) / STEPS)

test = torch.rand(NUM_TEST, 1, 28, 28).to(memory_format=torch.channels_last)
times_by_size: dict[int, list[float]] = {32: [], 128: [], 500: [], 2_000: []}
with torch.inference_mode():
    for _ in range(ROUNDS + 1):
        for size, times in times_by_size.items():
            begin = time.perf_counter()
            for part in test.split(size):
                network(part).softmax(dim=1)
            times.append(time.perf_counter() - begin)
inference = min(statistics.median(times[1:]) for times in times_by_size.values())
print(json.dumps({"step": statistics.median(seconds[1:]), "inference": inference}))
