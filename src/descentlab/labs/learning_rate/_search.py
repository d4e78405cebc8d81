"""Where to look for a rate, how long the sweep may take, and the sharpness beside the rate that it finds."""

import math
from collections.abc import Sequence

import numpy as np

from descentlab import sharpness, studies, training
from descentlab.data import Dataset
from descentlab.sharpness import SharpnessTrace
from descentlab.spec import Experiment
from descentlab.studies import RangeTest
from descentlab.workbench import Watcher, follow

STEPS = 120
LOWEST, HIGHEST = 1e-6, 100.0
PER_DECADE = 2
DECADES = 2
"""The sweep reaches so far on either side of the range test's suggestion."""
BUDGET = 2e11
"""Multiply-adds that the sweep may spend: some tens of seconds on two cores."""
SEEDS = (10, 4, 2, 1)
"""With 8 seeds and 9 rates no difference could ever be real: the least p-value, 2 / 2^8, is corrected for 8 of them."""
MIN_EPOCHS = 3
PRODUCTS = 40
"""Most products with the Hessian for one end of a spectrum."""
TOLERANCE = 1e-2
"""A share of a limit is given in percent."""


def run_range_test(experiment: Experiment, dataset: Dataset, watcher: Watcher) -> RangeTest:
    """Train one network while its rate rises."""
    plan = training.make_plan(experiment, dataset, is_brief=True)
    return studies.run_range_test(
        plan,
        [training.Member(experiment.seed)],
        [dataset],
        np.geomspace(LOWEST, HIGHEST, STEPS),
        on_step=lambda done, total: watcher.on_loading("range test", done, total),
    )


def choose_rates(tested: RangeTest, experiment: Experiment) -> list[float]:
    """Return the rates of the sweep, around the middle of what two rules suggest, as a ratio.

    The valley alone lay a hundredth of the stable limit on a quadratic, and the best rate beyond the sweep; where the
    loss falls fastest, noise of the first steps decides too often.
    """
    named = [tested.suggestions[name] for name in ("valley", "minimum") if name in tested.suggestions]
    middle = math.exp(sum(map(math.log, named)) / len(named)) if named else experiment.optimizer.learning_rate
    steps = range(-PER_DECADE * DECADES, PER_DECADE * DECADES + 1)
    return [float(f"{middle * 10.0 ** (step / PER_DECADE):.3g}") for step in steps]


def initial_limit(experiment: Experiment, dataset: Dataset) -> float | None:
    """Return the rate up to which plain descent on a quadratic would be stable at the initial weights."""
    if sharpness.is_preconditioned(experiment.optimizer):
        return None
    plan = training.make_plan(experiment, dataset)
    with training.precision_of(plan.precision):
        loss = sharpness.network_loss(
            plan.network, plan.objective, dataset, l2=experiment.optimizer.l2, batch_size=plan.batch_size
        )
        loss_fn, at = loss.at(plan.network.draw(experiment.seed), plan.network.start_statistics(), plan.precision)
        product = sharpness.hessian_product(loss_fn, at)
        ends = sharpness.find_extremes(product, at.size, num_steps=15, dtype=plan.precision)
    # The limit of a sharpness of 1 is the rate times the sharpness that it allows.
    return sharpness.stability_limit(experiment.optimizer, 1.0) / ends.largest if ends.largest > 0.0 else None


def affordable(experiment: Experiment, dataset: Dataset, seeds: int | None, epochs: int | None) -> Experiment:
    """Return the experiment with as many seeds and epochs as the sweep may have."""
    plan = training.make_plan(experiment, dataset)
    num_rates = 2 * PER_DECADE * DECADES + 1
    work = 3 * num_rates * len(dataset.train) * sum(layer.multiply_adds for layer in plan.network.layers)
    for count in (seeds,) if seeds else SEEDS:
        if epochs is not None or work * count * experiment.epochs <= BUDGET:
            return experiment.model_copy(update={"num_seeds": count})
    count = seeds or SEEDS[-2]
    most = max(MIN_EPOCHS, math.floor(BUDGET / (work * count)))
    return experiment.model_copy(update={"num_seeds": count, "epochs": min(most, experiment.epochs)})


def measure_sharpness(
    experiment: Experiment, dataset: Dataset, rates: Sequence[float], watcher: Watcher
) -> tuple[SharpnessTrace, ...]:
    """Train one network at each rate, from the same draw, and measure the sharpness at its start and its end.

    Args:
        experiment: What to train.
        dataset: Its data, as the experiment's seed prepares it.
        rates: Learning rates.
        watcher: What is called while it goes on.

    Returns:
        A trace of two moments for each rate; of one where training diverged.
    """
    rule = experiment.optimizer
    plan, followed = follow(experiment, dataset, rates, epochs=frozenset({0, experiment.epochs}), watcher=watcher)
    loss = sharpness.network_loss(
        plan.network, plan.objective, dataset, l2=rule.l2, l1=rule.l1, batch_size=plan.batch_size
    )
    traces = []
    with training.precision_of(plan.precision):
        for place, (rate, (trained, moments)) in enumerate(zip(rates, followed, strict=True)):
            watcher.on_loading("measuring the sharpness", place, len(rates))
            trace, _ = sharpness.trace_sharpness(
                loss,
                moments,
                rule,
                learning_rate=rate,
                is_divided=sharpness.is_preconditioned(rule),
                num_products=PRODUCTS,
                tolerance=TOLERANCE,
                last_tolerance=TOLERANCE,
                dtype=plan.precision,
                diverged_at=trained.diverged_at,
            )
            traces.append(trace)
    watcher.on_loading("measuring the sharpness", len(rates), len(rates))
    return tuple(traces)
