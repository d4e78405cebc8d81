"""Networks that start from learned weights instead of a draw of their own."""

from collections.abc import Callable

import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.data import Dataset
from descentlab.spec import BatchNormSpec, DenseSpec, Experiment, override
from descentlab.training import Member, Population, Start, make_plan, train_population

Source = Callable[[int], Dataset]


def train(experiment: Experiment, dataset_of: Source, members: list[Member]) -> Population:
    plan = make_plan(experiment, dataset_of(0), num_members=len(members))
    return train_population(experiment, plan, members, dataset_of)


def test_named_layers_are_taken_and_the_others_drawn(iris: Experiment, shared_iris: Source) -> None:
    (other,) = train(iris, shared_iris, [Member(5)]).trained
    start = Start({"hidden": other.params["hidden"]})
    plain, begun = train(iris, shared_iris, [Member(0), Member(0, start=start)]).trained
    for role, array in other.params["hidden"].items():
        np.testing.assert_array_equal(begun.initial_params["hidden"][role], array)
        np.testing.assert_array_equal(plain.initial_params["output"][role], begun.initial_params["output"][role])
    assert not np.array_equal(plain.params["hidden"]["weight"], begun.params["hidden"]["weight"])


def test_a_start_from_ones_own_draw_changes_no_bit(iris: Experiment, shared_iris: Source) -> None:
    (plain,) = train(iris, shared_iris, [Member(3)]).trained
    (again,) = train(iris, shared_iris, [Member(3, start=Start(plain.initial_params))]).trained
    for layer, own in plain.params.items():
        for role, array in own.items():
            np.testing.assert_array_equal(again.params[layer][role], array)


def test_a_layer_of_rate_0_stays_where_it_started(iris: Experiment, shared_iris: Source) -> None:
    (other,) = train(iris, shared_iris, [Member(5)]).trained
    plan = make_plan(iris, shared_iris(0), varied=["learning_rate.hidden"])
    member = Member(0, (("learning_rate.hidden", 0.0),), Start({"hidden": other.params["hidden"]}))
    (frozen,) = train_population(iris, plan, [member], shared_iris).trained
    np.testing.assert_array_equal(frozen.params["hidden"]["weight"], other.params["hidden"]["weight"])
    assert not np.array_equal(frozen.params["output"]["weight"], frozen.initial_params["output"]["weight"])


def test_running_statistics_go_on_from_theirs(iris: Experiment, shared_iris: Source) -> None:
    model = (DenseSpec(name="hidden", units=4), BatchNormSpec(name="norm"), DenseSpec(name="output"))
    experiment = iris.model_copy(update={"model": model, "epochs": 1})
    (first,) = train(experiment, shared_iris, [Member(0)]).trained
    far = {"norm": {role: array + 100.0 for role, array in first.statistics["norm"].items()}}
    (begun,) = train(experiment, shared_iris, [Member(0, start=Start({}, far))]).trained
    assert all(begun.statistics["norm"][role].min() > first.statistics["norm"][role].max() for role in far["norm"])


@pytest.mark.parametrize("start", [{"hidden": {"weight": np.zeros((2, 2))}}, {"nowhere": {"weight": np.zeros(3)}}])
def test_weights_that_do_not_fit_are_refused(
    iris: Experiment, shared_iris: Source, start: dict[str, dict[str, np.ndarray]]
) -> None:
    with pytest.raises(SpecError, match="cannot start from these weights: layer"):
        train(iris, shared_iris, [Member(0, start=Start(start))])


def test_a_layer_that_starts_from_zeros_leaves_the_scales_of_the_others_to_the_members(
    iris: Experiment, shared_iris: Source
) -> None:
    from_zero = override(iris, ["model.0.initial_scale=0", "epochs=1"])
    members = [Member(0, (("initial_scale.output", 3.0),)), Member(0)]
    plan = make_plan(from_zero, shared_iris(0), num_members=2, varied=["initial_scale.output"])
    larger, usual = train_population(from_zero, plan, members, shared_iris).trained
    assert not larger.initial_params["hidden"]["weight"].any()
    np.testing.assert_allclose(
        larger.initial_params["output"]["weight"], 3.0 * usual.initial_params["output"]["weight"], rtol=1e-6
    )
    with pytest.raises(SpecError, match="multiplies the initial weights of layer 'hidden' by 0"):
        train_population(from_zero, plan, [Member(0, (("initial_scale.hidden", 1.0),))], shared_iris)
