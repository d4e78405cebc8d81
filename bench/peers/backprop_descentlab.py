"""Time of the backward pass over that of the forward pass for dense networks, in compiled loops; as JSON."""

import json
import statistics
import time

import numpy as np

from descentlab import training
from descentlab.labs.backprop_cost import measure as complexity
from descentlab.labs.backprop_cost.measure import Case
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import ActivationName, CrossEntropySpec, DenseSpec, HeadSpec, SgdSpec

ROUNDS = 45
SHAPES: dict[str, tuple[tuple[int, ...], ActivationName, int]] = {
    "784-16-16-10 at 32": ((16, 16), "sigmoid", 32),
    "784-16-16-10 at 128": ((16, 16), "sigmoid", 128),
    "784-256-128-10 at 128": ((256, 128), "relu", 128),
}

training.prepare_engine()
rng = np.random.default_rng(0)
objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(10))
trials = {}
for name, (hidden, activation, batch) in SHAPES.items():
    layers = [*(DenseSpec(units=units, activation=activation) for units in hidden), DenseSpec()]
    network = build_network(layers, (784,), 10)
    case = Case(
        network, objective, SgdSpec(), network.draw(0), {}, rng.uniform(size=(batch, 784)), rng.integers(0, 10, batch),
        batch, "float32",
    )  # fmt: skip
    for part, run in complexity.step_loops(case).items():
        trials[name, part] = complexity.prepare(run)
seconds = complexity.measure_by_turns(
    trials, num_rounds=ROUNDS, least_rounds=ROUNDS, deadline=time.perf_counter(), on_round=lambda *_: None
)
figures = {}
for name in SHAPES:
    forward, gradient = seconds[name, "forward"], seconds[name, "gradient"]
    figures[name] = statistics.median(((gradient - forward) / forward).tolist())
    figures[f"{name}, gradient"] = statistics.median(gradient.tolist())
print(json.dumps(figures))
