"""The tables of `curvature`."""

import math

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.curvature._escape import Escape
from descentlab.labs.curvature._measured import Curvature, Spectrum
from descentlab.results import Cell, Column, Table, TableForm, Tables
from descentlab.sharpness import SharpnessTrace

RATE = Column("learning_rate", "rate", "Learning rate of the training, before its schedule.", format="setting")
LOSS = Column("loss", meaning="Training loss.", format="number")
GRADIENT = Column("gradient_norm", "gradient", "Length of the loss's gradient.", format="number")
SMALLEST = Column("smallest", meaning="Smallest eigenvalue of the Hessian.", format="number", digits=4)
SMALLEST_ERROR = Column("smallest_error", "±", "How far from it an eigenvalue is at most.", format="number", digits=1)
LARGEST = Column("largest", meaning="Largest eigenvalue of the Hessian: the sharpness.", format="number", digits=4)
LARGEST_ERROR = Column("largest_error", "±", "How far from it an eigenvalue is at most.", format="number", digits=1)
DIVIDED = Column("divided", "", "Largest eigenvalue divided as the rule divides each step.", format="number", digits=4)
LIMIT = Column("limit", "", "Sharpness above which steps of this rule and rate overshoot.", format="number", digits=4)
SHARE = Column("share", "", "Sharpness, or divided sharpness, as a share of the limit.", format="number", digits=4)

SETTLED = "Median share over the last tenth of the epochs."

RATES = TableForm(
    "rates",
    "Where training ended",
    (
        RATE,
        Column("epochs", meaning="Epochs after which it was measured last.", format="count", is_detail=True),
        LOSS,
        GRADIENT,
        SMALLEST,
        SMALLEST_ERROR,
        LARGEST,
        LARGEST_ERROR,
        DIVIDED,
        LIMIT,
        SHARE,
        Column("settled_share", "settled at", SETTLED, format="number", digits=4, is_detail=True),
        Column("place", meaning="What kind of place it is, from what the loss does around it."),
        Column("diverged_at", meaning="Step after which the loss was no number.", format="count", is_hidden=True),
        Column("first_loss", meaning="Training loss before the first step.", format="number", is_hidden=True),
        Column("first_limit", meaning="Limit before the first step.", format="number", is_hidden=True),
        Column("first_share", meaning="Share before the first step.", format="number", is_hidden=True),
    ),
    note="An estimate of the largest eigenvalue is never above it, one of the smallest never below it. A training that "
    "diverged is shown where its loss was last a number.",
    is_printed=True,
)
SHARPNESS = TableForm(
    "sharpness",
    "Sharpness along the training",
    (
        RATE,
        Column("epoch", meaning="Epochs done.", format="count"),
        *(LIMIT, LARGEST, LARGEST_ERROR, SMALLEST, SMALLEST_ERROR, DIVIDED, SHARE, LOSS, GRADIENT),
    ),
)
SURROUNDINGS = TableForm(
    "surroundings",
    "The loss around the place where training ended, as shares of it",
    (
        RATE,
        Column("radius", meaning="Length of the longest step that was tried.", format="number"),
        Column("downhill", "gained down the gradient", "Most that the loss falls.", format="percent", digits=3),
        Column("bent", "gained along the smallest", "Most that it falls that way.", format="percent", digits=3),
        Column("rise", "risen along the largest", "How much it rises that way.", format="percent", digits=3),
        Column("on_others", "on other examples", "Than those that gave the directions.", format="flag"),
    ),
    note="Measured by taking the steps.",
)
EIGENVALUES = TableForm(
    "eigenvalues",
    "All eigenvalues at the end of a training",
    (
        RATE,
        Column("sum", "sum, or trace", "Sum of all eigenvalues.", format="number"),
        Column("sum_error", "standard error", "Standard error of the sum.", format="number", digits=2),
        Column("probes", "random vectors", "Vectors of random signs behind the sum.", format="count"),
        Column("near_zero", "near 0", "Share within a hundredth of the largest around 0.", format="percent"),
        Column("below_zero", "below that", "Share below that range.", format="percent", digits=3),
        Column("resolution", meaning="Width of the bumps that the density is made of.", format="number", digits=2),
    ),
    is_single=True,
)
DENSITY = TableForm(
    "density",
    "Density of the eigenvalues",
    (
        Column("eigenvalue", meaning="An eigenvalue.", format="number"),
        Column("share_per_unit", meaning="Share of the eigenvalues per unit.", format="number"),
    ),
)
SPECTRUM = TableForm(
    "spectrum",
    "Eigenvalues that stand for all",
    (
        Column("eigenvalue", meaning="An eigenvalue that stands for those near it.", format="number"),
        Column("share", meaning="Share of the eigenvalues that it stands for.", format="percent", digits=3),
    ),
)
ESCAPE = TableForm(
    "escape",
    "Training loss of each seed",
    (
        Column("seed", meaning="Seed of the network.", format="setting"),
        Column("stop", "where it stopped", "Loss where training stopped.", format="number"),
        Column("go_on", "going on", "Loss after training for as long again.", format="number"),
        Column("noise", "noise, then going on", "The same with noise added to the weights first.", format="number"),
        Column("restart", "a fresh start", "Loss after as long a training from a fresh draw.", format="number"),
    ),
    note="The last three are as long as the first training. They have the same data and the same order of the "
    "examples, begin with the optimizer's memory empty and the schedule anew, and differ by where they start.",
)
COMPARISONS = TableForm(
    "escape_comparisons",
    "Compared seed by seed",
    (
        Column("comparison", meaning="Which losses are divided by which."),
        Column(
            "ratio", "ratio of the losses", "Geometric mean over the seeds, with its 95% interval.", format="number"
        ),
        Column("num_lower", "lower on", "Seeds on which the loss is lower.", format="count"),
        Column("num_seeds", "seeds", "Seeds that are compared.", format="count"),
        Column("p_value", "p", "Chance of such a mean if every sign were a coin's throw.", format="number", digits=2),
        Column("is_real", "real", "Whether chance is ruled out.", format="flag"),
    ),
    note="The p of noise and of the fresh start are corrected for being two (Holm).",
)
MEASUREMENT = TableForm(
    "measurement",
    "What was measured",
    (
        Column("examples", meaning="Training examples over which the loss is averaged.", format="count"),
        Column("training_examples", meaning="Training examples in all.", format="count"),
        Column("weights", meaning="Weights of the network.", format="count"),
        Column("steps_per_epoch", meaning="Updates in an epoch.", format="count"),
        Column("noise_scale", "noise", "Noise of the test of escape, as a share of the weights.", format="setting"),
    ),
    is_single=True,
)

