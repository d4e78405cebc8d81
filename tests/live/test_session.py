from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.live import GRID, MOST_RACERS, Race, Session, StabilityGauge, race_variants
from descentlab.networks import Context, Dense, Tape
from descentlab.spec import PointsData, override, preset


@pytest.fixture
def session() -> Session:
    return Session(preset("circle"))


def first_weights(session: Session, place: int) -> np.ndarray:
    return session.racers[place].network.params["hidden1"]["weight"]


@pytest.mark.parametrize(
    "race",
    [
        Race("learning_rate", (0.01, 0.1)),
        Race("activation", ("tanh", "relu")),
        Race("optimizer", ("sgd", "adam")),
    ],
)
def test_racers_differ_by_what_was_named_alone(race: Race) -> None:
    session = Session(preset("circle"), race)
    np.testing.assert_array_equal(first_weights(session, 0), first_weights(session, 1))
    assert session.racers[0].network.dataset is session.racers[1].network.dataset
    session.advance(epochs=2)
    assert (first_weights(session, 0) != first_weights(session, 1)).any()
    assert [racer.network.epoch for racer in session.racers] == [2, 2]


def test_seeds_share_the_data(session: Session) -> None:
    race = Session(preset("circle"), Race("seed", (0, 1)))
    assert (first_weights(race, 0) != first_weights(race, 1)).any()
    assert race.racers[0].network.dataset is race.racers[1].network.dataset
    np.testing.assert_array_equal(race.dataset.inputs[:], session.dataset.inputs[:])


def test_a_racer_is_the_network_that_trains_alone(session: Session) -> None:
    race = Session(preset("circle"), Race("learning_rate", (0.01, 0.03, 0.1)))
    race.advance(epochs=5)
    session.advance(epochs=5)
    np.testing.assert_array_equal(first_weights(race, 1), first_weights(session, 0))


def test_too_many_racers_are_refused() -> None:
    with pytest.raises(SpecError, match=f"1 to {MOST_RACERS}"):
        race_variants(preset("circle"), Race("seed", tuple(range(MOST_RACERS + 1))))


@pytest.mark.parametrize(
    ("race", "message"),
    [
        (Race("learning_rate", (0.1, -1.0)), "learning_rate=-1.0"),
        (Race("seed", (-1,)), "seed=-1"),
        (Race("activation", ("tanh", "step")), "activation='step'"),
        (Race("optimizer", ("magic",)), "magic"),
        (Race("activation", ("tanh", "tanh")), "have the same activation"),
        (Race("seed", ()), "0 networks"),
    ],
)
def test_a_racer_that_cannot_be_is_refused(race: Race, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        race_variants(preset("circle"), race)


def test_an_optimizer_of_a_race_keeps_what_all_optimizers_have() -> None:
    experiment = override(preset("circle"), ["optimizer.l2=0.1", "optimizer.l1=0.2", "optimizer.clip_norm=3"])
    variants = race_variants(experiment, Race("optimizer", ("sgd", "nesterov", "adam", "adamw", "rmsprop")))
    assert [label for label, _ in variants] == ["sgd", "nesterov", "adam", "adamw", "rmsprop"]
    assert variants[0][1] == experiment
    for name, one in variants:
        kept = one.optimizer
        assert (kept.kind, kept.learning_rate, kept.l1, kept.l2, kept.clip_norm) == (name, 0.03, 0.2, 0.1, 3.0)
        assert one.model_copy(update={"optimizer": experiment.optimizer}) == experiment


def test_too_high_a_rate_says_why() -> None:
    session = Session(preset("circle"), Race("learning_rate", (0.03, 10.0)))
    session.advance(epochs=60)
    good, bad = (racer.judgement() for racer in session.racers)
    assert good.outcome in ("converged", "improving")
    assert bad.outcome in ("saturated units", "not learning", "oscillating", "diverged")
    assert bad.evidence


def test_reset_gives_the_same_weights(session: Session) -> None:
    before = first_weights(session, 0)
    session.advance(epochs=3)
    session.reset()
    np.testing.assert_array_equal(first_weights(session, 0), before)
    assert session.epoch == 0


def test_rate_noise_and_other_points_do_not_start_anew(session: Session) -> None:
    session.advance(epochs=3)
    weights, data = first_weights(session, 0), session.dataset
    session.become(override(session.experiment, ["optimizer.learning_rate=0.3", "optimizer.l2=0.1"]))
    session.become(override(session.experiment, ["data.noise=30"]))
    session.become(override(session.experiment, ["data_seed=5"]))
    assert session.epoch == 3
    np.testing.assert_array_equal(first_weights(session, 0), weights)
    assert session.racers[0].network.hyper["learning_rate"] == pytest.approx(0.3)
    assert session.racers[0].network.hyper["l2"] == pytest.approx(0.1)
    assert session.dataset is not data


@pytest.mark.parametrize("change", ["batch_size=5", "model.0.units=3", "seed=1", "optimizer=adam", "split.test=0.2"])
def test_all_else_starts_anew(session: Session, change: str) -> None:
    session.advance(epochs=3)
    session.become(override(session.experiment, [change]))
    assert session.epoch == 0


def test_what_does_not_fit_leaves_the_session_as_it_was(session: Session) -> None:
    session.advance(epochs=2)
    with pytest.raises(SpecError, match="batch_size=600 exceeds"):
        session.become(override(session.experiment, ["batch_size=600"]))
    session.advance(epochs=1)
    assert session.epoch == 3


def test_looking_back_shows_and_training_on_goes_from_there(session: Session) -> None:
    for _ in range(4):
        session.advance(epochs=1)
    kept = dict.fromkeys(session.moments)
    assert list(kept) == [0, 1, 2, 3, 4]
    session.look_back(1)
    shown = session.params_of(0)["hidden1"]["weight"].copy()
    assert session.epoch == 4
    session.look_back(None)
    assert (session.params_of(0)["hidden1"]["weight"] != shown).any()
    session.look_back(1)
    session.advance(epochs=1)
    assert session.moments == (0, 1, 2)
    assert session.epoch == 2


def test_a_moment_is_shown_with_its_own_statistics() -> None:
    experiment = override(preset("circle"), ['model=[{kind="dense",units=4},{kind="batch-norm"},{kind="dense"}]'])
    session = Session(experiment)
    at_start = session.maps_of(0, is_full=False)
    session.advance(epochs=5)
    session.look_back(0)
    shown = session.maps_of(0, is_full=False)
    assert at_start is not None
    assert shown is not None
    np.testing.assert_array_equal(shown.answer, at_start.answer)


def test_moments_are_thinned(session: Session) -> None:
    for _ in range(320):
        session.advance(epochs=1)
    assert len(session.moments) <= 300
    assert session.moments[0] == 0
    gaps = np.diff(session.moments)
    assert gaps.max() <= 3


def test_maps_are_what_the_network_says(session: Session) -> None:
    session.advance(epochs=5)
    maps = session.maps_of(0, is_full=True)
    assert maps is not None
    plan = session.racers[0].network.plan
    ticks = np.linspace(-6.0, 6.0, GRID)
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, GRID, (5, 2)):
        point = jnp.asarray([[ticks[column], ticks[row]]], jnp.float32)
        tape = Tape()
        params: Any = {name: {role: jnp.asarray(array) for role, array in own.items()}
                       for name, own in session.params_of(0).items()}  # fmt: skip
        logits, _ = plan.network.forward(params, {}, point, Context(tape=tape))
        values = [
            float(value) for layer in plan.network.layers[:-1] for value in tape.values[f"{layer.name}/activation"][0]
        ]
        values.append(float(jnp.tanh(logits[0, 0])))
        told = [int(picture[row * GRID + column]) for picture in maps.neurons]
        expected = [round(127.5 * (min(1.0, max(-1.0, value)) + 1.0)) for value in values]
        np.testing.assert_allclose(told, expected, atol=1)
        assert maps.answer[row * GRID + column] == told[-1]
    assert maps.winners is None
    assert all(isinstance(layer, Dense) for layer in plan.network.layers)


