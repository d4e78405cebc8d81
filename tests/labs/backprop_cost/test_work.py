"""Multiply-adds against hand counts, against PyTorch's own counter, and against what XLA counts."""

from typing import Literal

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from descentlab.labs.backprop_cost.measure import count_by_xla, count_work
from descentlab.networks import build_network
from descentlab.spec import (
    AdamSpec,
    AnyOptimizerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    FlattenSpec,
    MaxPool2DSpec,
    MomentumSpec,
    NesterovSpec,
    ResidualSpec,
    SgdSpec,
)
from tests.labs.backprop_cost.conftest import CaseMaker

pytestmark = pytest.mark.shipped


def torch_flops(network: nn.Module, inputs: torch.Tensor) -> tuple[int, int]:
    """Count a network's operations forward, and back, by PyTorch: 2 a multiply-add, of products alone."""
    with FlopCounterMode(display=False) as forward:
        loss = network(inputs).square().mean()
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    return forward.get_total_flops(), backward.get_total_flops()


def test_dense_layers_are_counted_as_pytorch_counts_them() -> None:
    network = build_network([DenseSpec(units=16, activation="relu"), DenseSpec(units=7), DenseSpec()], (20,), 3)
    peer = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 7), nn.Linear(7, 3))
    work = count_work(network, SgdSpec(), batch_size=5)
    forward, backward = torch_flops(peer, torch.zeros(5, 20))
    assert (2 * 5 * work.forward, 2 * 5 * work.backward) == (forward, backward)
    assert [layer.forward for layer in work.layers] == [20 * 16, 16 * 7, 7 * 3]
    assert [layer.input_gradient for layer in work.layers] == [0, 16 * 7, 7 * 3]


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel", [(3, 3), (1, 5)])
def test_convolutions_and_poolings_are_counted_as_pytorch_counts_them(
    padding: Literal["same", "valid"], kernel: tuple[int, int]
) -> None:
    convolution = Conv2DSpec(filters=6, kernel=kernel, padding=padding)
    model = [convolution, MaxPool2DSpec(), Conv2DSpec(filters=4), AvgPool2DSpec(), FlattenSpec(), DenseSpec()]
    network = build_network(model, (12, 12, 2), 3)
    peer = nn.Sequential(
        nn.Conv2d(2, 6, kernel, padding=padding), nn.MaxPool2d(2), nn.Conv2d(6, 4, 3, padding="same"), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(network.layers[-1].input_shape[0], 3),
    )  # fmt: skip
    work = count_work(network, SgdSpec(), batch_size=3)
    forward, backward = torch_flops(peer, torch.zeros(3, 2, 12, 12))
    assert (2 * 3 * work.forward, 2 * 3 * work.backward) == (forward, backward)
    assert work.layers[1].forward == work.layers[1].backward == 0


def test_a_residual_block_counts_as_its_layers_and_once() -> None:
    inner = (DenseSpec(units=8, activation="relu"), DenseSpec(units=8))
    plain = count_work(build_network([DenseSpec(units=8), *inner, DenseSpec()], (5,), 3), SgdSpec(), batch_size=2)
    block = count_work(
        build_network([DenseSpec(units=8), ResidualSpec(layers=inner), DenseSpec()], (5,), 3), SgdSpec(), batch_size=2
    )
    assert (plain.forward, plain.backward, plain.num_params) == (block.forward, block.backward, block.num_params)
    assert block.step == 2 * (block.forward + block.backward) + block.num_params


def test_batch_norm_multiplies_each_value_once_forward_and_thrice_back() -> None:
    work = count_work(build_network([DenseSpec(units=6), BatchNormSpec(), DenseSpec()], (4,), 3), SgdSpec(), 8)
    norm = work.layers[1]
    assert (norm.forward, norm.weight_gradient, norm.input_gradient, norm.num_params) == (6, 6, 12, 12)


def test_layers_below_the_first_that_learns_need_no_gradient_by_their_inputs() -> None:
    model = [AvgPool2DSpec(), FlattenSpec(), DenseSpec(units=3)]
    assert count_work(build_network(model, (4, 4, 1), 3), SgdSpec(), 1).input_gradient == 0


def test_xla_counts_two_operations_a_multiply_add_of_large_dense_layers(make_case: CaseMaker) -> None:
    case = make_case([DenseSpec(units=256, activation="relu"), DenseSpec(units=128), DenseSpec()], (784,), batch=128)
    work = count_work(case.network, case.optimizer, case.batch_size)
    done: list[tuple[int, int]] = []
    xla = count_by_xla(case, work, on_layer=lambda *now: done.append(now))
    whole = xla.whole
    assert whole.forward is not None
    assert whole.backward is not None
    # Biases, activations and the loss are a few hundredths of the products; nothing is missing.
    assert 1.0 < whole.forward / (2 * 128 * work.forward) < 1.01
    assert 1.0 < whole.backward / (2 * 128 * work.backward) < 1.03
    for layer in work.layers:
        counted = xla.layers[layer.name]
        assert counted.forward == pytest.approx(2 * 128 * layer.forward, rel=0.05)
        assert counted.backward == pytest.approx(2 * 128 * layer.backward, rel=0.1)
    assert done[-1] == (3, 3)


@pytest.mark.parametrize(
    ("rule", "per_weight"), [(SgdSpec(), 1), (MomentumSpec(), 2), (NesterovSpec(), 3), (SgdSpec(l2=0.1), 2)]
)
def test_an_update_is_what_xla_counts_of_it(make_case: CaseMaker, rule: AnyOptimizerSpec, per_weight: int) -> None:
    model = [DenseSpec(units=50, bias=False), DenseSpec(bias=False)]
    case = make_case(model, (40,), optimizer=rule)
    work = count_work(case.network, rule, case.batch_size)
    xla = count_by_xla(case, work, on_layer=lambda *_: None)
    assert work.update_per_weight == per_weight
    assert xla.update == pytest.approx(2 * work.update, rel=0.01)


def test_an_update_by_adam_is_within_a_half_of_what_xla_counts(make_case: CaseMaker) -> None:
    case = make_case([DenseSpec()], (40,), optimizer=AdamSpec(clip_norm=1.0))
    work = count_work(case.network, case.optimizer, case.batch_size)
    xla = count_by_xla(case, work, on_layer=lambda *_: None)
    assert xla.update is not None
    # Products, quotients and roots are ours; XLA adds the sums, and counts no root.
    assert 1.0 < xla.update / work.update < 2.0
