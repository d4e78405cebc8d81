"""The tables of `learning-rate`, beside those of its sweep."""

from typing import Any

from descentlab.labs.learning_rate._measured import LearningRate
from descentlab.results import Column, Table, TableForm, Tables
from descentlab.sharpness import LIMIT_FORMULAS, SharpnessTrace
from descentlab.studies import sweep_tables

RULES = {
    "valley": "half-way through the longest descent of the smoothed loss",
    "steep": "where the smoothed loss falls fastest, against the logarithm of the rate",
    "minimum": "a tenth of the rate at its lowest point",
}

RECOMMENDATION = TableForm(
    "recommendation",
    "Recommended rate",
    (
        Column("learning_rate", meaning="Rate to use; none if each that was tried diverged.", format="setting"),
        Column(
            "initial_stability_limit",
            meaning="Rate up to which plain descent on a quadratic would be stable at the initial weights.",
            format="number",
        ),
        Column("epochs", "epochs of the sweep", "Passes over the training part in the sweep.", format="count"),
        Column("experiment_epochs", "epochs of the experiment", "Passes that were asked for.", format="count"),
        Column("rule", "optimizer", "Rule that updates the weights."),
        Column("allowed", meaning="Sharpness that a rate of this rule allows."),
    ),
    is_single=True,
)
SUGGESTIONS = TableForm(
    "suggestions",
    "Suggestions",
    (
        Column("rule", meaning="How the suggestion is read off the loss."),
        Column("rate", meaning="Rate that it suggests.", format="number"),
        Column("meaning", "what it is", "Where the suggestion lies on the curve."),
    ),
)
RANGE_TEST = TableForm(
    "range_test",
    "Loss while the rate rises",
    (
        Column("rate", "learning rate", "Rate of the step.", format="number"),
        Column("loss", meaning="Loss of the step's batch.", format="number", digits=4),
        Column("smoothed", "smoothed loss", "Running mean of these losses.", format="number", digits=4),
    ),
    most_shown=20,
    is_series=True,
)
ENDS = TableForm(
    "sharpness_ends",
    "One network at each rate",
    (
        Column("learning_rate", meaning="Rate of the training.", format="setting"),
        Column("at_start", "sharpness at the start", "Largest eigenvalue before the first step.", format="number"),
        Column("at_end", "at the end", "Largest eigenvalue after the last step.", format="number"),
        Column("limit", "allowed", "Largest eigenvalue that the rate allows.", format="number"),
        Column("share", "share of it", "Sharpness at the end as a share of what is allowed.", format="percent"),
        Column("settled_share", meaning="Its median over the last tenth of the epochs.", format="percent",
               is_hidden=True),
        Column("is_at_edge", meaning="Whether that is within 2% of 1.", format="flag", is_hidden=True),
        Column("is_divided", meaning="Whether the rule divides each weight's step.", format="flag", is_hidden=True),
        Column("diverged_at", "diverged at step", "Step at which the loss was no longer a number.", format="count"),
    ),
)  # fmt: skip
SHARPNESS = TableForm(
    "sharpness",
    "Sharpness at start and end of each training",
    (
        Column("learning_rate", meaning="Rate of the training.", format="setting"),
        Column("epoch", meaning="Passes over the training part that were done.", format="count"),
        Column("limit", meaning="Sharpness that the rate allows there.", format="number", digits=4),
        Column("largest", meaning="Largest eigenvalue of the Hessian.", format="number", digits=4),
        Column("largest_error", meaning="Most that it is away from an eigenvalue.", format="number", digits=2),
        Column("smallest", meaning="Smallest eigenvalue of the Hessian.", format="number", digits=4),
        Column("smallest_error", meaning="Most that it is away from an eigenvalue.", format="number", digits=2),
        Column("measured", meaning="What is held against the limit.", format="number", digits=4),
        Column("divided", meaning="Largest eigenvalue, divided as the rule divides.", format="number", digits=4),
        Column("loss", meaning="Training loss.", format="number", digits=4),
        Column("gradient_norm", "gradient", "Length of its gradient.", format="number"),
    ),
)


def fill_tables(measured: LearningRate) -> Tables:
    """Lay out what was measured."""
    return Tables(
        (
            _recommendation(measured),
            *sweep_tables(measured.study),
            SUGGESTIONS.fill(
                [(rule, rate, RULES.get(rule, "")) for rule, rate in measured.range_test.suggestions.items()]
            ),
            RANGE_TEST.fill_columns(
                {
                    "rate": measured.range_test.rates,
                    "loss": measured.range_test.losses,
                    "smoothed": measured.range_test.smoothed,
                }
            ),
            *_sharpness(measured.traces),
        )
    )


def _recommendation(measured: LearningRate) -> Table:
    experiment, swept = measured.experiment, measured.study.spec.experiment
    rule = experiment.optimizer.kind
    return RECOMMENDATION.fill(
        [
            (
                measured.rate,
                measured.sharpness_limit,
                swept.epochs,
                experiment.epochs,
                rule,
                LIMIT_FORMULAS[rule],
            )
        ]
    )


def _sharpness(traces: tuple[SharpnessTrace, ...]) -> tuple[Table, ...]:
    if not traces:
        return ()
    points = [row for trace in traces for row in _points(trace)]
    return ENDS.fill([_ends(trace) for trace in traces]), SHARPNESS.fill(points)


def _ends(trace: SharpnessTrace) -> tuple[Any, ...]:
    start = end = limit = share = settled = None
    if len(trace.epochs):
        start = float(trace.largest[0] if trace.is_divided else trace.measured[0])
        limit = float(trace.limits[-1])
        if trace.diverged_at is None:
            end, share, settled = float(trace.measured[-1]), float(trace.shares[-1]), trace.settled_share
    flags = trace.is_at_edge, trace.is_divided
    return trace.learning_rate, start, end, limit, share, settled, *flags, trace.diverged_at


def _points(trace: SharpnessTrace) -> list[tuple[Any, ...]]:
    names = ("limits", "largest", "largest_error", "smallest", "smallest_error", "measured", "divided", "loss",
             "gradient_norm")  # fmt: skip
    columns = [getattr(trace, name).tolist() for name in names]
    return [
        (trace.learning_rate, int(epoch), *cells) for epoch, *cells in zip(trace.epochs.tolist(), *columns, strict=True)
    ]
