"""The tables of networks that were trained anew."""

from dataclasses import replace
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.importance._measured import Retraining
from descentlab.labs.importance.measure import LEVELS, Distortion, Gain, Trial
from descentlab.results import Column, Table, TableForm

SHOWN_LEVELS: dict[Distortion, float] = {"rotation": 15.0, "noise": 0.3}
"""The levels of distortion that the table of variants shows beside the shift."""
SCORES = ("train", "test", "gap", "gain", "linear_model")
"""Columns whose numbers are points of accuracy, or losses."""

VARIANT = Column("variant", "network", "Name of the variant.")
SEED = Column("seed", meaning="Seed that it was trained from.", format="count")
RETRAINING = TableForm(
    "retraining",
    "How the variants were trained",
    (
        Column("seeds", meaning="Networks of each variant, a seed each.", format="count"),
        Column("first_seed", meaning="The first seed; the others follow it.", format="count"),
        Column("epochs", meaning="Epochs of each training.", format="count"),
        Column("training_examples", meaning="Examples that they were trained on.", format="count"),
        Column("scored_training_examples", meaning="Training examples that are scored.", format="count"),
        Column("scored_test_examples", meaning="Held-out examples that are scored.", format="count"),
        Column("distorted_examples", meaning="Held-out pictures that are distorted.", format="count"),
        Column("score", meaning="What scores are: points of accuracy, or losses."),
        Column("shift", meaning="Shift of the pictures that claims look at.", unit="pixels", format="setting"),
        Column("is_varied", meaning="Whether training pictures were varied at random.", format="flag"),
        Column("linear_model", meaning="Score of a linear model on the same inputs.", format="fixed", digits=2),
        Column("convolution_weights", meaning="Weights of the network's convolutions.", format="count"),
        Column("dense_weights", meaning="Weights of dense layers between the same shapes.", format="count"),
    ),
    is_single=True,
)
CLAIMS = TableForm(
    "claims",
    "Claim by claim",
    (
        Column("claim", meaning="What textbooks say of a kind of layer."),
        Column("verdict", meaning="Whether it holds for this network and these examples."),
    ),
    note="A claim holds if all differences that decide on it are real and above 0, and does not if one is real and "
    "below 0; else it is not shown.",
)
GAIN_COLUMNS = (
    Column(
        "gain", "better by", "Mean over the seeds, with its 95% interval.", format="fixed", digits=2, is_signed=True
    ),
    Column("p_value", "p", "Chance of such a mean if nothing differed.", format="number", digits=2),
    Column("seeds", meaning="Seeds from which neither network diverged.", format="count", is_hidden=True),
    Column("above", "seeds above 0", "Seeds on which the first is better.", format="count", is_hidden=True),
    Column("is_real", "real", "Whether that chance is below 5%.", format="flag"),
)
DIFFERENCES = TableForm(
    "differences",
    "The differences behind the claims",
    (
        Column("claim", meaning="The claim that it belongs to."),
        Column("difference", meaning="What is compared; above 0 speaks for the claim."),
        Column("use", meaning="Whether it decides on the claim, or stands aside."),
        *GAIN_COLUMNS,
    ),
    note="Paired over the seeds, by the sign-flip test.",
)
CHANGE = Column("change", meaning="The difference from the network as it is.", is_detail=True)
TEST_GAINS = TableForm(
    "test_gains",
    "Test score, compared with the network as it is",
    (VARIANT, CHANGE, *GAIN_COLUMNS),
    note="Intervals over the seeds (none for fewer than six); one that holds 0 shows no difference.",
    is_printed=True,
)
GAP_GAINS = TableForm(
    "gap_gains",
    "Overfitting, compared with the network as it is",
    (VARIANT, CHANGE, replace(GAIN_COLUMNS[0], label="overfits more by"), *GAIN_COLUMNS[1:]),
    note=TEST_GAINS.note,
)
VARIANTS = TableForm(
    "variants",
    "Every network, trained anew",
    (
        VARIANT,
        Column("parameters", "weights", "Numbers that training changes.", format="count"),
        Column("multiply_adds", "multiply-adds", "Multiply-adds of a forward pass for an example.", format="count"),
        Column("seconds", "time", "Time to train a network, with all seeds side by side.", unit="s", format="number"),
        Column("train", meaning="Score on training examples.", format="fixed", digits=2),
        Column("test", meaning="Score on held-out examples.", format="fixed", digits=2),
        Column("gap", "gap", "By how much training is better than test.", format="fixed", digits=2, is_signed=True),
        Column("shift", "shifted", "Right on pictures shifted by so many pixels.", format="fixed", digits=2),
        Column("rotation", "rotated 15", "Right on pictures rotated by 15 degrees.", format="fixed", digits=2),
        Column("noise", "noise 0.3", "Right on pictures with noise of this deviation.", format="fixed", digits=2),
        Column("diverged", meaning="Seeds from which training diverged.", format="count", is_hidden=True),
    ),
    is_printed=True,
)
RETRAINED = TableForm(
    "retrained",
    "The scores of every network",
    (
        VARIANT,
        SEED,
        Column("train_score", "train", "Points of accuracy, or the loss with its sign turned.", format="number"),
        Column("test_score", "test", "The same on held-out examples.", format="number"),
    ),
)
DISTORTED = TableForm(
    "distorted",
    "The accuracy of every network on distorted pictures",
    (
        VARIANT,
        SEED,
        Column("distortion", meaning="Kind of the distortion."),
        Column("level", meaning="Pixels, degrees, or standard deviation.", format="setting"),
        Column("accuracy_points", "accuracy", "Share of right predictions.", unit="%", format="fixed", digits=2),
    ),
)


