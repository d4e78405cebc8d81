"""Where the head of an experiment may be written, and descriptions of before."""

import tomllib
from typing import Any

import pytest

from descentlab.core import SpecError
from descentlab.spec import DenseSpec, Experiment, HeadSpec, SquaredErrorSpec, override, parse, preset, to_toml

SQUARED: dict[str, Any] = {"kind": "squared-error", "factor": 0.5}


def test_a_description_of_before_has_its_head_under_the_loss() -> None:
    older = parse({"loss": {**SQUARED, "output": "tanh"}})
    assert older.head == HeadSpec(activation="tanh")
    assert older.loss == SquaredErrorSpec(factor=0.5)
    linear = parse({"loss": {**SQUARED, "output": "linear"}})
    assert linear == parse({"loss": SQUARED, "head": {"activation": "linear"}})


def test_a_description_of_before_is_allowed_what_it_was_allowed() -> None:
    """A tanh for a real target is refused by default now."""
    assert parse({"loss": {**SQUARED, "output": "tanh"}}).check == "off"
    assert parse({"loss": {**SQUARED, "output": "sigmoid"}}).check == "on"
    assert override(preset("plane"), ["loss.output=tanh"]).check == "on"
    assert parse({"loss": {**SQUARED, "output": "auto"}}).head == HeadSpec()


def test_a_setting_of_before_changes_the_head() -> None:
    assert override(preset("circle"), ["loss.output=sigmoid"]).head.activation == "sigmoid"


def test_the_head_may_be_written_on_the_last_layer() -> None:
    written = parse({"model": [{"kind": "dense", "units": 4}, {"kind": "dense", "activation": "softmax"}]})
    assert written.head.activation == "softmax"
    assert written.model[-1] == DenseSpec()
    assert Experiment(model=(DenseSpec(activation="sigmoid"),)).head.activation == "sigmoid"
    assert override(Experiment(), ["model.-1.activation=tanh"]).head.activation == "tanh"


def test_two_heads_are_refused_and_the_same_one_twice_is_not() -> None:
    last = [{"kind": "dense", "activation": "tanh"}]
    assert parse({"model": last, "head": {"activation": "tanh"}}).head.activation == "tanh"
    with pytest.raises(SpecError, match="'relu' and activation='tanh' of the last layer of `model` are two heads"):
        parse({"model": last, "head": {"activation": "relu"}})


def test_an_activation_that_is_no_head_is_refused_with_those_that_are() -> None:
    with pytest.raises(SpecError, match=r"'selu': did you mean 'relu'\? Choices: exponential, linear, relu"):
        parse({"model": [{"kind": "dense", "activation": "selu"}]})


def test_another_loss_chooses_its_head_anew() -> None:
    assert override(preset("circle"), ["loss=cross-entropy"]).head == HeadSpec()
    kept = override(preset("circle"), ["loss=huber", "head.activation=tanh"])
    assert kept.head.activation == "tanh"
    assert override(preset("circle"), ["loss.factor=1"]).head.activation == "tanh"


def test_a_head_is_written_and_read_again() -> None:
    experiment = Experiment(
        head=HeadSpec(activation="relu", outputs=5, coding="-1/1"), loss=SquaredErrorSpec(), check="off"
    )
    assert parse(tomllib.loads(to_toml(experiment))) == experiment


@pytest.mark.parametrize("head", [{"outputs": 0}, {"activation": "elu"}, {"coding": "0/2"}])
def test_a_wrong_value_is_refused(head: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=r"head\."):
        parse({"head": head})
