"""The sentences of `train` on what became of it, and the changes that nobody has tried yet."""

from typing import Any

import numpy as np
import pytest

from descentlab.judgement import Judgement, Outcome, describe_ascent, describe_training


def say(*outcomes: Outcome, **more: Any) -> tuple[str, ...]:
    judgements = [Judgement(outcome, f"evidence of {outcome}") for outcome in outcomes]
    return describe_training(judgements, [False] * len(outcomes), num_epochs=100, learning_rate=0.1, **more)


@pytest.mark.parametrize(
    ("outcome", "change"),
    [
        ("improving", "`--set epochs=200`"),
        ("diverged", "`--set optimizer.learning_rate=0.01`"),
        ("oscillating", "`--set optimizer.learning_rate=0.03`"),
        ("dead units", "`--set optimizer.learning_rate=0.01`"),
    ],
)
def test_a_change_is_named_as_a_test_that_was_not_tried(outcome: Outcome, change: str) -> None:
    (sentence,) = say(outcome)
    assert change in sentence
    assert sentence.endswith("not tried.")


def test_no_other_rate_is_named_by_reflex() -> None:
    assert say("converged") == ("Converged: evidence of converged.",)
    for outcome in ("not learning", "improving", "too short to tell", "not checkable"):
        assert "rate" not in say(outcome)[0]


def test_a_perfect_network_is_not_told_to_train_longer() -> None:
    assert say("improving", is_perfect=True) == ("Still improving when training stopped: evidence of improving.",)


def test_many_seeds_are_counted_and_a_diverged_one_is_told() -> None:
    sentences = say("converged", "improving", "converged", "diverged")
    assert sentences[0].startswith("Converged, 2 of 4 seeds (1 diverged, 1 improving). The first of them: evidence")
    assert sentences[1].startswith("Diverged: 1 of 4 seeds; evidence of diverged.")


def test_over_fitting_is_told_beside_the_outcome_and_not_to_train_longer() -> None:
    judged = Judgement("improving", "it fell", "over-fitting", "the held-out loss rose")
    sentences = describe_training([judged], [False], num_epochs=10)
    assert sentences[0] == "Still improving when training stopped: it fell."
    assert sentences[1].startswith("Over-fitting: the held-out loss rose. Early stopping")
    assert sentences[1].endswith("not tried.")


def test_early_stopping_is_told_with_the_epoch_that_is_kept() -> None:
    judged = Judgement("converged", "it settled", lowest_at=7)
    assert describe_training([judged], [True], num_epochs=10) == (
        "Early stopping ended the network when the validation loss no longer fell; the weights kept are those of "
        "epoch 7.",
    )


def test_a_reversed_gradient_is_told_with_how_far_it_went() -> None:
    rising = 1.0 + 9.0 * np.arange(101)[None] / 100.0
    assert describe_ascent(rising).endswith("training took the loss of the network from 1 to 10.")
    assert "from 1 to 5.5" in describe_ascent(np.where(rising > 5.5, np.nan, rising))
