"""What is read off an account: layers by name, largest parts, nudges, agreement, updates, depth."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab import backpropagation
from descentlab.backpropagation import Problem, account_for
from descentlab.core import ShapeError, SpecError
from descentlab.networks import Context
from descentlab.spec import BatchNormSpec, Conv2DSpec, DenseSpec, FlattenSpec, SquaredErrorSpec

MODEL = (DenseSpec(name="hidden", units=6, activation="tanh"), DenseSpec(name="output"))
PICTURES = (Conv2DSpec(name="conv", filters=2, activation="tanh"), FlattenSpec(name="flat"), DenseSpec(name="output"))


def cost_at(problem: Problem, params: Any) -> float:
    """Return the mean cost with other weights, in float64."""
    with jax.enable_x64(True):
        moved = jax.tree.map(jnp.asarray, params)
        logits, _ = problem.network.forward(moved, {}, jnp.asarray(problem.inputs), Context())
        return float(jnp.mean(problem.objective.losses(logits, jnp.asarray(problem.targets))))


def test_costs_are_the_network_s_own(ask: Any) -> None:
    problem = ask(MODEL, (3,))
    assert math.isclose(account_for(problem).mean_cost, cost_at(problem, problem.params), rel_tol=1e-14)


def test_gradients_of_a_batch_are_the_mean_of_its_examples(ask: Any) -> None:
    problem = ask(MODEL, (3,), batch=5)
    whole = account_for(problem)
    alone = [account_for(problem.rows(slice(n, n + 1))) for n in range(5)]
    for layer, own in whole.gradients.items():
        for role, array in own.items():
            separate = [account.gradients[layer][role] for account in alone]
            np.testing.assert_allclose(array, np.mean(separate, axis=0), rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(whole.example_gradients(3)[layer][role], separate[3], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(whole.layer("hidden").delta[2], alone[2].layer("hidden").delta[0], rtol=1e-12)


def test_an_unknown_layer_is_answered_with_those_that_there_are(ask: Any) -> None:
    with pytest.raises(SpecError, match=r"unknown layer 'hiden': did you mean 'hidden'\? Choices: hidden, output"):
        account_for(ask(MODEL, (3,))).layer("hiden")


def test_problems_that_do_not_fit_are_refused(ask: Any) -> None:
    good = ask(MODEL, (3,))
    parts = (good.network, good.objective, good.params, good.statistics)
    with pytest.raises(ShapeError, match="0 examples and 0 targets"):
        Problem(*parts, np.zeros((0, 3)), np.zeros(0, np.int64))
    with pytest.raises(ShapeError, match=r"shape \(4,\) do not fit a network for \(3,\)"):
        Problem(*parts, np.zeros((1, 4)), np.zeros(1, np.int64))


def test_a_detail_adds_up_and_names_the_largest(ask: Any) -> None:
    account = account_for(ask(PICTURES, (5, 5, 1), batch=3))
    detail = backpropagation.explain_layer(account, "conv", row=1, top=4)
    layer = account.layer("conv")
    assert abs(detail.delta) == np.abs(layer.delta[1]).max()
    assert math.isclose(detail.output.total, detail.preactivation, rel_tol=1e-10)
    assert math.isclose(detail.activation, math.tanh(detail.preactivation), rel_tol=1e-14)
    assert math.isclose(detail.activation_gradient * detail.slope, detail.delta, rel_tol=1e-12)
    assert math.isclose(detail.below.total, layer.input_gradient[(1, *detail.below_place)], rel_tol=1e-10)
    weight = next(each for each in detail.gradients if each.role == "weight")
    values = np.sort(np.abs(layer.gradients["weight"].ravel()))[::-1]
    np.testing.assert_allclose([abs(entry.value) for entry in weight.entries.largest], values[:4])
    for entry, whole in zip(weight.entries.largest, weight.sums, strict=True):
        assert math.isclose(whole.total, entry.value, rel_tol=1e-10, abs_tol=1e-15)
    named = sum(entry.value for entry in weight.entries.largest)
    assert math.isclose(named + weight.entries.rest, layer.gradients["weight"].sum(), rel_tol=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"row": 4}, "example 4 is not among the 4"),
        ({"row": -1}, "example -1"),
        ({"place": (6,)}, r"has no neuron 6: its output has shape \(6,\)"),
        ({"place": (0, 0)}, "has no neuron 0, 0"),
    ],
)
def test_a_detail_of_what_is_not_there(ask: Any, options: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        backpropagation.explain_layer(account_for(ask(MODEL, (3,))), "hidden", **options)


@pytest.mark.parametrize("role", ["weight", "bias"])
def test_examples_parts_of_a_gradient_average_to_it_and_add_up(ask: Any, role: str) -> None:
    account = account_for(ask(PICTURES, (5, 5, 1), batch=3))
    every = [backpropagation.explain_gradient(account, "conv", role, row=row, top=99) for row in range(3)]
    gradient = account.layer("conv").gradients[role]
    mean = np.zeros(gradient.shape)
    for detail in every:
        for entry, whole in zip(detail.entries.largest, detail.sums, strict=True):
            assert math.isclose(whole.total, entry.value, rel_tol=1e-9, abs_tol=1e-15)
            mean[entry.place] += whole.total / 3
    np.testing.assert_allclose(mean, gradient, rtol=1e-10)
    whole = backpropagation.explain_gradient(account, "conv", role, top=2)
    assert whole.entries.largest[0].value == gradient.ravel()[np.abs(gradient).argmax()]
    with pytest.raises(SpecError, match="unknown array of layer 'conv' 'wieght': did you mean 'weight'"):
        backpropagation.explain_gradient(account, "conv", "wieght")


def test_nudges_of_a_batch_are_the_mean_of_its_examples(ask: Any) -> None:
    account = account_for(ask(MODEL, (3,)))
    mean = backpropagation.neuron_nudges(account, "hidden", (1,), row=None)
    np.testing.assert_allclose(mean.weight_nudges, -account.layer("hidden").gradients["weight"][:, 1])
    assert mean.bias_nudge is not None
    assert math.isclose(mean.bias_nudge, -account.layer("hidden").gradients["bias"][1], rel_tol=1e-12)
    assert math.isclose(mean.activation, account.layer("hidden").activation[:, 1].mean(), rel_tol=1e-12)
    np.testing.assert_allclose(
        mean.activation_nudges, mean.bias_nudge * account.layer("hidden").params["weight"][:, 1], rtol=1e-12
    )


def test_weights_are_wanted_in_proportion_to_activations_and_activations_to_weights(ask: Any) -> None:
    account = account_for(ask(MODEL, (3,)))
    nudges = backpropagation.neuron_nudges(account, "output", (2,), row=1)
    behind = account.layer("hidden").activation[1]
    p = account.cost.outputs[1, 2] - account.cost.targets[1, 2]
    np.testing.assert_allclose(nudges.weight_nudges, -p * behind)
    np.testing.assert_allclose(nudges.activation_nudges, -p * account.layer("output").params["weight"][:, 2])
    assert nudges.bias_nudge is not None
    assert math.isclose(nudges.bias_nudge, -p, rel_tol=1e-12)
    every = [backpropagation.neuron_nudges(account, "output", (k,), row=1).activation_nudges for k in range(3)]
    np.testing.assert_allclose(np.sum(every, axis=0), -account.layer("hidden").activation_gradient[1])


def test_an_example_wants_its_class_up_and_the_others_down(ask: Any) -> None:
    account = account_for(ask(MODEL, (3,), loss=SquaredErrorSpec(over_outputs="sum")))
    for row, truth in enumerate(account.problem.targets):
        nudges = backpropagation.output_nudges(account, row).nudges
        assert np.array_equal(nudges > 0, np.arange(3) == truth)
    mean = backpropagation.output_nudges(account)
    np.testing.assert_allclose(mean.nudges, -account.cost.output_gradient.mean(axis=0))


def test_a_layer_without_weights_has_no_nudges(ask: Any) -> None:
    with pytest.raises(
        SpecError, match=r"'flat' \(flatten\) states no weighted sum .* name one that does: conv, output"
    ):
        backpropagation.neuron_nudges(account_for(ask(PICTURES, (5, 5, 1))), "flat", (0,))


def test_the_most_effective_weight_moves_the_cost_most(ask: Any) -> None:
    """Move every number of the network by the same small amount: the named ones, in their order, move the cost most."""
    problem = ask(MODEL, (3,))
    base, h, moves = cost_at(problem, problem.params), 1e-6, {}
    for layer, own in problem.params.items():
        for role, array in own.items():
            for place in np.ndindex(array.shape):
                moved = jax.tree.map(np.copy, problem.params)
                moved[layer][role][place] += h
                moves[layer, role, place] = abs(cost_at(problem, moved) - base)
    best = backpropagation.most_effective(account_for(problem), top=3)
    assert [(each.layer, each.role, each.place) for each in best] == sorted(moves, key=lambda key: -moves[key])[:3]
    assert best[0].value == problem.params[best[0].layer][best[0].role][best[0].place]
    assert math.isclose(
        sum(each.share for each in backpropagation.most_effective(account_for(problem), top=10**6)), 1.0
    )


def test_agreement_is_that_of_the_examples_gradients(ask: Any) -> None:
    problem = ask(MODEL, (3,), batch=6)
    account = account_for(problem)
    told = backpropagation.measure_agreement(account)
    rows = [account_for(problem.rows(slice(n, n + 1))).gradients for n in range(6)]
    table = np.array([np.concatenate([a.ravel() for own in row.values() for a in own.values()]) for row in rows])
    mean = table.mean(axis=0)
    np.testing.assert_allclose(told.norms, np.linalg.norm(table, axis=1))
    np.testing.assert_allclose(told.cosines, table @ mean / np.linalg.norm(table, axis=1) / np.linalg.norm(mean))
    variance = table.var(axis=0, ddof=1).sum()
    assert math.isclose(told.signal_to_noise, np.linalg.norm(mean) / math.sqrt(variance), rel_tol=1e-12)
    assert math.isclose(told.expected_norm, math.sqrt(variance / 6), rel_tol=1e-12)
    alone = backpropagation.measure_agreement(account_for(problem.rows(slice(0, 1))))
    assert math.isnan(alone.signal_to_noise)
    np.testing.assert_allclose(alone.cosines, [1.0])


def test_examples_that_are_the_same_agree_wholly(ask: Any) -> None:
    problem = ask(MODEL, (3,), batch=3)
    problem.inputs[:] = problem.inputs[0]
    problem.targets[:] = problem.targets[0]
    told = backpropagation.measure_agreement(account_for(problem))
    np.testing.assert_allclose(told.cosines, np.ones(3))
    assert told.expected_norm < 1e-12


def test_an_update_is_foretold_while_it_is_small(ask: Any) -> None:
    problem = ask(MODEL, (3,))
    account = account_for(problem)
    update = backpropagation.follow_update(account)
    assert math.isclose(update.cost, account.mean_cost, rel_tol=1e-12)
    for k in (0, 20, 40):
        rate = update.learning_rates[k]
        moved = jax.tree.map(lambda a, g: a - rate * g, problem.params, account.gradients)  # noqa: B023
        assert math.isclose(update.actual[k], cost_at(problem, moved) - update.cost, rel_tol=1e-8, abs_tol=1e-14)
    np.testing.assert_allclose(update.actual[0], update.predicted[0], rtol=0.01)
    missed = np.abs(update.actual - update.predicted) / np.abs(update.predicted)
    assert missed[update.learning_rates <= update.trusted_to].max() <= 0.1
    after = np.flatnonzero(update.learning_rates > update.trusted_to)[0]
    assert missed[after] > 0.1
    curved = np.abs(update.actual - update.second_order)
    assert np.all(curved[:12] <= np.abs(update.actual - update.predicted)[:12])


def test_a_parabola_is_foretold_by_second_order_to_the_end(ask: Any) -> None:
    """One linear neuron with squared error: the cost is a parabola in the step, and rises from 2 / curvature on."""
    account = account_for(ask((DenseSpec(name="output"),), (2,), loss=SquaredErrorSpec(), classes=0))
    update = backpropagation.follow_update(account)
    np.testing.assert_allclose(update.actual, update.second_order, rtol=1e-6, atol=1e-12)
    limit, rates = 2.0 / update.curvature, update.learning_rates
    assert update.rises_from >= limit * (1 - 1e-9)
    assert rates[rates < update.rises_from][-1] <= limit * (1 + 1e-9)
    assert math.isclose(update.best, 1.0 / update.curvature, rel_tol=0.2)


@pytest.mark.parametrize("rates", [[0.0, 1.0], [0.1, 0.1], [], [1.0, math.inf]])
def test_rates_that_are_none_are_refused(ask: Any, rates: list) -> None:
    with pytest.raises(SpecError, match="must be positive and rise"):
        backpropagation.follow_update(account_for(ask(MODEL, (3,))), np.array(rates))


def test_the_gradient_vanishes_through_sigmoids_and_does_not_through_relus_of_he(ask: Any) -> None:
    def factor(activation: Any, initializer: Any, seed: int) -> float:
        hidden = DenseSpec(units=30, activation=activation, initializer=initializer)
        return backpropagation.through_depth(
            account_for(ask((*[hidden] * 6, DenseSpec()), (30,), batch=8, seed=seed))
        ).factor_per_layer

    sigmoids = [factor("sigmoid", "glorot-uniform", seed) for seed in range(5)]
    relus = [factor("relu", "he-normal", seed) for seed in range(5)]
    assert max(sigmoids) < 0.6
    assert min(relus) > 0.8


def test_the_norms_through_depth_are_those_of_the_gradients(ask: Any) -> None:
    account = account_for(ask(MODEL, (3,)))
    depth = backpropagation.through_depth(account)
    assert depth.names == ("hidden", "output")
    assert math.isclose(float((depth.gradient_norms**2).sum()), account.gradient_norm**2, rel_tol=1e-12)
    lengths = np.linalg.norm(account.cost.delta, axis=1)
    assert math.isclose(depth.deltas[1], np.sqrt((lengths**2).mean()), rel_tol=1e-12)


def test_with_batch_norm_in_training_examples_are_tied_together(ask: Any) -> None:
    """An example alone in its batch sends nothing back through batch norm, though its rows in a batch do."""
    model = (DenseSpec(name="hidden", units=4), BatchNormSpec(name="norm"), DenseSpec(name="output"))
    together = account_for(ask(model, (3,), batch=4, is_training=True))
    alone = account_for(together.problem.rows(slice(0, 1)))
    assert np.abs(together.layer("hidden").delta[0]).max() > 1e-3
    np.testing.assert_allclose(alone.layer("hidden").delta, 0.0, atol=1e-12)
