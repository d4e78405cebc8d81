"""Accounts beside JAX's automatic differentiation and central differences, through whole networks."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from descentlab.backpropagation import Account, Check, account_for, check
from descentlab.backpropagation._dense import DenseStep
from descentlab.objectives import Task
from descentlab.spec import (
    AbsoluteErrorSpec,
    ActivationName,
    ActivationSpec,
    AnyLayerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    BinaryCrossEntropySpec,
    Conv2DSpec,
    CrossEntropySpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    GlobalAvgPool2DSpec,
    HeadSpec,
    LayerNormSpec,
    LossSpec,
    MaxPool2DSpec,
    PReLUSpec,
    ResidualSpec,
    SquaredErrorSpec,
    every_layer,
)
from tests.objectives.in_torch import CODED, PAIRED, Case


def checked(account: Account, **options: Any) -> Check:
    """Check an account, and see that every array was compared and all agree."""
    found = check(account, **options)
    assert found.agrees, [each for each in found.arrays if not each.agrees]
    assert found.autodiff < 1e-6
    assert found.central_differences < 1e-6
    assert {(each.layer, each.of) for each in found.arrays} >= {
        (layer, role) for layer, own in account.gradients.items() for role in own
    }
    return found


PICTURE = (7, 6, 2)
INNER = (Conv2DSpec(filters=3, activation="tanh"), ActivationSpec(function="silu"))
ALL_KINDS: dict[str, tuple[tuple[AnyLayerSpec, ...], tuple[int, ...]]] = {
    "pictures": (
        (
            Conv2DSpec(filters=3, kernel=(3, 2), activation="gelu", padding="valid"),
            MaxPool2DSpec(window=(2, 2), stride=(1, 1)),
            PReLUSpec(),
            ResidualSpec(layers=INNER),
            DropoutSpec(rate=0.3),
            AvgPool2DSpec(),
            FlattenSpec(),
            DenseSpec(),
        ),
        PICTURE,
    ),
    "vectors": (
        (
            DenseSpec(units=5, activation="leaky-relu"),
            LayerNormSpec(),
            ResidualSpec(layers=(DenseSpec(units=5, activation="relu"), DropoutSpec(rate=0.5))),
            BatchNormSpec(),
            DenseSpec(units=4, activation="sigmoid", multiplier=0.5),
            DenseSpec(),
        ),
        (3,),
    ),
}


def test_all_kinds_of_layers_are_tried() -> None:
    kinds = {spec.model_fields["kind"].default for spec in get_args(get_args(AnyLayerSpec)[0])}
    assert set(KINDS) == kinds, "give each kind an entry in KINDS, below"
    tried = {spec.kind for model, _ in ALL_KINDS.values() for spec in (*model, *every_layer(model))}
    # A mean over all places is tried by itself.
    assert tried | {"global-avg-pool2d"} == kinds, "put each kind into a network of ALL_KINDS, above"


def test_a_network_may_begin_with_a_residual_block(ask: Any) -> None:
    inner = ResidualSpec(layers=(DenseSpec(units=3, activation="tanh"),))
    found = checked(account_for(ask((ResidualSpec(layers=(inner, DenseSpec(units=3))), DenseSpec()), (3,))))
    assert found.arrays[-1].layer == "inputs"


@pytest.mark.parametrize("name", ALL_KINDS)
def test_all_kinds_of_layers_in_one_network(ask: Any, name: str) -> None:
    model, shape = ALL_KINDS[name]
    checked(account_for(ask(model, shape, batch=3, is_training=True)), num_samples=150)


ALL_ZERO: dict[str, Any] = {"initializer": "zeros"}
ALL_THE_SAME: dict[str, Any] = {"initializer": "constant", "initial_value": 0.3, "initial_bias": -0.1}
FAR_TOO_LARGE: dict[str, Any] = {
    "initializer": "normal", "initial_range": 20.0, "bias_initializer": "uniform", "initial_bias_range": 5.0
}  # fmt: skip


@pytest.mark.parametrize(
    ("function", "initial"), [("tanh", ALL_ZERO), ("relu", ALL_ZERO), ("relu", ALL_THE_SAME), ("tanh", FAR_TOO_LARGE)]
)
def test_initial_weights_that_learn_nothing_have_the_right_gradients(
    ask: Any, function: ActivationName, initial: dict[str, Any]
) -> None:
    hidden = DenseSpec(units=4, activation=function, **initial)
    problem = ask((hidden, LayerNormSpec(initial_gain=0.0), hidden, DenseSpec(**initial)), (3,))
    checked(account_for(replace(problem, params=problem.network.draw(0))))


@settings(max_examples=2)
@given(
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 6)),
    activation=st.sampled_from(get_args(ActivationName)),
    batch=st.integers(1, 6),
    seed=st.integers(0, 2**31),
)
def test_small_networks_to_the_last_weight(
    ask: Any, sizes: tuple[int, int], activation: ActivationName, batch: int, seed: int
) -> None:
    model = (DenseSpec(units=sizes[1], activation=activation), DenseSpec())
    account = account_for(ask(model, sizes[:1], batch=batch, seed=seed))
    found = checked(account, num_samples=10_000)
    assert found.num_checked + found.num_kinks == sum(each.size for each in found.arrays)


def test_the_largest_of_each_array_stand_beside_each_other(ask: Any) -> None:
    account = account_for(ask((DenseSpec(name="hidden", units=5, activation="tanh"), DenseSpec()), (3,)))
    for each in check(account).arrays:
        assert 0 < len(each.entries) <= 6
        assert abs(each.entries[0].ours) == each.largest
        for entry in each.entries:
            assert entry.autodiff == pytest.approx(entry.ours, rel=1e-9, abs=1e-12)
            assert entry.difference == pytest.approx(entry.ours, rel=1e-6, abs=1e-9)
    weight = next(each for each in check(account).arrays if (each.layer, each.of) == ("hidden", "weight"))
    gradient = account.layer("hidden").gradients["weight"]
    assert [gradient[entry.place] for entry in weight.entries] == [entry.ours for entry in weight.entries]


def test_a_wrong_rule_is_found_out(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a tool that changes the weights before it sends the error down through them: off by a quarter."""
    problem = ask((DenseSpec(name="hidden", units=4, activation="tanh"), DenseSpec(name="output")), (3,))
    below = DenseStep.below
    monkeypatch.setattr(DenseStep, "below", lambda step, delta: below(step, delta) * (1.0 + 2e-6))
    found = check(account_for(problem))
    assert not found.agrees
    wrong = {(each.layer, each.of) for each in found.arrays if not each.agrees}
    assert ("hidden", "weight") in wrong
    assert ("output", "weight") not in wrong
    assert "do not agree" in " ".join(found.sentences())


