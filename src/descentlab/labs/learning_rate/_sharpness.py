"""How sharp the loss is where training at some rates ends, beside what each rate allows."""

from collections.abc import Sequence

from descentlab import results, sharpness, training
from descentlab.data import Dataset
from descentlab.results import Section, WordTable
from descentlab.sharpness import SharpnessTrace
from descentlab.spec import Experiment
from descentlab.workbench._follow import follow
from descentlab.workbench._watcher import Watcher

PRODUCTS = 40
"""Most products with the Hessian for one end of a spectrum."""
TOLERANCE = 1e-2
"""A share of a limit is told in percent."""


def measure_rates(
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
    plan, found = follow(experiment, dataset, rates, epochs=frozenset({0, experiment.epochs}), watcher=watcher)
    loss = sharpness.network_loss(plan.network, plan.objective, dataset, l2=rule.l2, l1=rule.l1)
    traces = []
    with training.precision_of(plan.precision):
        for place, (rate, (trained, moments)) in enumerate(zip(rates, found, strict=True)):
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


def describe_sharpness(experiment: Experiment, traces: Sequence[SharpnessTrace]) -> str:
    """Say how sharp the loss is at the end of training at each rate, as a share of what the rate allows."""
    told = ", ".join(f"{_share(trace)} at {trace.learning_rate:.3g}" for trace in traces)
    divided = ", divided as the rule divides each step," if traces[0].is_divided else ""
    return (
        f"The sharpness{divided} at the end of one training, as a share of what the rate allows "
        f"({sharpness.LIMIT_FORMULAS[experiment.optimizer.kind]}): {told}."
    )


def sharpness_section(experiment: Experiment, traces: Sequence[SharpnessTrace]) -> Section:
    """Lay out the sharpness at start and end of each rate."""
    rows = tuple(
        (
            f"{trace.learning_rate:.3g}",
            *(results.number(float(value)) for value in _ends(trace)),
            "diverged" if trace.diverged_at is not None else _share(trace),
        )
        for trace in traces
    )
    head = ("learning rate", "sharpness at the start", "at the end", "allowed", "share of it")
    note = (
        "The sharpness is the largest eigenvalue of the Hessian of the training loss"
        + (", divided as the rule divides each weight's step" if traces[0].is_divided else "")
        + ". Far below what the rate allows, a higher rate would still be stable; at the limit, training is held at "
        "the edge of stability. The limit is exact on a quadratic and for full batches; a network may train beyond it."
    )
    told = (describe_sharpness(experiment, traces),)
    return Section("Sharpness", told, (WordTable("One network at each rate", head, rows, note),))


def _ends(trace: SharpnessTrace) -> tuple[float, float, float]:
    if not len(trace.epochs):
        return float("nan"), float("nan"), float("nan")
    start = trace.largest[0] if trace.is_divided else trace.measured[0]
    end = trace.measured[-1] if trace.diverged_at is None else float("nan")
    return float(start), float(end), float(trace.limits[-1])


def _share(trace: SharpnessTrace) -> str:
    if trace.diverged_at is not None or not len(trace.epochs):
        return "none, as it diverged,"
    share = float(trace.shares[-1])
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
