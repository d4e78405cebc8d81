"""A thousand Iris networks with descentlab, in a process that has compiled already. Prints its figures as JSON.

The processor's peak in single precision is measured too, by the product of two large matrices on all cores.
"""

import json
import sys
import time

import numpy as np

from descentlab import training
from descentlab.data import load, prepare
from descentlab.spec import preset

NUM_RATES, NUM_SEEDS = 20, int(sys.argv[1]) if len(sys.argv) > 1 else 50


def operations(num_networks: int) -> float:
    """Count floating-point operations: a multiply-add is two."""
    macs = 4 * 8 + 8 * 3
    weights = macs + 8 + 3
    # Forward; backward to the weights; backward to the hidden units. Softmax: 3 exponentials of about 10 operations.
    example = 2 * macs + 2 * macs + 2 * 8 * 3 + 3 * 15
    adam = 14 * weights  # two running means, their corrections, a root, a quotient, and the step
    epoch = 96 * example + 20 * adam + (96 + 24) * (2 * macs + 3 * 15)
    return float(num_networks) * 100 * epoch


def peak() -> float:
    side = 2_048
    left = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    best = min(_timed(left) for _ in range(5))
    return 2.0 * side**3 / best


def _timed(left: np.ndarray) -> float:
    begin = time.perf_counter()
    left @ left
    return time.perf_counter() - begin


experiment = preset("iris")
source = load(experiment.data)
datasets = {seed: prepare(source, experiment.split, seed) for seed in range(NUM_SEEDS)}
members = [
    training.Member(seed, (("learning_rate", float(rate)),))
    for seed in range(NUM_SEEDS)
    for rate in np.geomspace(1e-4, 1.0, NUM_RATES)
]
training.prepare_engine()
plan = training.make_plan(experiment, datasets[0], num_members=len(members), members_per_seed=NUM_RATES)
compiler = training.Compiler()
accuracies: list[np.ndarray] = []


def run(kept: list[np.ndarray]) -> float:
    begin = time.perf_counter()
    training.train_blocks(
        experiment, plan, members, datasets.__getitem__,
        lambda _, block: kept.append(block.trace["validation_accuracy"][-1]), compiler=compiler,
    )  # fmt: skip
    return time.perf_counter() - begin


run([])
fit_s = run(accuracies)
needed_s = operations(len(members)) / peak()
print(
    json.dumps(
        {"fit_s": fit_s, "networks": len(members), "arithmetic_s": needed_s, "over_arithmetic": fit_s / needed_s}
    )
)