def test_a_number_that_is_none_does_not_agree(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = ask((DenseSpec(name="output"),), (3,))
    monkeypatch.setattr(DenseStep, "below", lambda *_: np.full((4, 3), np.nan))
    found = check(account_for(problem))
    assert not found.agrees
    assert np.isnan(found.autodiff)


def test_ties_and_corners_follow_the_network_and_are_left_out_of_differences(ask: Any) -> None:
    """A blank picture: every window of the pooling ties, and a ReLU without bias stands at 0."""
    model = (
        Conv2DSpec(filters=2, initial_bias=0.5),
        MaxPool2DSpec(),
        FlattenSpec(),
        DenseSpec(units=3, activation="relu", bias=False),
        PReLUSpec(),
        DenseSpec(units=3, activation="elu", bias=False),
        DenseSpec(),
    )
    problem = ask(model, (4, 4, 1), batch=2)
    problem.inputs[:] = 0.0
    problem.params["conv2d1"]["bias"][:] = 0.0
    found = checked(account_for(problem), num_samples=10_000)
    assert found.num_kinks > 0
    assert "kink" in " ".join(found.sentences())


def test_derivatives_below_what_float64_can_see_are_said_to_be(ask: Any) -> None:
    model = (*[DenseSpec(units=1, activation="sigmoid") for _ in range(12)], DenseSpec())
    account = account_for(ask(model, (1,), loss=SquaredErrorSpec(), classes=2, batch=1))
    found = checked(account)
    hidden = [each for each in found.arrays if not each.is_resolved]
    assert hidden
    assert max(each.largest for each in hidden) < 1e-6
    assert "too small" in " ".join(found.sentences())


ACTIVATIONS = get_args(ActivationName)
KINDS: dict[str, Any] = {
    "dense": lambda draw: DenseSpec(units=draw(1, 5), multiplier=draw(1, 4) / 2),
    "activation": lambda draw: ActivationSpec(function=ACTIVATIONS[draw(0, len(ACTIVATIONS) - 1)]),
    "prelu": lambda draw: PReLUSpec(initial_slope=draw(-2, 4) / 4),
    "dropout": lambda draw: DropoutSpec(rate=draw(1, 8) / 10),
    "batch-norm": lambda _: BatchNormSpec(),
    "layer-norm": lambda _: LayerNormSpec(),
    "residual": lambda _: ResidualSpec(layers=(ActivationSpec(function="silu"), LayerNormSpec())),
    "conv2d": lambda draw: Conv2DSpec(
        filters=draw(1, 3), kernel=(draw(1, 3), draw(1, 3)), stride=(draw(1, 2), draw(1, 3)),
        dilation=(draw(1, 2), draw(1, 2)), padding="same" if draw(0, 1) else "valid",
    ),
    "max-pool2d": lambda draw: MaxPool2DSpec(window=(draw(1, 3), draw(1, 3)), stride=(draw(1, 3), draw(1, 3))),
    "avg-pool2d": lambda draw: AvgPool2DSpec(window=(draw(1, 3), draw(1, 3)), stride=(draw(1, 3), draw(1, 3))),
    "global-avg-pool2d": lambda _: GlobalAvgPool2DSpec(),
    "flatten": lambda _: FlattenSpec(),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4)
@given(data=st.data(), batch=st.integers(2, 5), seed=st.integers(0, 2**31), is_training=st.booleans())
def test_each_kind_of_layer(ask: Any, kind: str, data: Any, batch: int, seed: int, is_training: bool) -> None:
    draw = lambda low, high: data.draw(st.integers(low, high))
    is_flat = kind == "dense"
    shape = (draw(2, 6),) if is_flat else (draw(5, 8), draw(5, 8), draw(1, 3))
    before = DenseSpec(units=4, activation="gelu") if is_flat else Conv2DSpec(filters=2, activation="gelu")
    is_row = kind in ("dense", "flatten", "global-avg-pool2d")
    model = (before, KINDS[kind](draw), *(() if is_row else (FlattenSpec(),)), DenseSpec())
    checked(account_for(ask(model, shape, batch=batch, seed=seed, is_training=is_training)))


TRIED = [case for case in (*PAIRED, *CODED) if case.fits or case.task == Task("classes", 4)]


@pytest.mark.slow
@pytest.mark.parametrize("case", TRIED, ids=str)
def test_each_loss_after_each_head(ask: Any, case: Case) -> None:
    place = TRIED.index(case)
    activation = ACTIVATIONS[place % len(ACTIVATIONS)]
    model = (DenseSpec(units=5, activation=activation), DenseSpec(units=4, activation="tanh"), DenseSpec())
    problem = ask(model, (3,), loss=case.loss, head=case.head, task=case.task, batch=1 + place % 6, seed=place)
    account = account_for(problem)
    # A cost that is no number (cross-entropy of outputs that sum to 0) has no derivative to check.
    if np.all(np.isfinite(account.cost.costs)):
        checked(account)


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        (CrossEntropySpec(), "linear"),
        (CrossEntropySpec(), "relu"),
        (BinaryCrossEntropySpec(over_outputs="mean"), "exponential"),
        (AbsoluteErrorSpec(), "tanh"),
    ],
)
def test_an_unusual_loss_after_an_unusual_head(ask: Any, loss: LossSpec, activation: Any) -> None:
    # Not all outputs of a ReLU are 0, as they would have no shares.
    model = (DenseSpec(units=4, activation="tanh"), DenseSpec(initial_bias=1.0))
    head, task = HeadSpec(activation=activation), Task("classes", 4)
    checked(account_for(ask(model, (3,), loss=loss, head=head, task=task, batch=3, seed=4)))


@pytest.mark.slow
@pytest.mark.parametrize("activation", get_args(ActivationName))
@settings(max_examples=2)
@given(batch=st.integers(1, 4), seed=st.integers(0, 2**31))
def test_each_activation(ask: Any, activation: ActivationName, batch: int, seed: int) -> None:
    model = (Conv2DSpec(filters=2, activation=activation), FlattenSpec(), DenseSpec(units=4, activation=activation))
    checked(account_for(ask((*model, DenseSpec()), (4, 5, 1), batch=batch, seed=seed)))
