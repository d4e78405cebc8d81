"""Twelve rates by five folds of Iris as one population. Prints its figures as JSON."""

import dataclasses
import json
import time
from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedKFold

from descentlab import training
from descentlab.data import Dataset, load, prepare
from descentlab.spec import DropoutSpec, Experiment, SplitSpec, override, preset

RATES = np.geomspace(1e-4, 1.0, 12)
NUM_MEMBERS = 32

experiment = override(preset("iris"), ["split.validation=0"])
whole = prepare(load(experiment.data), SplitSpec(test=0.0, validation=0.0), 0)


def fold(train: np.ndarray, held_out: np.ndarray) -> Dataset:
    """Return a fold standardised by its own training rows, as a pipeline in scikit-learn is."""
    mean, deviation = whole.inputs[train].mean(axis=0), whole.inputs[train].std(axis=0)
    inputs = ((whole.inputs - mean) / deviation).astype(np.float32)
    return dataclasses.replace(whole, inputs=inputs, train=train, validation=held_out, test=np.zeros(0, np.int64))


splitter = StratifiedKFold(5, shuffle=True, random_state=0)
folds = [fold(*parts) for parts in splitter.split(whole.inputs, whole.targets)]
training.prepare_engine()


def run(
    experiment: Experiment,
    members: Sequence[training.Member],
    varied: Sequence[str],
    together: int,
    snapshots: frozenset[int] = frozenset(),
) -> float:
    begin = time.perf_counter()
    plan = training.make_plan(experiment, folds[0], num_members=len(members), members_per_seed=together, varied=varied)
    training.train_population(experiment, plan, members, folds.__getitem__, snapshot_epochs=snapshots)
    return time.perf_counter() - begin


grid = [training.Member(0, (("learning_rate", float(rate)),), data=key) for key in range(5) for rate in RATES]
cold_s = run(experiment, grid, (), len(RATES))
fit_s = min(run(experiment, grid, (), len(RATES)) for _ in range(3))

scheduled = override(experiment, ["schedule=cosine"])
dropped = experiment.model_copy(update={"model": (experiment.model[0], DropoutSpec(rate=0.1), experiment.model[1])})
shares = np.linspace(0.0, 0.5, NUM_MEMBERS)
lanes = {
    "rates": (experiment, [training.Member(0, (("learning_rate", 0.001 * (1 + share)),), data=0) for share in shares]),
    "schedules": (scheduled, [training.Member(0, (("schedule.final_share", share),), data=0) for share in shares]),
    "orders": (experiment, [training.Member(0, order_seed=place, data=0) for place in range(NUM_MEMBERS)]),
    "dropout rates": (dropped, [training.Member(0, (("dropout", share),), data=0) for share in shares]),
}
seconds = {}
for name, (each, members) in lanes.items():
    names = sorted({hyper for member in members for hyper, _ in member.hyper})
    run(each, members, names, NUM_MEMBERS)
    seconds[name] = min(run(each, members, names, NUM_MEMBERS) for _ in range(3))
over = {name: value / seconds["rates"] for name, value in seconds.items()}

stopping = override(
    preset("iris"),
    ["epochs=200", "early_stopping={patience=10}", "split.validation=0.2", "optimizer.learning_rate=0.01"],
)
many = [training.Member(seed, data=seed % 5) for seed in range(512)]
KEPT_LANES = frozenset({0})
"""With a snapshot, if only of the start, lanes are not handed on."""
stopping_s = {
    lanes: min(run(stopping, many, (), 1, snapshots) for _ in range(4))
    for lanes, snapshots in (("handed on", frozenset[int]()), ("kept", KEPT_LANES))
}
over["lanes handed on"] = stopping_s["handed on"] / stopping_s["kept"]
print(json.dumps({"fit_s": fit_s, "cold_s": cold_s, "over_rates": over}))
