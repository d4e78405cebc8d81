"""The network and the schedule of `mnist-cnn` as a PyTorch script for a processor; prints its accuracy as JSON.

Channels last and all cores. Initial weights as descentlab draws them (He et al., 2015; Glorot and Bengio, 2010).
"""

import json

import numpy as np
import torch
from mnist_files import read
from torch import nn

from descentlab.spec import preset

experiment = preset("mnist-cnn")
EPOCHS, BATCH, RATE = experiment.epochs, experiment.batch_size, experiment.optimizer.learning_rate
NUM_TRAIN = 54_000

torch.manual_seed(0)


def pictures(name: str) -> torch.Tensor:
    """Read pictures as shares of white."""
    pixels = torch.from_numpy(read(name) / np.float32(255)).unsqueeze(1)
    return pixels.to(memory_format=torch.channels_last)


inputs, test = pictures("train-images-idx3-ubyte"), pictures("t10k-images-idx3-ubyte")
classes, test_classes = (
    torch.from_numpy(read(f"{part}-labels-idx1-ubyte").astype(np.int64)) for part in ("train", "t10k")
)
network = nn.Sequential(
    nn.Conv2d(1, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(0.25), nn.Linear(32 * 4 * 4, 10),
).to(memory_format=torch.channels_last)  # fmt: skip
for layer in network:
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    if isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
steps = -(-NUM_TRAIN // BATCH)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * steps, cycle_momentum=False)
order = torch.randperm(len(inputs))
train, validation = order[:NUM_TRAIN], order[NUM_TRAIN:]


@torch.inference_mode()
def accuracy(pictures: torch.Tensor, classes: torch.Tensor) -> float:
    """Return the accuracy on some pictures, without dropout."""
    network.eval()
    predicted = torch.cat([network(part).argmax(dim=1) for part in pictures.split(128)])
    network.train()
    return (predicted == classes).float().mean().item()


for _ in range(EPOCHS):
    for rows in train[torch.randperm(NUM_TRAIN)].split(BATCH):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs[rows]), classes[rows]).backward()
        optimizer.step()
        schedule.step()
    accuracy(inputs[validation], classes[validation])
print(json.dumps({"accuracy": accuracy(test, test_classes)}))
