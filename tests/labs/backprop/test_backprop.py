"""Back-propagation from Python: beside PyTorch, through any kind of layer, and what is said of depth and of nothing."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.labs.backprop._backprop import declare
from descentlab.labs.backprop._measured import Backprop
from descentlab.results import Result

DEEP = [{"kind": "dense", "units": 24, "activation": "tanh"}] * 6 + [{"kind": "dense"}]
PICTURES = [
    {"kind": "residual", "layers": [{"kind": "conv2d", "filters": 1, "activation": "tanh"}]},
    {"kind": "conv2d", "filters": 13, "activation": "gelu"},
    {"kind": "batch-norm"},
    {"kind": "max-pool2d"},
    {"kind": "dropout", "rate": 0.4},
    {"kind": "avg-pool2d"},
    {"kind": "activation", "function": "silu"},
    {"kind": "layer-norm"},
    {"kind": "global-avg-pool2d"},
    {"kind": "dense", "units": 25, "activation": "relu"},
    {"kind": "dense"},
]


def ask(what: Any, **options: Any) -> Result[Backprop]:
    return dl.backprop(what, report=False, **options)


def test_every_kind_of_layer_has_its_page_words_and_numbers() -> None:
    result = ask("digits", set={"model": PICTURES}, batch="0:4", example=2, train_mode=True)
    assert result.measured.check is not None
    assert result.measured.check.agrees
    page = result.to_page()
    for layer in result.measured.account.layers:
        assert f"{layer.name} ({layer.kind}): forward" in page
        assert f"{layer.name} ({layer.kind}): back" in page
    assert "12 of 13" in page
    names = {layer.name for layer in result.measured.account.layers}
    assert f"\n{result.measured.account.layers[-1].name}[" in str(result)
    assert "## Through depth" in result.to_markdown()
    tables = result.to_json()["tables"]
    assert {row["layer"] for row in tables["layers"]} == {"inputs", *names}
    assert {row["layer"] for row in tables["arrays"]} == {"loss", *names}


@pytest.mark.parametrize("what", ["plane", "circle"])
def test_one_output_is_enough(what: str) -> None:
    result = ask(what, batch=(0, 3), example=1)
    assert result.measured.check is not None
    assert result.measured.check.agrees
    assert result.measured.row == 1
    assert "The update" in result.to_page()


def test_names_of_strangers_stay_words(home: Path) -> None:
    evil = "<script>alert(1)</script>"
    table = pd.DataFrame({f"{evil}{k}": np.arange(40.0) * (k + 1) % 7 for k in range(3)})
    table["kind"] = np.array([evil, "$\\x$|`b`"])[np.arange(40) % 2]
    table.to_csv("evil.csv", index=False)
    run = dl.train("evil.csv", "kind", epochs=1, hidden=[3], report=False)
    result = dl.backprop(run, batch=(0, 3))
    assert result.path is not None
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<script>") == 1
    assert "<script>" not in result.to_markdown()
    assert "|`b`" not in result.to_markdown()


def test_a_run_on_what_was_in_memory_tells_what_can_still_be_shown(run: dl.Run) -> None:
    with pytest.raises(RunError, match=r"give the inputs yourself.*input=.*truth="):
        dl.backprop(run)
    result = dl.backprop(run, input=[0.1, 0.2, 1.0, 0.0, 0.0], truth="rose", report=False)
    assert result.measured.check is not None
    assert result.measured.check.agrees
    assert "typed" in result.to_page()


def test_what_parts_is_marked(home: Path) -> None:
    result = ask("iris", example=0)
    assert result.measured.check is not None
    assert "DIFFER" not in str(result)
    arrays = tuple(
        dataclasses.replace(each, autodiff=0.25) if (each.layer, each.of) == ("hidden", "weight") else each
        for each in result.measured.check.arrays
    )
    check = dataclasses.replace(result.measured.check, arrays=arrays)
    wrong = declare(dataclasses.replace(result.measured, check=check), {"account": 1.0})
    assert "DIFFER" in str(wrong)
    page = wrong.to_page()
    # The layer in the table of layers; the array in the check of its step, and its three numbers there.
    assert page.count('<tr class="bad">') == 1 + 1 + 3
    assert "✗ differ" in page
    (claim,) = (statement for statement in wrong.statements if statement.text.startswith("Checked"))
    assert claim.state == "does not hold"
    assert "They do not agree to 1e-06: hidden/weight." in claim.text
    assert page.count('class="mark-bad"') == 1
    assert "Here the three ways differ" in page
    assert 'class="bad"' not in result.to_page()


def test_without_the_check_nothing_is_claimed() -> None:
    result = ask("iris", example=0, check=False)
    assert result.measured.check is None
    assert "not checked" in result.to_page()
    assert "checks" not in result.to_json()["tables"]
    assert "agree" not in str(result)


def test_where_nothing_moves_the_cost_that_is_said() -> None:
    off = [{"kind": "dense", "units": 2, "activation": "relu", "initial_bias": -1e3}, {"kind": "dense", "bias": False}]
    result = ask("plane", example=0, set={"model": off})
    assert result.measured.account.gradient_norm == 0.0
    assert "No weight moves the cost: every derivative is 0." in result.sentences
    assert "The update" in result.to_page()
    summary = result.to_json()["tables"]["summary"]
    assert summary["trusted_to"] == pytest.approx(result.measured.update.learning_rates[-1])


def test_a_tiny_gradient_has_its_page_too() -> None:
    """Its length is written with a power of ten, which is squared."""
    tiny = [{"kind": "dense", "units": 2}, {"kind": "dense", "multiplier": 1e-6, "bias": False}]
    result = ask("plane", example=0, set={"model": tiny})
    assert 0.0 < result.measured.update.gradient_norm < 1e-5
    assert "The update" in result.to_page()
    assert ")^2=" in result.to_markdown()


@pytest.mark.parametrize("function", ["sigmoid", "relu"])
def test_variants_are_the_accounts_of_networks_built_so(function: str) -> None:
    name, initializer = {"sigmoid": ("sigmoid, Glorot", "glorot-uniform"), "relu": ("ReLU, He", "he-normal")}[function]
    result = ask("digits", example=5, set={"model": [{"kind": "flatten"}, *DEEP]}, check=False)
    hidden = {"kind": "dense", "units": 24, "activation": function, "initializer": initializer}
    other = ask(
        "digits", example=5, set={"model": [{"kind": "flatten"}, *[hidden] * 6, {"kind": "dense"}]}, check=False
    ).measured
    variant = next(each for each in result.measured.variants if each.name == name)
    np.testing.assert_allclose(variant.depth.deltas, other.depth.deltas, rtol=1e-12)
    np.testing.assert_allclose(variant.depth.gradient_norms, other.depth.gradient_norms, rtol=1e-12)
    # Built so itself, it does not stand beside itself.
    assert [each.name for each in other.variants if not each.key] == [f"this network ({name})"]
    assert len(other.variants) == 2


def test_sigmoids_let_the_gradient_vanish_and_relus_of_he_keep_it() -> None:
    result = ask("digits", batch=(0, 8), set={"model": [{"kind": "flatten"}, *DEEP]}, check=False)
    own, sigmoid, relu = (each.depth for each in result.measured.variants)
    assert sigmoid.factor_per_layer < 0.5
    assert relu.factor_per_layer > 0.7
    assert relu.deltas[0] > 100 * sigmoid.deltas[0]
    tables = result.to_json()["tables"]
    for column, depth in (("delta", own), ("delta_sigmoid", sigmoid), ("delta_relu", relu)):
        assert [row[column] for row in tables["depth"]] == depth.deltas.tolist()
    assert [row["network"] for row in tables["variants"][1:]] == ["sigmoid, Glorot", "ReLU, He"]
    assert f"{sigmoid.factor_per_layer:.3g} per layer with sigmoid, Glorot" in result.sentences[-1]
    assert "ReLU, He" in result.to_page()


def test_a_linear_network_has_no_variants() -> None:
    result = ask("iris", example=0, set={"model": [{"kind": "dense", "units": 4}, {"kind": "dense"}]}, check=False)
    assert len(result.measured.variants) == 1
    assert not [text for text in result.sentences if "Glorot" in text]


def test_a_trained_network_is_set_beside_itself_at_initial_weights() -> None:
    trained = ask("iris", example=0, epochs=2, check=False).measured
    first = ask("iris", example=0, check=False).measured
    assert trained.variants[0].name == "this network, after 2 epochs of training"
    np.testing.assert_array_equal(trained.variants[1].depth.deltas, first.variants[1].depth.deltas)
    assert not np.array_equal(trained.variants[0].depth.deltas, first.variants[0].depth.deltas)


@pytest.mark.data
def test_the_convolutional_network_on_a_digit_is_pytorch_s(data_dir: Path) -> None:
    result = ask("mnist-cnn", batch=(0, 2), check=False)
    layers = {layer.name: layer for layer in result.measured.account.layers}
    weights = {
        name: [torch.tensor(layers[name].params[role], requires_grad=True) for role in ("weight", "bias")]
        for name in ("conv1", "conv2", "output")
    }
    x = torch.tensor(result.measured.account.problem.inputs).permute(0, 3, 1, 2)
    for name in ("conv1", "conv2"):
        kernel, bias = weights[name]
        x = torch.relu(torch.nn.functional.conv2d(x, kernel.permute(3, 2, 0, 1), bias))
        x = torch.nn.functional.max_pool2d(x, 2)
    logits = x.permute(0, 2, 3, 1).flatten(1) @ weights["output"][0] + weights["output"][1]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(result.measured.chosen.targets.astype(np.int64)))
    loss.backward()
    assert math.isclose(loss.item(), result.measured.account.mean_cost, rel_tol=1e-10)
    for name, (kernel, bias) in weights.items():
        for role, own in (("weight", kernel), ("bias", bias)):
            theirs = own.grad
            assert theirs is not None
            scale = float(theirs.abs().max())
            np.testing.assert_allclose(layers[name].gradients[role], theirs.numpy(), atol=1e-10 * scale)
    page = result.to_page()
    assert "of 32" in page


@pytest.mark.data
@pytest.mark.slow
def test_the_convolutional_network_on_a_digit_agrees_in_three_ways(data_dir: Path) -> None:
    result = ask("mnist-cnn", example=3)
    assert result.measured.check is not None
    assert result.measured.check.agrees
    assert result.measured.check.autodiff < 1e-6
    assert result.measured.check.central_differences < 1e-6
    for detail in result.measured.every_detail:
        assert math.isclose(detail.output.total, detail.preactivation, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"example": 10**6}, "there is no example 1000000"),
        ({"layer": "input"}, r"unknown layer 'input'.* Choices: hidden, output"),
        ({"samples": 0}, "samples=0"),
        ({"batch": (3, 3)}, "holds no examples"),
        ({"learning_rates": []}, "learning rates must be positive"),
    ],
)
def test_bad_questions_are_refused(options: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        ask("iris", check=False, **options)
