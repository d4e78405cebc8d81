import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from descentlab.core import SpecError
from descentlab.live import Session, StabilityGauge, account_of, nearest_example
from descentlab.networks import Context
from descentlab.spec import override, preset


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session(preset("circle"))
    made.advance(epochs=5)
    return made


def test_the_nearest_training_example_is_found(session: Session) -> None:
    dataset = session.dataset
    x1, x2 = dataset.raw["x1"], dataset.raw["x2"]
    row = int(dataset.train[7])
    assert nearest_example(session, float(x1[row]) + 1e-6, float(x2[row])) == row
    test_row = int(dataset.test[0])
    found = nearest_example(session, float(x1[test_row]), float(x2[test_row]))
    assert found in dataset.train
    distances = np.hypot(x1[dataset.train] - x1[test_row], x2[dataset.train] - x2[test_row])
    assert found == dataset.train[distances.argmin()]


def test_data_without_a_plane_has_no_place_to_click() -> None:
    with pytest.raises(SpecError, match="no plane"):
        nearest_example(Session(override(preset("digits"), ["epochs=1"])), 0.0, 0.0)


def test_the_account_is_of_the_weights_that_are_shown(session: Session) -> None:
    row = int(session.dataset.train[3])
    session.look_back(0)
    before = account_of(session, row).mean_cost
    session.look_back(None)
    assert account_of(session, row).mean_cost != before
    plan = session.racers[0].network.plan
    logits, _ = plan.network.forward(
        jax.tree.map(jnp.asarray, session.params_of(0)), {}, jnp.asarray(session.dataset.inputs[[row]]), Context()
    )
    loss = plan.objective.losses(logits, jnp.asarray(session.dataset.targets[[row]]))[0]
    assert account_of(session, row).mean_cost == pytest.approx(float(loss), rel=1e-5)


def test_the_gauge_reads_the_largest_eigenvalue_of_the_hessian(session: Session) -> None:
    racer, dataset = session.racers[0], session.dataset
    plan = racer.network.plan
    flat, unravel = ravel_pytree(jax.tree.map(jnp.asarray, racer.network.params))

    def loss(values: jax.Array) -> jax.Array:
        logits, _ = plan.network.forward(unravel(values), {}, jnp.asarray(dataset.inputs[dataset.train]), Context())
        return jnp.mean(plan.objective.losses(logits, jnp.asarray(dataset.targets[dataset.train])))

    largest = np.linalg.eigvalsh(np.asarray(jax.jit(jax.hessian(loss))(flat), np.float64))[-1]
    found = StabilityGauge().read(session)
    assert found is not None
    assert found.sharpness == pytest.approx(largest, rel=0.02)
    assert found.limit == pytest.approx(2.0 / racer.network.hyper["learning_rate"])
    assert found.share == pytest.approx(found.sharpness / found.limit)


def test_the_gauge_follows_the_rate(session: Session) -> None:
    other = Session(override(session.experiment, ["optimizer.learning_rate=0.3"]))
    found = StabilityGauge().read(other)
    assert found is not None
    assert found.limit == pytest.approx(2.0 / 0.3)