COMPARED = {
    "go_on": "going on, beside the stop",
    "noise": "noise, beside going on",
    "restart": "a fresh start, beside going on",
}
"""Names of the rows of comparisons."""


def fill_tables(curvature: Curvature) -> Tables:
    """Lay out what was measured."""
    return Tables(
        (
            _rates(curvature),
            _sharpness(curvature),
            *_surroundings(curvature),
            *(() if curvature.spectrum is None else _spectrum(curvature.spectrum)),
            *(() if curvature.escape is None else _escape(curvature.escape)),
            _measurement(curvature),
        )
    )


def is_divided(curvature: Curvature) -> bool:
    """Say whether the rule that trained divides each weight's step by a number of its own."""
    return any(trace.is_divided for trace in curvature.traces)


def _rates(curvature: Curvature) -> Table:
    columns = [column for column in RATES.columns if column.name != "divided" or is_divided(curvature)]
    rows = [_ending(trace) if len(trace.epochs) else _no_ending(trace) for trace in curvature.traces]
    return RATES.fill_columns({column.name: [row.get(column.name) for row in rows] for column in columns})


def _no_ending(trace: SharpnessTrace) -> dict[str, Cell]:
    return {"learning_rate": trace.learning_rate, "place": "diverged", "diverged_at": trace.diverged_at}


def _ending(trace: SharpnessTrace) -> dict[str, Cell]:
    names = ("loss", "gradient_norm", "smallest", "smallest_error", "largest", "largest_error", "divided")
    return {
        **{name: float(getattr(trace, name)[-1]) for name in names},
        "learning_rate": trace.learning_rate,
        "epochs": int(trace.epochs[-1]),
        "limit": trace.limit,
        "share": float(trace.shares[-1]),
        "settled_share": trace.settled_share,
        "place": "diverged" if trace.stop is None else trace.stop.kind,
        "diverged_at": trace.diverged_at,
        "first_loss": float(trace.loss[0]),
        "first_limit": float(trace.limits[0]),
        "first_share": float(trace.shares[0]),
    }


def _sharpness(curvature: Curvature) -> Table:
    traces = curvature.traces
    names = ("largest", "largest_error", "smallest", "smallest_error", "loss", "gradient_norm")
    names += ("divided",) if is_divided(curvature) else ()
    return SHARPNESS.fill_columns(
        {
            "learning_rate": np.concatenate([np.full(len(trace.epochs), trace.learning_rate) for trace in traces]),
            "epoch": np.concatenate([trace.epochs for trace in traces]),
            "limit": np.concatenate([trace.limits for trace in traces]),
            "share": np.concatenate([trace.shares for trace in traces]),
            **{name: np.concatenate([getattr(trace, name) for trace in traces]) for name in names},
        }
    )


def _surroundings(curvature: Curvature) -> tuple[Table, ...]:
    stops = [(trace.learning_rate, trace.stop.around) for trace in curvature.traces if trace.stop is not None]
    rows = [
        (rate, around.radius, around.downhill, around.bent, around.rise, around.on_others) for rate, around in stops
    ]
    return (SURROUNDINGS.fill(rows),) if rows else ()


def _spectrum(spectrum: Spectrum) -> tuple[Table, ...]:
    density = spectrum.density
    near = 0.01 * float(np.max(np.abs(density.nodes)))
    shares = density.share_between(-near, near), density.share_between(-math.inf, -near)
    sums = spectrum.trace, spectrum.trace_error, spectrum.num_probes
    return (
        EIGENVALUES.fill([(spectrum.learning_rate, *sums, *shares, density.width)]),
        DENSITY.fill_columns({"eigenvalue": density.at, "share_per_unit": density.density}),
        SPECTRUM.fill_columns({"eigenvalue": density.nodes, "share": density.weights}),
    )


def _escape(escape: Escape) -> tuple[Table, ...]:
    losses = {"seed": escape.seeds, **{name: getattr(escape, name) for name in ("stop", "go_on", "noise", "restart")}}
    rows = []
    for name, pair in escape.compare().items():
        ends = (math.nan, math.nan) if pair.ci95 is None else pair.ci95
        ratio = Estimate(*(float(np.exp(min(end, 700.0))) for end in (pair.mean, *ends)))
        lower = pair.num_seeds - pair.num_above
        rows.append((COMPARED[name], ratio, lower, pair.num_seeds, pair.p_value, pair.is_real))
    return ESCAPE.fill_columns(losses), *((COMPARISONS.fill(rows),) if rows else ())


def _measurement(curvature: Curvature) -> Table:
    noise = None if curvature.escape is None else curvature.escape.noise_scale
    sizes = curvature.num_examples, curvature.num_train, curvature.num_params, curvature.steps_per_epoch
    return MEASUREMENT.fill([(*sizes, noise)])