def test_more_than_two_classes_have_winners() -> None:
    session = Session(preset("iris"))
    maps = session.maps_of(0, is_full=False)
    assert maps is not None
    assert maps.winners is not None
    assert set(np.unique(maps.winners)) <= {0, 1, 2}
    assert session.plane is not None
    assert "training mean of the other 2 inputs" in session.plane.note


def test_a_table_can_be_looked_at_across_any_two_of_its_numbers_while_it_trains() -> None:
    session = Session(preset("iris"))
    session.advance(epochs=2)
    weights, generation = session.params_of(0), session.data_generation
    first, *_, last = session.axes
    session.look_across((last, first))
    assert session.plane is not None
    assert session.plane.names == (last, first)
    np.testing.assert_allclose(session.plane.places[:, 0], session.dataset.raw[last], rtol=1e-5)
    assert session.data_generation > generation
    assert session.epoch == 2
    jax.tree.map(np.testing.assert_array_equal, session.params_of(0), weights)
    with pytest.raises(SpecError, match="unknown numeric feature 'species'"):
        session.look_across((first, "species"))
    assert session.plane.names == (last, first)


def test_axes_stay_with_the_data_and_go_with_them() -> None:
    session = Session(preset("iris"))
    chosen = session.plane.names if session.plane is not None else None
    session.look_across((session.axes[0], session.axes[1]))
    names = session.axes[:2]
    for change in ("split.test=0.4", "seed=3", "model.0.units=3"):
        session.become(override(session.experiment, [change]))
        assert session.plane is not None
        assert session.plane.names == names
    session.become(preset("circle"))
    assert session.axes == ()
    assert session.plane.names == ("x1", "x2")
    session.become(preset("iris"))
    assert session.plane.names == chosen
    session.look_across((session.axes[0], session.axes[1]))
    session.look_across(None)
    assert session.plane.names == chosen


def test_pictures_have_no_plane() -> None:
    session = Session(preset("digits"))
    assert session.plane is None
    assert session.maps_of(0, is_full=True) is None


def test_points_of_ones_own_can_be_trained_on() -> None:
    rng = np.random.default_rng(1)
    points = tuple((float(x), float(y), "blue" if x > 0 else "orange") for x, y in rng.uniform(-5, 5, (80, 2)))
    session = Session(override(preset("circle"), []).model_copy(update={"data": PointsData(points=points)}))
    session.advance(epochs=60)
    assert session.dataset.classes == ("orange", "blue")
    assert session.racers[0].scores().values["train_accuracy"] > 0.9


def test_a_curve_is_thinned_and_keeps_its_ends(session: Session) -> None:
    session.advance(epochs=1000)
    curve = session.racers[0].curve("train_loss")
    assert len(curve) <= 303
    assert curve[0].tolist() == [0.0, session.racers[0].at_start["train_loss"]]
    assert curve[-1].tolist() == [1000.0, session.racers[0].network.trace["train_loss"][-1]]


def test_a_gradient_that_is_turned_round_starts_anew_and_goes_up(session: Session) -> None:
    session.advance(epochs=1)
    generation = session.generation
    session.become(override(session.experiment, ["optimizer.maximize=true"]))
    assert session.generation > generation
    session.advance(epochs=3)
    losses = session.racers[0].curve("train_loss")[:, 1]
    assert losses[-1] > losses[0]
    assert StabilityGauge().read(session) is None
