"""Textbook claims on planted trials: what must hold, what must not, and what nobody can tell."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from descentlab.labs.importance._claim_words import say_claims
from descentlab.labs.importance._measured import Retraining
from descentlab.labs.importance._retrain_tables import retraining_tables
from descentlab.labs.importance.measure import (
    AS_IT_IS,
    AVERAGE,
    DENSE,
    HALF,
    LEVELS,
    LINEAR,
    NO_DROPOUT,
    NO_NORM,
    NO_POOLING,
    STRIDED,
    Distortion,
    Textbook,
    Trial,
    Trials,
    Variant,
    compare,
    count_weights,
    judge,
)
from descentlab.networks import build_network
from descentlab.results import Statement, Tables
from descentlab.spec import Conv2DSpec, DenseSpec, FlattenSpec, MaxPool2DSpec

SEEDS = 8
RNG = np.random.default_rng(0)
LUCK = RNG.normal(0.0, 3.0, SEEDS)
"""What the seeds have in common, so that it goes out of every difference."""
BASE = (
    Conv2DSpec(name="conv1", filters=8, activation="relu"),
    MaxPool2DSpec(name="pool1"),
    Conv2DSpec(name="conv2", filters=16, activation="relu"),
    MaxPool2DSpec(name="pool2"),
    FlattenSpec(name="flat"),
    DenseSpec(name="output"),
)
NETWORK = build_network(BASE, (8, 8, 1), 10)


def trial(
    name: str, test: float, gap: float = 1.0, shifted: float = 50.0, removed: str = "", spread: float = 0.1
) -> Trial:
    scores = test + LUCK + RNG.normal(0.0, spread, SEEDS)
    own_shift = shifted + LUCK + RNG.normal(0.0, spread, SEEDS)
    distorted: dict[Distortion, np.ndarray] = {
        kind: np.stack([scores, *[own_shift] * (len(levels) - 1)], axis=1) for kind, levels in LEVELS.items()
    }
    train = scores + gap + RNG.normal(0.0, spread, SEEDS)
    return Trial(Variant(name, "", BASE, removed), 1_898, 0, 1.0, train, scores, distorted)


def trials(*others: Trial, linear: float = 80.0) -> Trials:
    every = (trial(AS_IT_IS, 90.0), *others)
    return Trials({each.variant.name: each for each in every}, linear + LUCK, 2.0)


def words(measured: Trials, *, is_classes: bool = True) -> dict[str, Statement]:
    """Say what came of the trials, from the tables alone."""
    every = tuple(measured.by_name.values())
    retraining = Retraining(
        trials=every,
        claims=judge(measured),
        refused=(),
        seeds=tuple(range(len(every[0].test_scores))),
        epochs=1,
        num_train=100,
        num_scored=(100, 100),
        num_distorted=100 if every[0].distorted else 0,
        shift=measured.shift,
        linear_scores=measured.linear,
        convolution_weights=count_weights(NETWORK),
        is_classes=is_classes,
        is_varied=False,
    )
    tables = Tables(retraining_tables(retraining))
    return dict(zip(tables["claims"].column("claim"), say_claims(tables), strict=True))


def verdicts(*others: Trial, linear: float = 80.0) -> dict[str, str]:
    return {claim.claim: claim.verdict for claim in judge(trials(*others, linear=linear))}


SHIFTS, OVERFITTING = "pooling makes a network robust to shifts", "pooling reduces overfitting"
ACTIVATIONS = "activations let a network do what no linear one can"


def test_claims_are_made_of_what_was_trained_and_of_nothing_else() -> None:
    assert verdicts() == {}
    assert set(verdicts(trial(NO_POOLING, 90.0))) == {SHIFTS, OVERFITTING}
    every = [trial(name, 80.0) for name in (NO_POOLING, AVERAGE, STRIDED, LINEAR, HALF, NO_DROPOUT, NO_NORM, DENSE)]
    assert len(verdicts(*every, trial("without conv1", 70.0, removed="conv1"))) == 10
    # A pooling that is left out is no layer with weights.
    assert verdicts(trial("without pool1", 70.0, removed="pool1")) == {}


@pytest.mark.parametrize(("shifted", "verdict"), [(40.0, "holds"), (60.0, "does not hold"), (50.0, "is not shown")])
def test_pooling_is_judged_by_shifted_pictures(shifted: float, verdict: str) -> None:
    measured = trials(trial(NO_POOLING, 90.0, shifted=shifted, spread=0.3))
    claims = {claim.claim: claim for claim in judge(measured)}
    assert claims[SHIFTS].verdict == verdict
    assert claims[SHIFTS].gains[0].difference.mean == pytest.approx(50.0 - shifted, abs=0.5)
    statement = words(measured)[SHIFTS]
    base = measured.base.at("shift", 2.0).mean()
    assert statement.text.startswith(f"Textbooks say that {SHIFTS}. This {verdict}: on pictures shifted by 2 pixels")
    assert f"the network is right on {base:.1f}%, and without pooling on" in statement.text
    assert statement.state == verdict.removeprefix("is ")


@pytest.mark.parametrize(("gap", "verdict"), [(4.0, "holds"), (0.2, "does not hold"), (1.0, "is not shown")])
def test_overfitting_is_the_gap_between_training_and_test(gap: float, verdict: str) -> None:
    found = verdicts(trial(NO_DROPOUT, 90.0, gap=gap), trial(NO_POOLING, 90.0, gap=gap))
    assert found["dropout reduces overfitting"] == found[OVERFITTING] == verdict


def test_activations_have_to_beat_the_linear_network_and_the_linear_model() -> None:
    assert verdicts(trial(LINEAR, 80.0))[ACTIVATIONS] == "holds"
    assert verdicts(trial(LINEAR, 80.0), linear=95.0)[ACTIVATIONS] == "does not hold"
    nearly = replace(trials(trial(LINEAR, 80.0)), linear=90.0 + LUCK + RNG.normal(0.0, 1.0, SEEDS))
    assert {claim.claim: claim.verdict for claim in judge(nearly)}[ACTIVATIONS] == "is not shown"


def test_one_layer_that_is_not_needed_is_enough_against_all_being_needed() -> None:
    needed = "every hidden layer with weights is needed"
    both = [trial("without conv1", 80.0, removed="conv1"), trial("without conv2", 85.0, removed="conv2")]
    assert verdicts(*both)[needed] == "holds"
    assert verdicts(both[0], trial("without conv2", 92.0, removed="conv2"))[needed] == "does not hold"


def test_shared_weights_are_counted_beside_unshared_ones() -> None:
    measured = trials(trial(DENSE, 85.0))
    (claim,) = [each for each in judge(measured) if each.claim == Textbook.SHARED_WEIGHTS]
    # 8x8x1 to 8x8x8, and 4x4x8 to 4x4x16, with a bias each.
    dense = 512 * (64 + 1) + 256 * (128 + 1)
    assert (
        f"{80 + 1_168:,} weights, where dense layers between the same shapes would need {dense:,}"
        in words(measured)[Textbook.SHARED_WEIGHTS].text
    )
    assert claim.verdict == "holds"


def test_with_too_few_seeds_nothing_is_shown() -> None:
    def few(whole: Trial) -> Trial:
        return replace(whole, train_scores=whole.train_scores[:5], test_scores=whole.test_scores[:5], distorted={})

    every = {each.variant.name: few(each) for each in (trial(AS_IT_IS, 90.0), trial(HALF, 50.0))}
    measured = Trials(every, LUCK[:5], 2.0)
    (claim,) = judge(measured)
    assert claim.gains[0].difference.mean > 30.0
    assert claim.verdict == "is not shown"
    # Five seeds give no interval, and none is written.
    assert " to " not in words(measured)[claim.claim].text.partition("difference")[2]


def test_seeds_that_diverged_are_left_out_of_both_sides() -> None:
    half = trial(HALF, 80.0)
    half.test_scores[2] = np.nan
    base = trial(AS_IT_IS, 90.0)
    gain = compare("", base.test_scores, half.test_scores)
    assert gain is not None
    assert gain.difference.num_seeds == SEEDS - 1
    assert half.num_diverged == 1
    kept = np.delete(base.test_scores - half.test_scores, 2)
    # The sign-flip test by SciPy, over all flips.
    wanted = scipy.stats.permutation_test(
        (kept, np.zeros_like(kept)), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples",
        n_resamples=2**SEEDS, vectorized=True,
    ).pvalue  # fmt: skip
    assert gain.difference.p_value == pytest.approx(wanted)
    nothing = replace(half, test_scores=np.full(SEEDS, np.nan))
    assert compare("", base.test_scores, nothing.test_scores) is None
    assert judge(trials(replace(nothing, distorted={}))) == ()


def test_of_a_regression_losses_are_told_and_lower_ones_are_better() -> None:
    def loss(name: str, value: float) -> Trial:
        return replace(trial(name, -value, spread=0.01), distorted={})

    every = {each.variant.name: each for each in (loss(AS_IT_IS, 2.0), loss(HALF, 5.0), loss(NO_DROPOUT, 2.0))}
    measured = Trials(every, LUCK, 2.0)
    claims = {claim.claim: claim for claim in judge(measured)}
    assert claims["more channels see more"].verdict == "holds"
    texts = {claim: statement.text for claim, statement in words(measured, is_classes=False).items()}
    assert "a loss of" in texts["more channels see more"]
    assert "the held-out loss is above the training loss by" in texts["dropout reduces overfitting"]


def test_each_claim_is_read_from_its_own_differences() -> None:
    every = [trial(name, 80.0) for name in (NO_POOLING, AVERAGE, STRIDED, LINEAR, HALF, NO_DROPOUT, NO_NORM, DENSE)]
    measured = trials(*every, trial("without conv1", 70.0, removed="conv1"))
    statements = words(measured)
    assert set(statements) == {claim.claim for claim in judge(measured)}
    for claim in judge(measured):
        text = statements[claim.claim].text
        assert text.partition(" (difference ")[2].count("; difference ") == len(claim.gains) - 1
        for gain in claim.gains:
            assert f"{gain.difference.mean:+.2f}".replace("-", "−") in text