def retraining_tables(retraining: Retraining) -> tuple[Table, ...]:
    """Lay out what came of training variants."""
    variants = retraining.trials[1:]
    tests = [(trial.variant.name, trial.variant.change, *_cells(retraining.gain(trial))) for trial in variants]
    gaps = [(trial.variant.name, trial.variant.change, *_cells(retraining.gap_gain(trial))) for trial in variants]
    compared = (_form(TEST_GAINS, retraining).fill(tests), _form(GAP_GAINS, retraining).fill(gaps)) if variants else ()
    claims = (_claims(retraining), _differences(retraining)) if retraining.claims else ()
    distorted = (_distorted(retraining),) if retraining.num_distorted else ()
    return (_variants(retraining), *compared, *claims, _retraining(retraining), _retrained(retraining), *distorted)


def mean_score(values: np.ndarray, retraining: Retraining) -> float | None:
    """Return the mean score over the seeds that did not diverge: points of accuracy, or the loss; None if all did."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    return float(known.mean()) if retraining.is_classes else float(-known.mean())


def _form(form: TableForm, retraining: Retraining) -> TableForm:
    """Write losses with significant digits, where points of accuracy have two decimals."""
    if retraining.is_classes:
        return form
    columns = [
        replace(column, format="number", digits=3) if column.name in SCORES else column for column in form.columns
    ]
    return replace(form, columns=tuple(columns))


def _cells(gain: Gain | None) -> tuple[Any, ...]:
    if gain is None:
        return (None,) * len(GAIN_COLUMNS)
    difference = gain.difference
    low, high = difference.ci95 or (np.nan, np.nan)
    mean = Estimate(difference.mean, float(low), float(high))
    return mean, difference.p_value, difference.num_seeds, difference.num_above, difference.is_real


def _variants(retraining: Retraining) -> Table:
    trials = retraining.trials
    columns: dict[str, list[Any]] = {
        "variant": [trial.variant.name for trial in trials],
        "parameters": [trial.num_params for trial in trials],
        "multiply_adds": [trial.multiply_adds for trial in trials],
        "seconds": [trial.seconds for trial in trials],
        "train": [mean_score(trial.train_scores, retraining) for trial in trials],
        "test": [mean_score(trial.test_scores, retraining) for trial in trials],
        "gap": [_gap(trial) for trial in trials],
        "diverged": [trial.num_diverged for trial in trials],
    }
    if retraining.num_distorted:
        levels: dict[Distortion, float] = {"shift": retraining.shift, **SHOWN_LEVELS}
        for kind, level in levels.items():
            columns[kind] = [mean_score(trial.at(kind, level), retraining) for trial in trials]
    unit = "percent of the examples" if retraining.is_classes else "mean losses"
    note = f"Scores are {unit}, means over {len(retraining.seeds)} seeds."
    title = f"Trained anew from {len(retraining.seeds)} seeds each, in {score_unit(retraining)}"
    form = _form(VARIANTS, retraining)
    shift = f"shifted {retraining.shift:g}"
    labelled = [replace(column, label=shift) if column.name == "shift" else column for column in form.columns]
    return replace(form, columns=tuple(labelled)).fill_columns(columns, note=note, title=title)


def score_unit(retraining: Retraining) -> str:
    """Return what scores are."""
    return "points of accuracy" if retraining.is_classes else "loss"


def _gap(trial: Trial) -> float | None:
    known = trial.gaps[np.isfinite(trial.gaps)]
    return float(known.mean()) if len(known) else None


def _claims(retraining: Retraining) -> Table:
    return CLAIMS.fill([(claim.claim, claim.verdict) for claim in retraining.claims])


def _differences(retraining: Retraining) -> Table:
    return _form(DIFFERENCES, retraining).fill(
        [
            (claim.claim, gain.name, use, *_cells(gain))
            for claim in retraining.claims
            for use, gains in (("decides", claim.gains), ("aside", claim.asides))
            for gain in gains
        ]
    )


def _retraining(retraining: Retraining) -> Table:
    row = (
        len(retraining.seeds),
        retraining.seeds[0],
        retraining.epochs,
        retraining.num_train,
        *retraining.num_scored,
        retraining.num_distorted,
        score_unit(retraining),
        retraining.shift,
        retraining.is_varied,
        mean_score(retraining.linear_scores, retraining),
        *retraining.convolution_weights,
    )
    return _form(RETRAINING, retraining).fill([row])


def _retrained(retraining: Retraining) -> Table:
    rows = [
        (trial.variant.name, seed, float(train), float(test))
        for trial in retraining.trials
        for seed, train, test in zip(retraining.seeds, trial.train_scores, trial.test_scores, strict=True)
    ]
    return RETRAINED.fill(rows)


def _distorted(retraining: Retraining) -> Table:
    rows = [
        (trial.variant.name, seed, kind, level, float(values[place, k]))
        for trial in retraining.trials
        for kind, values in trial.distorted.items()
        for place, seed in enumerate(retraining.seeds)
        for k, level in enumerate(LEVELS[kind])
    ]
    return DISTORTED.fill(rows)
