"""Experiments: exact round trips, overrides by name, and errors that name the remedy."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from descentlab.core import MissingDataError, SpecError
from descentlab.spec import Experiment, override, parse, preset, preset_names, read, schema, to_toml


def to_json(experiment: Experiment) -> str:
    return experiment.model_dump_json(exclude_none=True)


FINITE = st.floats(0.0, 1e6, allow_nan=False, allow_infinity=False)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_round_trips_exactly_and_fits_the_schema(name: str, tmp_path: Path) -> None:
    experiment = preset(name)
    assert parse(tomllib.loads(to_toml(experiment))) == experiment
    assert parse(json.loads(to_json(experiment))) == experiment
    jsonschema.validate(json.loads(to_json(experiment)), schema())
    for ending, text in ((".toml", to_toml(experiment)), (".json", to_json(experiment))):
        path = tmp_path / f"experiment{ending}"
        path.write_text(text)
        assert read(path) == experiment


EXPERIMENTS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "seed": st.integers(0, 2**32 - 1),
        "batch_size": st.one_of(st.just("full"), st.integers(1, 10_000)),
        "data": st.text(min_size=1, max_size=30)
        .filter(str.isprintable)
        .map(lambda path: {"kind": "table", "path": path}),
        "model": st.integers(1, 10_000).map(lambda units: [{"kind": "dense", "units": units}, "flatten", "dense"]),
        "loss": st.sampled_from(["cross-entropy", "binary-cross-entropy", "squared-error", "huber"]),
        "optimizer": st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]),
                "learning_rate": FINITE,
                "l2": FINITE,
            }
        ),
        "schedule": st.sampled_from(["constant", "cosine", "one-cycle", "step", "warm-up"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(values=EXPERIMENTS)
def test_any_experiment_round_trips_exactly(values: dict[str, Any]) -> None:
    experiment = parse(values)
    assert parse(tomllib.loads(to_toml(experiment))) == experiment
    assert parse(json.loads(to_json(experiment))) == experiment


@pytest.mark.parametrize(
    ("setting", "read_back"),
    [
        ("epochs=5", lambda e: e.epochs == 5),
        ("model.0.units=16", lambda e: e.model[0].units == 16),
        ("model.hidden.units=16", lambda e: e.model[0].units == 16),
        ("loss=squared-error", lambda e: e.loss.kind == "squared-error"),
        ("optimizer.learning_rate=3e-3", lambda e: e.optimizer.learning_rate == 0.003),
        ("optimizer.kind=sgd", lambda e: e.optimizer.kind == "sgd"),
        ("early_stopping.patience=3", lambda e: e.early_stopping.patience == 3),
        ("batch_size=full", lambda e: e.batch_size == "full"),
        ("data.name=wine", lambda e: e.data.name == "wine"),
        ('schedule={kind="step", factor=0.5}', lambda e: e.schedule.factor == 0.5),
        ("model=[]", None),
    ],
)
def test_any_field_can_be_set(setting: str, read_back: Any) -> None:
    if read_back is None:
        with pytest.raises(SpecError):
            override(preset("iris"), [setting])
    else:
        assert read_back(override(preset("iris"), [setting]))


def test_a_kind_set_by_its_word_can_be_followed_by_its_fields() -> None:
    changed = override(preset("iris"), ["optimizer=momentum", "optimizer.momentum=0.5"])
    assert changed.optimizer.kind == "momentum"
    assert changed.optimizer.model_dump()["momentum"] == 0.5


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("epoch=3", "unknown key 'epoch': did you mean 'epochs'"),
        ("optimzer.x=3", "unknown key 'optimzer': did you mean 'optimizer'"),
        ("optimizer.learningrate=3", "did you mean 'learning_rate'"),
        ("optimizer.learning_rate=-1", "learning_rate=-1"),
        ("optimizer.learning_rate=nan", "learning_rate"),
        ("loss=foo", "'cross-entropy'"),
        ("model.9.units=3", "items 0 to 1"),
        ("model.0.units=0", "at least 1 unit"),
        ("model.0.unitz=3", "did you mean 'units'"),
        ("model.1.units=3", "the last layer of `model` must be"),
        ("model.0.units=outputs", "only the last layer"),
        ("model.0.name=output", "two layers of `model` are named 'output'"),
        ("split.validation=1.5", "split.validation"),
        ("split.test=0.99", "leaves nothing to train on"),
        ("data.name=irs", "'iris'"),
        ("epochs", "expected key=value"),
        ("epochs.x=1", "`epochs` is a value and has no parts"),
        ("batch_size=0", "batch_size"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line_with_the_remedy(setting: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        override(preset("iris"), [setting])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_early_stopping_without_a_validation_part_is_refused() -> None:
    with pytest.raises(SpecError, match="early stopping needs a validation part"):
        override(preset("iris"), ["split.validation=0", "early_stopping.patience=3"])


def test_an_unknown_preset_is_guessed() -> None:
    with pytest.raises(SpecError, match="did you mean 'mnist-mlp'"):
        preset("mnist-mpl")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.toml", "seed = ", "cannot be read as toml"),
        ("a.json", "[1]", "not a list"),
        ("a.json", "{" * 100_000, "cannot be read as json"),
        ("a.toml", "sead = 1", "did you mean 'seed'"),
    ],
)
def test_a_file_that_is_no_experiment_is_told_by_name(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(SpecError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no such file"):
        read(tmp_path / "none.toml")


def test_an_experiment_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Experiment().epochs = 3


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("model.*.initialiser=zeros", "unknown field of the layers 'initialiser': did you mean 'initializer'"),
        ("model.*.stride=[2,2]", "unknown field of the layers 'stride'"),
        ("*.units=3", "`*` stands for all layers, as in model.*.initializer=zeros"),
        ("model.*=3", "`*` stands for all layers"),
        ("model.*.initializer=one", "initializer='one'"),
    ],
)
def test_a_setting_of_all_layers_that_fits_none_is_refused(setting: str, message: str) -> None:
    with pytest.raises(SpecError, match=re.escape(message)):
        override(preset("iris"), [setting])


@pytest.mark.parametrize("setting", ["class_weights=none", "augment.flip=none", "data.preparation=none"])
def test_none_is_a_word_where_it_is_a_choice(setting: str) -> None:
    plain = Experiment() if setting.startswith("data") else Experiment(class_weights="balanced")
    path, _, word = setting.partition("=")
    changed = override(plain, [setting]).model_dump()
    for key in path.split("."):
        changed = changed[key]
    assert changed in (word, {"inputs": word, "targets": word})
