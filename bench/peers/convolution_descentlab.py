"""Seconds of a training step of two convolutions at batch 128 and of inference on 10,000 pictures, as JSON."""

import json
import statistics
import time

import numpy as np

from descentlab import data, evaluation, training
from descentlab.objectives import build_objective, task_of
from descentlab.spec import (
    AdamSpec,
    ArraysData,
    Conv2DSpec,
    DenseSpec,
    Experiment,
    FlattenSpec,
    HeadSpec,
    MaxPool2DSpec,
    SplitSpec,
)
from descentlab.training import Member, make_plan

STEPS, BATCH, NUM_TEST, ROUNDS = 30, 128, 10_000, 5

training.prepare_engine()
rng = np.random.default_rng(0)
count = STEPS * BATCH
pixels = rng.integers(0, 256, (count, 28, 28, 1), np.uint8)
classes = np.resize(np.arange(10), count)
spec = ArraysData(name="noise")
layers = [(Conv2DSpec(filters=filters, activation="relu"), MaxPool2DSpec()) for filters in (32, 64)]
experiment = Experiment(
    name="step",
    data=spec,
    split=SplitSpec(test=0.0, validation=0.0),
    model=(*(layer for pair in layers for layer in pair), FlattenSpec(), DenseSpec()),
    optimizer=AdamSpec(),
    epochs=ROUNDS + 1,
    batch_size=BATCH,
)
dataset = data.prepare(data.load(spec, arrays=data.Arrays(pixels, classes)), experiment.split, 0)
plan = make_plan(experiment, dataset, is_brief=True)
seconds: list[float] = [time.perf_counter()]
trained = training.train_population(
    experiment,
    plan,
    [Member(0)],
    lambda _: dataset,
    snapshot_epochs=frozenset(range(ROUNDS + 2)),  # so that every epoch is a call of its own
    on_progress=lambda progress: seconds.append(time.perf_counter()) if progress.epoch == len(seconds) else None,
).trained[0]
step_s = statistics.median(np.diff(seconds[1:]).tolist()) / STEPS

pictures = rng.integers(0, 256, (NUM_TEST, 28, 28, 1), np.uint8)
objective = build_objective(experiment.loss, HeadSpec(), task_of(10))
inference_s = []
for _ in range(ROUNDS + 1):
    begin = time.perf_counter()
    evaluation.infer(
        plan.network, objective, trained.params, trained.statistics, pictures, input_scale=dataset.input_scale
    )
    inference_s.append(time.perf_counter() - begin)
print(json.dumps({"step": step_s, "inference": statistics.median(inference_s[1:])}))
