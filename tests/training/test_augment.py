"""Augmentation: what it draws, when, and what it leaves alone."""

import dataclasses
import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array
from scipy import ndimage, stats

from descentlab.core import SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.optimizers import schedule_factors
from descentlab.spec import AugmentSpec, BundledData, Experiment, SplitSpec, override, preset
from descentlab.training import Member, Plan, Trained, make_plan, train_population
from descentlab.training._augment import augment
from descentlab.training._block import Block

Source = Callable[[int], Dataset]
MOVED = ["augment.shift=2", "augment.rotate=10", "augment.flip=horizontal"]


@pytest.fixture(scope="module")
def digits_of() -> Source:
    """The same 240 digits for every seed."""
    whole = prepare(load(BundledData(name="digits")), SplitSpec(validation=0.1), 0)
    few = dataclasses.replace(whole, train=whole.train[:240])
    return lambda _: few


@pytest.fixture(scope="module")
def small() -> Experiment:
    return override(preset("digits-cnn"), ["epochs=3", "model.0.filters=4", "model.2.filters=4"])


def _train(experiment: Experiment, dataset_of: Source, seed: int = 0) -> Trained:
    plan = make_plan(experiment, dataset_of(seed))
    return train_population(experiment, plan, [Member(seed)], dataset_of).trained[0]


def _weights(trained: Trained) -> np.ndarray:
    return np.concatenate([array.ravel() for own in trained.params.values() for array in own.values()])


def _moved(spec: AugmentSpec, pictures: Array, seed: int) -> np.ndarray:
    """Move pictures as a training does, in one program."""
    move = functools.partial(augment, shift=spec.shift, rotate=spec.rotate, flip=spec.flip)
    return np.asarray(jax.jit(move)(pictures, jax.random.key(seed)))


def test_shifts_and_flips_are_drawn_evenly() -> None:
    """Each picture is one bright column left of the middle, whose place is read off again."""
    column = jnp.zeros((4_000, 1, 41, 1)).at[:, 0, 15].set(1.0)
    moved = _moved(AugmentSpec(shift=3.0, flip="horizontal"), column, 0)[:, 0, :, 0]
    np.testing.assert_allclose(moved.sum(axis=1), 1.0, rtol=1e-5)
    places = moved @ np.arange(41)
    is_flipped = places > 20
    assert stats.binomtest(int(is_flipped.sum()), 4_000).pvalue > 0.01
    shifts = np.where(is_flipped, places - 25, places - 15)
    assert stats.kstest(shifts, stats.uniform(-3, 6).cdf).pvalue > 0.01


def test_angles_are_drawn_evenly() -> None:
    """Each picture is a ramp, whose direction is read off its middle."""
    ramp = jnp.asarray(np.broadcast_to(np.arange(9.0)[:, None, None], (3_000, 9, 9, 1)), jnp.float32)
    moved = _moved(AugmentSpec(rotate=30.0), ramp, 1)[..., 0]
    down, right = moved[:, 5, 4] - moved[:, 3, 4], moved[:, 4, 5] - moved[:, 4, 3]
    angles = np.degrees(np.arctan2(right, down))
    assert stats.kstest(angles, stats.uniform(-30, 60).cdf).pvalue > 0.01


def test_rows_and_columns_and_angles_are_drawn_apart() -> None:
    spot = jnp.zeros((2_000, 31, 31, 1)).at[:, 15, 15].set(1.0)
    moved = _moved(AugmentSpec(shift=4.0, rotate=20.0), spot, 2)[..., 0]
    places = np.array([ndimage.center_of_mass(picture) for picture in moved])
    assert abs(np.corrcoef(places.T)[0, 1]) < 0.06


def test_it_changes_what_is_learned_and_not_what_is_measured(small: Experiment, digits_of: Source) -> None:
    plain, moved = _train(small, digits_of), _train(override(small, MOVED), digits_of)
    assert np.any(_weights(plain) != _weights(moved))
    frozen = override(small, ["optimizer.learning_rate=0"])
    still, shaken = _train(frozen, digits_of), _train(override(frozen, MOVED), digits_of)
    for name in ("train_loss", "validation_loss", "validation_accuracy"):
        np.testing.assert_array_equal(still.trace[name], shaken.trace[name])
    assert np.any(still.trace["batch_loss"] != shaken.trace["batch_loss"])


def test_flipping_symmetric_pictures_changes_nothing(small: Experiment, digits_of: Source) -> None:
    """What dropout hides must stay the same too, though both draw at every step. The last bits are the compiler's."""
    digits = digits_of(0)
    halves = digits.inputs[:, :, :4]
    symmetric = dataclasses.replace(digits, inputs=np.concatenate([halves, halves[:, :, ::-1]], axis=2))
    flipped = _train(override(small, ["augment.flip=horizontal"]), lambda _: symmetric)
    np.testing.assert_allclose(_weights(flipped), _weights(_train(small, lambda _: symmetric)), atol=1e-5)


def test_a_resume_within_an_epoch_sees_the_same_pictures(small: Experiment, digits_of: Source) -> None:
    experiment = override(small, [*MOVED, "model.5.rate=0"])
    whole = _train(experiment, digits_of)

    def block(plan: Plan) -> Block:
        factors = schedule_factors(experiment.schedule, num_epochs=3, steps_per_epoch=plan.steps_per_epoch)
        return Block(plan, [Member(0)], [digits_of(0)], factors)

    plan = make_plan(experiment, digits_of(0))
    first, second = block(plan), block(plan)
    for _ in range(11):
        first.advance_one_step()
    assert first.step not in (0, plan.steps_per_epoch)
    second.restore(first.save())
    while not second.is_done:
        second.advance()
    np.testing.assert_array_equal(_weights(second.stacked().apart()[0]), _weights(whole))


def test_members_of_one_seed_see_the_same(small: Experiment, digits_of: Source) -> None:
    experiment = override(small, MOVED)
    members = [Member(5, (("learning_rate", rate),)) for rate in (0.01, 0.01)]
    plan = make_plan(experiment, digits_of(5), num_members=2, members_per_seed=2, varied=["learning_rate"])
    one, two = train_population(experiment, plan, members, digits_of).trained
    np.testing.assert_array_equal(_weights(one), _weights(two))
    assert np.any(_weights(one) != _weights(_train(experiment, digits_of, seed=6)))


def test_nothing_asked_is_nothing_done(small: Experiment, digits_of: Source) -> None:
    idle = override(small, ["augment.shift=0"])
    assert idle.augment == AugmentSpec()
    assert make_plan(idle, digits_of(0)) == make_plan(small, digits_of(0))


def test_tables_are_refused(iris: Experiment, iris_of: Callable[[int], Dataset]) -> None:
    with pytest.raises(SpecError, match="augment varies pictures, and iris has none"):
        make_plan(override(iris, ["augment.shift=1"]), iris_of(0))


@pytest.mark.parametrize("setting", ["shift=-1", "rotate=200", "flip=vertical", "zoom=2"])
def test_what_cannot_be_is_refused(setting: str) -> None:
    with pytest.raises(SpecError, match=setting.partition("=")[0]):
        override(Experiment(), [f"augment.{setting}"])
