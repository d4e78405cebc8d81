import numpy as np
import pytest

from gradlab.core import SpecError
from gradlab.data import load, prepare
from gradlab.evaluation import infer
from gradlab.live import Session, as_python
from gradlab.networks import build_network
from gradlab.objectives import build_objective
from gradlab.spec import ActivationName, CrossEntropySpec, DenseSpec, Experiment, FlattenSpec, override, preset


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


def test_more_than_two_classes_get_probabilities() -> None:
    session = trained(preset("iris"))
    plan = session.racers[0].network.plan
    inputs = session.dataset.inputs[:]
    told = infer(plan.network, plan.objective, session.params_of(0), {}, inputs)
    script = script_of(session)
    np.testing.assert_allclose(answers_of(script, inputs), told.outputs, atol=1e-5)
    assert "setosa" in script


def test_a_real_target_is_told_in_its_own_unit() -> None:
    session = trained(override(preset("iris"), ["data.name=diabetes", "loss=squared-error"]))
    plan, dataset = session.racers[0].network.plan, session.dataset
    told = infer(plan.network, plan.objective, session.params_of(0), {}, dataset.inputs[:]).outputs[:, 0]
    in_unit = told.astype(float) * dataset.target_scale + dataset.target_shift
    np.testing.assert_allclose(answers_of(script_of(session), dataset.inputs[:]), in_unit, rtol=1e-4, atol=1e-3)


def test_other_layers_are_refused_by_name() -> None:
    objective = build_objective(CrossEntropySpec(), 3)
    network = build_network([FlattenSpec(name="flat"), DenseSpec(name="output")], (4,), 3)
    dataset = prepare(load(preset("iris").data), preset("iris").split, 0)
    with pytest.raises(SpecError, match="layer 'flat' is no dense layer"):
        as_python(network, objective, network.draw(0), dataset)
