"""The ways of learning few examples: each does what its name says, and learned weights help where they should."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from descentlab.labs.transfer.measure import WAYS, Choice, Learner, Shots, Source, draw_shots, nearest
from descentlab.training import Interrupted
from tests.labs.transfer.conftest import digits

CHOICE = Choice({"frozen": 10.0, "fine-tuned": 0.003, "fresh": 0.003, "raw pixels": 10.0}, {}, 2, 0, 0)


def shots(num: int, per_class: int = 3, num_choose: int = 100) -> list[Shots]:
    return [
        draw_shots(digits(seed), (8, 8, 1), per_class=per_class, num_choose=num_choose, num_test=300, seed=seed)
        for seed in range(num)
    ]


def test_what_was_learned_helps_with_the_same_digits(source: Source) -> None:
    draws = shots(6)
    found = Learner(source).learn(draws, (1, 3), [CHOICE])
    assert set(found) == set(WAYS)
    assert all(values.shape == (2, 6) for values in found.values())
    means = {way: values.mean(axis=1) for way, values in found.items()}
    for way in ("frozen", "fine-tuned"):
        assert (means[way] > means["fresh"] + 0.04).all(), means
    assert (means["frozen"] > means["raw pixels"]).all(), means
    for way in WAYS:
        assert means[way][1] > means[way][0]


def test_weights_that_learned_nothing_do_not_help(source: Source) -> None:
    rng = np.random.default_rng(0)
    params = {name: {role: array.copy() for role, array in own.items()} for name, own in source.params.items()}
    params["hidden"]["weight"] = rng.normal(0.0, np.sqrt(2.0 / 64.0), (64, 24)).astype(np.float32)
    params["hidden"]["bias"] = np.zeros(24, np.float32)
    blank = replace(source, params=params)
    found = Learner(blank).learn(shots(6), (3,), [CHOICE])
    assert found["fine-tuned"].mean() == pytest.approx(found["fresh"].mean(), abs=0.06)


def test_as_it_is_it_keeps_its_own_last_layer(source: Source) -> None:
    (one,) = shots(1)
    inputs = one.real("test").reshape(300, -1)
    hidden, output = source.params["hidden"], source.params["output"]
    logits = np.maximum(inputs @ hidden["weight"] + hidden["bias"], 0.0) @ output["weight"] + output["bias"]
    wanted = (logits.argmax(axis=1) == one.labels("test")).mean()
    assert Learner(source).as_it_is([one])[0] == pytest.approx(wanted, abs=0.004)


def test_the_best_of_what_was_tried_is_chosen(source: Source) -> None:
    choice = Learner(source).choose(shots(2), 3)
    assert (choice.per_class, choice.num_draws, choice.num_examples) == (3, 2, 100)
    for way in WAYS:
        assert choice.scores[way][choice.values[way]] == max(choice.scores[way].values())
    assert len(choice.scores["fresh"]) == 4
    assert len({round(score, 6) for score in choice.scores["fresh"].values()}) > 1


def test_each_size_takes_what_was_chosen_with_the_nearest() -> None:
    choices = [replace(CHOICE, per_class=size) for size in (1, 10, 100)]
    taken = [nearest(choices, size).per_class for size in (1, 2, 3, 5, 10, 20, 50, 1_000)]
    assert taken == [1, 1, 1, 10, 10, 10, 100, 100]


def test_without_examples_to_choose_by_usual_values_are_taken(source: Source) -> None:
    choice = Learner(source).choose(shots(1, num_choose=5), 3)
    assert choice.scores == {}
    assert set(choice.values) == set(WAYS)
    assert choice.at_an_end == ()


def test_it_stops_when_asked(source: Source) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        Learner(source, stop=stop).learn(shots(1), (1,), [CHOICE])


def test_populations_are_announced_and_followed(source: Source) -> None:
    begun: list[int] = []
    shares: list[float] = []
    learner = Learner(
        source, check=lambda _, epochs: begun.append(epochs), on_progress=lambda now: shares.append(now.share)
    )
    learner.learn(shots(1), (1, 3), [CHOICE])
    assert begun == [200, 200]
    assert shares[-1] == 1.0
