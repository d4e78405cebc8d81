"""A thousand Iris networks with PyTorch as batched matrices, gradients and Adam written out. Prints figures as JSON.

Twenty rates from each of fifty seeds; 4-8-3, ReLU, softmax cross-entropy, Adam, 100 epochs in batches of 5; loss and
accuracy of both parts traced at every epoch. Twenty networks share a seed's data and order, as in descentlab's sweep.
"""

import json
import sys
import time

import numpy as np
import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

NUM_RATES, NUM_SEEDS, EPOCHS, BATCH = 20, int(sys.argv[1]) if len(sys.argv) > 1 else 50, 100, 5
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)

inputs, classes = load_iris(return_X_y=True)
parts = []
for seed in range(NUM_SEEDS):
    rest, _, rest_classes, _ = train_test_split(inputs, classes, test_size=0.2, stratify=classes, random_state=seed)
    split = train_test_split(rest, rest_classes, test_size=0.2, stratify=rest_classes, random_state=seed)
    scaler = StandardScaler().fit(split[0])
    parts.append((scaler.transform(split[0]), scaler.transform(split[1]), split[2], split[3]))


def stack(place: int, kind: torch.dtype) -> torch.Tensor:
    each = torch.tensor(np.stack([part[place] for part in parts]), dtype=kind)
    return each.repeat_interleave(NUM_RATES, dim=0)


x, x_val = stack(0, torch.float32), stack(1, torch.float32)
y, y_val = stack(2, torch.int64), stack(3, torch.int64)
num = NUM_RATES * NUM_SEEDS
rates = torch.logspace(-4, 0, NUM_RATES).repeat(NUM_SEEDS)
rng = np.random.default_rng(0)
orders = np.stack([[rng.permutation(96) for _ in range(EPOCHS)] for _ in range(NUM_SEEDS)])


def draw(*shape: int) -> torch.Tensor:
    limit = (6.0 / sum(shape)) ** 0.5
    each = torch.rand(NUM_SEEDS, *shape) * 2.0 * limit - limit
    return each.repeat_interleave(NUM_RATES, dim=0)


def train() -> torch.Tensor:
    params = [draw(4, 8), torch.zeros(num, 1, 8), draw(8, 3), torch.zeros(num, 1, 3)]
    means = [torch.zeros_like(param) for param in params]
    squares = [torch.zeros_like(param) for param in params]
    rate = rates[:, None, None]
    trace = torch.zeros(EPOCHS, 4, num)
    step = 0
    for epoch in range(EPOCHS):
        order = torch.from_numpy(orders[:, epoch]).repeat_interleave(NUM_RATES, dim=0)
        shuffled = torch.gather(x, 1, order[:, :, None].expand(-1, -1, 4))
        shuffled_targets = torch.nn.functional.one_hot(torch.gather(y, 1, order), 3).float()
        for start in range(0, 96, BATCH):
            batch, target = shuffled[:, start : start + BATCH], shuffled_targets[:, start : start + BATCH]
            hidden = torch.baddbmm(params[1], batch, params[0]).clamp_(min=0.0)
            logits = torch.baddbmm(params[3], hidden, params[2])
            delta = (torch.softmax(logits, dim=2) - target) / batch.shape[1]
            back = torch.bmm(delta, params[2].transpose(1, 2)) * (hidden > 0)
            grads = [
                torch.bmm(batch.transpose(1, 2), back), back.sum(1, keepdim=True),
                torch.bmm(hidden.transpose(1, 2), delta), delta.sum(1, keepdim=True),
            ]  # fmt: skip
            step += 1
            first, second = 1.0 - 0.9**step, 1.0 - 0.999**step
            for param, grad, mean, square in zip(params, grads, means, squares, strict=True):
                mean.mul_(0.9).add_(grad, alpha=0.1)
                square.mul_(0.999).addcmul_(grad, grad, value=0.001)
                param.sub_(rate * (mean / first) / ((square / second).sqrt_().add_(1e-8)))
        for place, (part, label) in enumerate(((x, y), (x_val, y_val))):
            hidden = torch.baddbmm(params[1], part, params[0]).clamp_(min=0.0)
            logits = torch.baddbmm(params[3], hidden, params[2])
            trace[epoch, 2 * place] = (
                torch.nn.functional.cross_entropy(logits.flatten(0, 1), label.flatten(), reduction="none")
                .view(num, -1)
                .mean(1)
            )
            trace[epoch, 2 * place + 1] = (logits.argmax(2) == label).float().mean(1)
    return trace


with torch.inference_mode():
    train()
    begin = time.perf_counter()
    trace = train()
    fit_s = time.perf_counter() - begin
print(json.dumps({"fit_s": fit_s, "networks": num, "threads": torch.get_num_threads(),
                  "best_accuracy": float(trace[-1, 3].view(NUM_SEEDS, NUM_RATES).mean(0).max())}))  # fmt: skip
