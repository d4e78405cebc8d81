"""`dl.importance` with `retrain`: variants of small networks, and what is said of them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab.core import SpecError
from descentlab.labs.importance._measured import Importance, Retraining
from descentlab.labs.importance.measure import AS_IT_IS, AVERAGE, LEVELS, NO_DROPOUT, NO_POOLING, PLAIN, Trial
from descentlab.results import Result
from descentlab.training import Progress
from descentlab.workbench import Watcher

MODEL = [
    {"kind": "conv2d", "name": "conv1", "filters": 4, "activation": "relu", "initializer": "he-normal"},
    {"kind": "max-pool2d", "name": "pool1"},
    {"kind": "flatten", "name": "flat"},
    {"kind": "dropout", "name": "drop", "rate": 0.3},
    {"kind": "dense", "name": "output"},
]
QUICK = {"epochs": 3, "optimizer.learning_rate": 0.02, "model": MODEL}


class Recorder:
    """A watcher that keeps what it is called with."""

    def __init__(self) -> None:
        self.loading: list[tuple[str, int, int]] = []

    def watcher(self) -> Watcher:
        def on_training(_: Progress) -> None:
            pass

        return Watcher(
            on_loading=lambda what, done, total: self.loading.append((what, done, total)), on_training=on_training
        )


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, recorder: Recorder) -> Result[Importance]:
    return dl.importance(
        "digits-cnn",
        retrain=True,
        train_examples=320,
        variants=[NO_POOLING, AVERAGE],
        set=QUICK,
        out=tmp_path_factory.mktemp("result") / "here",
        watcher=recorder.watcher(),
    )


@pytest.fixture
def retraining(result: Result[Importance]) -> Retraining:
    return retraining_of(result)


def retraining_of(result: Result[Importance]) -> Retraining:
    assert result.measured.retraining is not None
    return result.measured.retraining


def named(retraining: Retraining, name: str) -> Trial:
    return next(trial for trial in retraining.trials if trial.variant.name == name)


def test_every_variant_is_trained_from_the_same_six_seeds(retraining: Retraining) -> None:
    assert retraining.seeds == (0, 1, 2, 3, 4, 5)
    assert [trial.variant.name for trial in retraining.trials][:3] == [AS_IT_IS, NO_POOLING, AVERAGE]
    assert retraining.num_train == 320
    for trial in retraining.trials:
        assert trial.test_scores.shape == trial.train_scores.shape == (6,)
        assert 20.0 < trial.test_scores.mean() < 100.0
        counts = trial.test_scores * 359 / 100.0
        np.testing.assert_allclose(counts, counts.round(), rtol=0.0, atol=1e-10)
        assert trial.seconds > 0.0
        for kind, levels in LEVELS.items():
            assert trial.distorted[kind].shape == (6, len(levels))
            # Nothing is distorted at 0: these are the test scores, of all 359 examples.
            np.testing.assert_allclose(trial.distorted[kind][:, 0], trial.test_scores, atol=0.3)


@pytest.mark.slow
def test_all_variants_of_a_network_of_pictures_are_trained(tmp_path: Path) -> None:
    result = dl.importance("digits-cnn", retrain=True, train_examples=600, set=QUICK, out=tmp_path / "all")
    retraining = retraining_of(result)
    names = {trial.variant.name for trial in retraining.trials}
    assert names >= {AS_IT_IS, NO_POOLING, AVERAGE, NO_DROPOUT, "linear", "half the channels", "dense instead"}
    assert len(retraining.claims) == 9
    by_claim = {claim.claim: claim for claim in retraining.claims}
    # Without its only convolution it is a linear model of maxima; that is worse on digits, on every seed.
    assert by_claim["every hidden layer with weights is needed"].verdict == "holds"


def test_the_network_as_it_is_is_what_train_makes(tmp_path: Path) -> None:
    model = [{"kind": "dense", "units": 6}, {"kind": "dropout", "name": "drop", "rate": 0.3}, {"kind": "dense"}]
    settings = {"epochs": 3, "model": model}
    result = dl.importance("iris", retrain=True, seeds=2, variants=[NO_DROPOUT], set=settings, report=False)
    run = dl.train("iris", seeds=2, set=settings, out=tmp_path / "run", report=False)
    retraining = retraining_of(result)
    assert [trial.variant.name for trial in retraining.trials] == [AS_IT_IS, NO_DROPOUT]
    scores = [100.0 * dl.evaluate(run, member=k)["test"].accuracy for k in range(2)]  # pyright: ignore[reportAttributeAccessIssue] - of classes
    np.testing.assert_allclose(retraining.base.test_scores, scores)


def test_differences_are_paired_over_the_seeds(result: Result[Importance], retraining: Retraining) -> None:
    trial = named(retraining, AVERAGE)
    gain = retraining.gain(trial)
    assert gain is not None
    difference = trial.test_scores - retraining.base.test_scores
    assert gain.difference.mean == pytest.approx(difference.mean())
    assert gain.difference.num_above == (difference > 0.0).sum()
    # Paired differences scatter less than the scores of unpaired networks would.
    row = next(words for words in result.tables["test_gains"].words() if words[0] == AVERAGE)
    mean = float(difference.mean())
    assert row[2].split(" ")[0] == (f"{mean:+.2f}" if abs(mean) >= 0.005 else "0.00").replace("-", "−")


def test_claims_come_first_and_say_what_the_numbers_say(result: Result[Importance], retraining: Retraining) -> None:
    held = sum(claim.verdict == "holds" for claim in retraining.claims)
    assert result.answer.startswith(f"Of {len(retraining.claims)} textbook claims about its layers {held} hold")
    for statement, claim in zip(result.statements, retraining.claims, strict=False):
        assert statement.text.startswith(f"Textbooks say that {claim.claim}. This {claim.verdict}: ")
        assert statement.state == claim.verdict.removeprefix("is ")
        assert ("a real difference" in statement.text) == any(gain.difference.is_real for gain in claim.gains)
    shifts = next(text for text in result.sentences if "robust to shifts" in text)
    # Pictures of 8x8 are moved by one pixel; two would be a quarter of their side.
    base, without = (named(retraining, name).at("shift", 1.0).mean() for name in (AS_IT_IS, NO_POOLING))
    assert f"one pixel the network is right on {base:.1f}%, and without pooling on {without:.1f}%" in shifts


def test_all_numbers_are_written(result: Result[Importance], retraining: Retraining) -> None:
    assert result.path is not None
    networks = pd.read_parquet(result.path / "retrained.parquet")
    assert len(networks) == retraining.num_networks == 6 * len(retraining.trials)
    scores = np.array(networks.query("variant == @AVERAGE")["test_score"].tolist())
    np.testing.assert_array_equal(scores, named(retraining, AVERAGE).test_scores)
    distorted = pd.read_parquet(result.path / "distorted.parquet")
    assert len(distorted) == len(networks) * (5 + 6 + 6)
    kept = json.loads((result.path / "result.json").read_text())["tables"]
    assert [row["verdict"] for row in kept["claims"]] == [claim.verdict for claim in retraining.claims]
    assert kept["test_gains"][0]["seeds"] == 6
    assert len(kept["differences"]) == sum(len(claim.gains) + len(claim.asides) for claim in retraining.claims)
    page = (result.path / "report.html").read_text()
    for title in ("What textbooks say", "Trained anew without it", "Shifted, rotated and noisy pictures"):
        assert title in page


def test_how_long_it_will_take_is_shown_once_the_first_is_trained(
    recorder: Recorder, result: Result[Importance]
) -> None:
    titles = list(dict.fromkeys(what for what, _, _ in recorder.loading))
    assert "6 networks as it is" in titles
    (rest,) = [title for title in titles if "networks, about" in title]
    assert rest.startswith("12 networks, about ")
    shares = [done for what, done, _ in recorder.loading if what == rest]
    assert shares == sorted(shares)
    assert shares[-1] == 1_000


def test_varied_pictures_are_compared_with_plain_ones() -> None:
    varied = {**QUICK, "epochs": 10, "augment": {"shift": 1.0}}
    result = dl.importance(
        "digits-cnn", retrain=True, seeds=2, train_examples=320, variants=[PLAIN], set=varied, report=False
    )
    retraining = retraining_of(result)
    assert retraining.is_varied
    (claim,) = retraining.claims
    assert claim.claim == "varying the training pictures reduces overfitting"
    base, plain = retraining.trials
    assert claim.gains[0].difference.mean == pytest.approx((plain.gaps - base.gaps).mean())
    # With one pixel either way in training, one pixel costs less.
    assert base.at("shift", 1.0).mean() > plain.at("shift", 1.0).mean()


def test_a_regression_is_scored_by_losses_and_has_no_pictures() -> None:
    result = dl.importance("plane", retrain=True, set={"epochs": 4}, report=False)
    retraining = retraining_of(result)
    assert retraining.num_distorted == 0
    assert all(trial.test_scores.max() < 0.0 and not trial.distorted for trial in retraining.trials)
    gain = retraining.gain(named(retraining, "linear"))
    assert gain is not None
    assert gain.difference.is_real == (gain.difference.p_value < 0.05)
    assert "Trained anew from 6 seeds each, in loss" in str(result)


def test_a_variant_that_diverges_is_named_and_left_out(tmp_path: Path) -> None:
    result = dl.importance(
        "plane", retrain=True, epochs=3, variants=["linear"], out=tmp_path / "wild",
        set={"epochs": 1, "loss.factor": 20.0},
    )  # fmt: skip
    retraining = retraining_of(result)
    linear = named(retraining, "linear")
    assert linear.num_diverged == 6
    assert any("'linear' diverged from 6 of 6 seeds" in note for note in result.notes)
    assert retraining.gain(linear) is None
    kept = json.loads((tmp_path / "wild" / "result.json").read_text())["tables"]
    assert kept["variants"][1]["diverged"] == 6
    assert kept["test_gains"][0]["gain"] is None


def test_a_network_of_one_layer_has_no_variants(tmp_path: Path) -> None:
    model = [{"kind": "dense", "name": "output"}]
    result = dl.importance("iris", retrain=True, set={"epochs": 2, "model": model}, out=tmp_path / "one")
    retraining = retraining_of(result)
    assert [trial.variant.name for trial in retraining.trials] == [AS_IT_IS]
    assert retraining.claims == ()
    assert "textbook" not in " ".join(result.sentences)
    assert "What textbooks say" not in (tmp_path / "one" / "report.html").read_text()


def test_what_belongs_to_training_anew_is_refused_without_it() -> None:
    with pytest.raises(SpecError, match="epochs says how variants are trained: ask for that by retrain"):
        dl.importance("iris", epochs=3)
    with pytest.raises(SpecError, match="unknown variant 'no poolings'"):
        dl.importance("iris", retrain=True, variants=["no poolings"])


def test_a_batch_larger_than_the_training_examples_is_refused() -> None:
    with pytest.raises(SpecError, match="batch_size=32"):
        dl.importance("digits-cnn", retrain=True, train_examples=20, set={**QUICK, "epochs": 1}, report=False)
