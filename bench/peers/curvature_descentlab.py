"""Seconds of ten Lanczos steps on the Hessian of mnist-cnn's loss on 2,048 digits, and of its gradient; as JSON."""

import json
import statistics
import time

from descentlab import data, sharpness, spec, training

REPEATS = 3
STEPS = 10

training.prepare_engine()
experiment = spec.preset("mnist-cnn")
dataset = data.prepare(data.load(experiment.data), experiment.split, experiment.seed)
plan = training.make_plan(experiment, dataset)
loss = sharpness.network_loss(plan.network, plan.objective, dataset, num_examples=2_048)
place = loss.place(plan.network.draw(experiment.seed), plan.network.start_statistics(), plan.precision)
place.gradient()
place.product(place.flat).block_until_ready()


def seconds(work) -> float:  # noqa: ANN001
    """Time one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


gradients, sharpnesses = [], []
for _ in range(REPEATS):
    gradients.append(seconds(place.gradient))
    sharpnesses.append(seconds(lambda: sharpness.find_extremes(place.product, place.size, num_steps=STEPS)))
gradient, lanczos = statistics.median(gradients), statistics.median(sharpnesses)
print(json.dumps({"gradient_s": gradient, "sharpness_s": lanczos, "gradients": lanczos / gradient}))
