from pathlib import Path

import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.data import load, prepare
from descentlab.evaluation import infer
from descentlab.live import Session, as_python
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import (
    ActivationName,
    CrossEntropySpec,
    DenseSpec,
    Experiment,
    FlattenSpec,
    HeadSpec,
    TableData,
    override,
    preset,
)


def answers_of(script: str, *arguments: np.ndarray) -> np.ndarray:
    names: dict = {}
    exec(compile(script, "network.py", "exec"), names)
    return np.asarray(names["predict"](*arguments))


def trained(experiment: Experiment) -> Session:
    session = Session(experiment)
    session.advance(epochs=3)
    return session


def script_of(session: Session) -> str:
    plan = session.racers[0].network.plan
    return as_python(plan.network, plan.objective, session.params_of(0), session.dataset)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear", "leaky-relu", "gelu", "silu"])
def test_the_script_answers_what_the_network_does(activation: ActivationName) -> None:
    session = trained(override(preset("circle"), [f"model.0.activation={activation}"]))
    dataset = session.dataset
    x1, x2 = dataset.raw["x1"], dataset.raw["x2"]
    logits = infer(session.racers[0].network.plan.network, session.racers[0].network.plan.objective,
                   session.params_of(0), {}, dataset.inputs[:]).logits  # fmt: skip
    np.testing.assert_allclose(answers_of(script_of(session), x1, x2), np.tanh(logits), atol=2e-5)


def rows_of(session: Session) -> np.ndarray:
    """Return a table's rows as its file has them."""
    return np.stack([session.dataset.raw[name] for name in session.dataset.feature_names], axis=1).astype(float)


def test_categories_are_ones_and_zeros_beside_numbers_in_their_own_units(tmp_path: Path) -> None:
    table = tmp_path / "weather.csv"
    rows = [(place / 7.0, "north" if place % 3 else "south", "wet" if place % 2 else "dry") for place in range(60)]
    table.write_text("\n".join(["warmth,side,kind", *(",".join(map(str, row)) for row in rows)]) + "\n")
    spec = override(preset("iris"), []).model_copy(update={"data": TableData(path=str(table), target="kind")})
    session = trained(spec)
    dataset, plan = session.dataset, session.racers[0].network.plan
    columns = {"warmth": [row[0] for row in rows], "side=north": [float(row[1] == "north") for row in rows],
               "side=south": [float(row[1] == "south") for row in rows]}  # fmt: skip
    own = np.stack([columns[name] for name in dataset.feature_names], axis=1)
    told = infer(plan.network, plan.objective, session.params_of(0), {}, dataset.inputs[:])
    np.testing.assert_allclose(answers_of(script_of(session), own), told.outputs, atol=1e-5)


def test_more_than_two_classes_get_probabilities() -> None:
    session = trained(preset("iris"))
    plan = session.racers[0].network.plan
    inputs = session.dataset.inputs[:]
    told = infer(plan.network, plan.objective, session.params_of(0), {}, inputs)
    script = script_of(session)
    np.testing.assert_allclose(answers_of(script, rows_of(session)), told.outputs, atol=1e-5)
    assert "setosa" in script


@pytest.mark.parametrize("preparation", ["standard", "none"])
def test_a_real_target_is_told_in_its_own_unit(preparation: str) -> None:
    settings = ["data.name=diabetes", "loss=squared-error", f"data.preparation={preparation}"]
    session = trained(override(preset("iris"), settings))
    plan, dataset = session.racers[0].network.plan, session.dataset
    told = infer(plan.network, plan.objective, session.params_of(0), {}, dataset.inputs[:]).outputs[:, 0]
    in_unit = told.astype(float) * dataset.target_scale + dataset.target_shift
    np.testing.assert_allclose(answers_of(script_of(session), rows_of(session)), in_unit, rtol=1e-4, atol=1e-3)


def test_other_layers_are_refused_by_name() -> None:
    objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(3))
    network = build_network([FlattenSpec(name="flat"), DenseSpec(name="output")], (4,), 3)
    dataset = prepare(load(preset("iris").data), preset("iris").split, 0)
    with pytest.raises(SpecError, match="not checkable for layer 'flat'"):
        as_python(network, objective, network.draw(0), dataset)
