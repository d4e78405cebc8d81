"""`descentlab backprop` as a person types it: the account, its totals, its page, and what goes wrong."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from tests.cli.conftest import Descentlab, write_flowers


def every_sum(told: Any) -> Iterator[dict[str, Any]]:
    """Find every sum in an answer, however deep."""
    if isinstance(told, dict):
        if {"terms", "rest", "constants", "total"} <= set(told):
            yield told
        for each in told.values():
            yield from every_sum(each)
    elif isinstance(told, list):
        for each in told:
            yield from every_sum(each)


def assert_adds_up(told: dict[str, Any]) -> None:
    """See that no part of any total is lost, and that largest entries and rest are the array."""
    sums = list(every_sum(told))
    assert sums
    for each in sums:
        parts = [term["value"] for term in each["terms"]] + [each["rest"], *each["constants"].values()]
        assert math.isclose(math.fsum(parts), each["total"], rel_tol=1e-9, abs_tol=1e-12), each["name"]
        for term in each["terms"]:
            assert math.isclose(math.prod(term["factors"]), term["value"], rel_tol=1e-12)
    for layer in told["layers"]:
        arrays = {name: layer[name] for name in ("activation", "delta", "input_gradient")} | layer["gradients"]
        for name, array in arrays.items():
            parts = [entry["value"] for entry in array["largest"]] + [array["rest"]]
            assert math.isclose(math.fsum(parts), array["total"], rel_tol=1e-9, abs_tol=1e-12), name
            if array["values"] is not None:
                assert math.isclose(np.sum(array["values"]), array["total"], rel_tol=1e-9, abs_tol=1e-12)
    for detail in told["details"]:
        assert math.isclose(detail["output"]["total"], detail["preactivation"], rel_tol=1e-9, abs_tol=1e-12)
        product = detail["activation_gradient"] * detail["slope"]
        assert math.isclose(product, detail["delta"], rel_tol=1e-9, abs_tol=1e-15)


def assert_checked(told: dict[str, Any]) -> None:
    checks = told["checks"]
    assert checks["agrees"]
    assert max(checks["autodiff"], checks["central_differences"]) < 1e-6
    for array in checks["arrays"]:
        for entry in array["entries"]:
            assert math.isclose(entry["ours"], entry["autodiff"], rel_tol=1e-7, abs_tol=1e-9 * (1 + array["largest"]))


def values(layer: dict[str, Any], name: str) -> np.ndarray:
    return np.array(layer[name]["values"])


def test_iris_can_be_redone_by_hand_from_what_is_told(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("backprop", "iris", "--batch", "0:5", "--example", "3", "--json")
    assert (answer.code, answer.err) == (0, "")
    told = answer.json()
    assert_checked(told)
    assert_adds_up(told)
    hidden, output = told["layers"]
    w1, b1 = (np.array(hidden["params"][role]["values"]) for role in ("weight", "bias"))
    w2, b2 = (np.array(output["params"][role]["values"]) for role in ("weight", "bias"))
    x, y = values(hidden, "inputs"), np.array(told["targets"])
    z1 = x @ w1 + b1
    a1 = np.maximum(z1, 0.0)
    p = special.softmax(a1 @ w2 + b2, axis=1)
    np.testing.assert_allclose(told["costs"], -np.log(p[y > 0]), rtol=1e-12)
    d2 = p - y
    d1 = (d2 @ w2.T) * (z1 > 0)
    np.testing.assert_allclose(values(output, "delta"), d2, atol=1e-12)
    np.testing.assert_allclose(output["gradients"]["weight"]["values"], a1.T @ d2 / 5, atol=1e-12)
    np.testing.assert_allclose(hidden["gradients"]["weight"]["values"], x.T @ d1 / 5, atol=1e-12)
    np.testing.assert_allclose(hidden["gradients"]["bias"]["values"], d1.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(values(hidden, "input_gradient"), d1 @ w1.T, atol=1e-12)
    # What is wanted: of the outputs by the example and by the batch, of a neuron's weights by what is behind them.
    outputs = told["nudges"]["outputs"]
    np.testing.assert_allclose(outputs["example"]["logit_wishes"], -d2[3], atol=1e-12)
    np.testing.assert_allclose(outputs["mean"]["logit_wishes"], -d2.mean(axis=0), atol=1e-12)
    for neuron, delta, behind, weight in ((told["nudges"]["neurons"][0], d1, x, w1),
                                          (told["nudges"]["neurons"][1], d2, a1, w2)):  # fmt: skip
        j = neuron["place"][0]
        assert abs(delta[3, j]) == np.abs(delta[3]).max()
        assert math.isclose(neuron["example"]["bias"], -delta[3, j], rel_tol=1e-9)
        for each in neuron["example"]["inputs"]:
            i = int(each["of"][2:-1])
            assert math.isclose(each["weight_wish"], -delta[3, j] * behind[3, i], rel_tol=1e-9, abs_tol=1e-12)
            assert math.isclose(each["activation_wish"], -delta[3, j] * weight[i, j], rel_tol=1e-9, abs_tol=1e-12)
        for each in neuron["mean"]["inputs"]:
            i = int(each["of"][2:-1])
            mean = -(delta[:, j] * behind[:, i]).mean()
            assert math.isclose(each["weight_wish"], mean, rel_tol=1e-9, abs_tol=1e-12)
    # How far the examples agree.
    flat = np.array([np.concatenate([np.outer(x[n], d1[n]).ravel(), d1[n], np.outer(a1[n], d2[n]).ravel(), d2[n]])
                     for n in range(5)])  # fmt: skip
    mean = flat.mean(axis=0)
    cosines = flat @ mean / np.linalg.norm(flat, axis=1) / np.linalg.norm(mean)
    np.testing.assert_allclose(told["agreement"]["cosines"], cosines, rtol=1e-9)
    assert not list(home.iterdir())


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_a_chain_is_written_out_factor_by_factor(descentlab: Descentlab, depth: int) -> None:
    units = ",".join("1" * depth)
    answer = descentlab("backprop", "chain", "--hidden", units, "--input", "0.5", "--truth", "1", "--json")
    assert (answer.code, answer.err) == (0, "")
    told = answer.json()
    assert_checked(told)
    assert_adds_up(told)
    assert len(told["chain"]) == depth + 1
    a, sigma = [0.5], []
    for layer in told["layers"]:
        z = layer["params"]["weight"]["values"][0][0] * a[-1] + layer["params"]["bias"]["values"][0]
        a.append(1.0 / (1.0 + math.exp(-z)))
        sigma.append(a[-1] * (1.0 - a[-1]))
    assert math.isclose(told["cost"], (a[-1] - 1.0) ** 2, rel_tol=1e-12)
    towards = 2.0 * (a[-1] - 1.0)
    for k, step in enumerate(told["chain"]):
        number = depth + 1 - k
        assert step["number"] == number
        # The derivative that reaches z of this layer, from the last layer down.
        towards *= sigma[number - 1]
        assert math.isclose(step["weight"]["product"], towards * a[number - 1], rel_tol=1e-9)
        assert math.isclose(step["bias"]["product"], towards, rel_tol=1e-9)
        assert math.isclose(step["weight"]["product"], step["weight"]["value"], rel_tol=1e-9)
        assert len(step["weight"]["factors"]) == 2 * k + 3
        towards *= told["layers"][number - 1]["params"]["weight"]["values"][0][0]
        assert math.isclose(step["below"]["product"], towards, rel_tol=1e-9)


def test_words_tables_and_markdown_tell_the_same(descentlab: Descentlab, home: Path) -> None:
    words = ("backprop", "chain", "--hidden", "1", "--input", "0.5", "--truth", "1")
    told = descentlab(*words, "--json").json()
    answer = descentlab(*words, "--markdown", "account.md")
    assert (answer.code, answer.err) == (0, "")
    first = told["chain"][0]["weight"]
    numbers = " * ".join(f"{each['value']:.6g}" for each in first["factors"])
    assert f"∂C/∂w2 = a1 * σ'(z2) * 2 (a2 - y) = {numbers} = {first['product']:.6g}" in answer.out
    for part in ("Nudges of output[0]", "Through depth", "three ways", "Change of the cost by a step"):
        assert part in answer.out
    markdown = (home / "account.md").read_text(encoding="utf-8")
    assert r"$$\frac{\partial C}{\partial w^{(2)}}=a^{(1)}\cdot \sigma'(z^{(2)})\cdot 2(a^{(2)}-y)=" in markdown
    for part in ("## Nudges", "## Through depth", "## An update followed through"):
        assert part in markdown


def test_a_page_of_its_own_steps_through_every_layer(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("backprop", "iris", "--batch", "0:5", "--example", "3", "--html", "page.html")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.rstrip().endswith("report:   page.html")
    page = (home / "page.html").read_text(encoding="utf-8")
    titles = re.findall(r'class="step-title"[^>]*>([^<]*)<', page)
    assert titles == [
        "What goes in", "hidden (dense): forward", "output (dense): forward", "What it costs: cross-entropy (nats)",
        "The first step back: from the cost to the logits", "output (dense): back", "hidden (dense): back",
        "The average over 5 examples", "The update",
    ]  # fmt: skip
    assert not re.search(r"(src|href)=[\"']?https?:", page)
    assert "<math " in page
    assert [path.name for path in home.iterdir()] == ["page.html"]


@pytest.mark.data
def test_a_digit_through_3blue1brown_s_network(descentlab: Descentlab, home: Path, data_dir: Path) -> None:
    answer = descentlab("backprop", "mnist-mlp", "--example", "3", "--json", "--html", "digit.html", "--top", "5")
    assert (answer.code, answer.err) == (0, "")
    told = answer.json()
    assert_checked(told)
    assert_adds_up(told)
    _, hidden1, hidden2, output = told["layers"]
    sigmoid, y = special.expit, np.array(told["targets"])
    a2 = sigmoid(values(hidden1, "activation") @ np.array(hidden2["params"]["weight"]["values"]))
    a3 = sigmoid(a2 @ np.array(output["params"]["weight"]["values"]))
    np.testing.assert_allclose(told["outputs"], a3, atol=1e-12)
    d3 = 2.0 * (a3 - y) * a3 * (1.0 - a3)
    d2 = (d3 @ np.array(output["params"]["weight"]["values"]).T) * a2 * (1.0 - a2)
    np.testing.assert_allclose(output["gradients"]["weight"]["values"], a2.T @ d3, atol=1e-12)
    np.testing.assert_allclose(values(hidden2, "delta"), d2, atol=1e-12)
    pixels, d1 = values(hidden1, "inputs")[0], values(hidden1, "delta")[0]
    for entry in hidden1["gradients"]["weight"]["largest"]:
        i, j = entry["place"]
        assert math.isclose(entry["value"], pixels[i] * d1[j], rel_tol=1e-12)
    assert hidden1["gradients"]["weight"]["num_rest"] == 784 * 16 - 5
    names = [each["name"] for each in told["depth"]["variants"]]
    assert names[1:] == ["sigmoid, Glorot", "ReLU, He"]
    page = (home / "digit.html").read_text(encoding="utf-8")
    assert page.count("data:image/png") >= 4
    assert told["seconds"]["page"] > 0.0


def test_a_layer_is_taken_apart_by_name_and_opens_its_step(descentlab: Descentlab, home: Path) -> None:
    words = ("backprop", "iris", "--layer", "hidden", "--example", "1", "--top", "3")
    told = descentlab(*words, "--json").json()
    assert [detail["layer"] for detail in told["details"]] == ["hidden"]
    assert len(told["details"][0]["output"]["terms"]) == 3
    assert descentlab(*words, "--html", "page.html").code == 0
    page = (home / "page.html").read_text(encoding="utf-8")
    start = int(re.findall(r'data-steps="(\d+)"', page)[0])
    assert re.findall(r'class="step-title"[^>]*>([^<]*)<', page)[start] == "hidden (dense): back"


def test_a_run_gets_its_page_beside_it(descentlab: Descentlab, trained: Path, home: Path) -> None:
    run = shutil.copytree(trained, home / "run")
    told = descentlab("backprop", run, "--part", "test", "--example", "2", "--json").json()
    assert told["weights"] == "as trained"
    assert told["part"] == "test"
    assert_checked(told)
    assert (run / "backprop" / "report.html").is_file()
    kept = json.loads((run / "backprop" / "result.json").read_text(encoding="utf-8"))
    assert kept["cost"] == told["cost"]


def test_a_run_whose_data_is_gone_says_what_can_still_be_shown(descentlab: Descentlab, home: Path) -> None:
    table = write_flowers(home / "flowers.csv")
    assert descentlab("train", "flowers.csv", "--target", "kind", "--epochs", "3", "--out", "run").code == 0
    table.unlink()
    answer = descentlab("backprop", "run", "--example", "1")
    assert (answer.code, answer.out) == (2, "")
    assert re.fullmatch(r"descentlab: error: [^\n]+\n", answer.err)
    for part in ("flowers.csv", "Its weights are there", "--input", "--truth", "(it takes 5)"):
        assert part in answer.err
    assert not (home / "run" / "backprop").exists()
    told = descentlab("backprop", "run", "--input", "0.5,-1,1,0,0", "--truth", "rose", "--json").json()
    assert_checked(told)
    assert told["examples"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--example", "500"), "no example 500 in the train part: it has 96, counted from 0 to 95"),
        (("--example", "-1"), "no example -1"),
        (("--part", "tst"), "did you mean 'test'?"),
        (("--layer", "hiden"), "did you mean 'hidden'? Choices: hidden, output."),
        (("--layer", "7"), "Choices: hidden, output."),
        (("--batch", "5:3"), "holds no examples; expected BEGIN:END"),
        (("--batch", "4"), "expected the places of examples as BEGIN:END"),
        (("--batch", "0:9999"), "no example 9998 in the train part"),
        (("--batch", "0:5", "--example", "7"), "example 7 is not in the batch 0:5"),
        (("--top", "0"), "expected how many terms to name, 1 or more"),
        (("--samples", "0"), "expected 1 or more; to leave the check out, use --no-check"),
        (("--epochs", "-1"), "expected 0 or more"),
        (("--input", "1,2"), "the network takes 4 numbers"),
        (("--input", "1,2,x,4", "--truth", "setosa"), "expected numbers with commas between"),
        (("--input", "1,2,nan,4", "--truth", "setosa"), "inputs must be finite"),
        (("--input", "1,2,3,4"), "name their class or target by --truth"),
        (("--input", "1,2,3,4", "--truth", "sertosa"), "did you mean 'setosa'?"),
        (("--input", "1,2,3,4", "--truth", "setosa", "--example", "1"), "leave out --example and --batch"),
        (("--learning-rate", "1,0.1"), "must be positive and rise"),
        (("--learning-rate", "0.1,inf"), "must be positive and rise"),
        (("--member", "1"), "only a run has several networks"),
        (("--set", "model.0.activation=relo"), "relo"),
        (("--html", "no/such/folder.html"), "cannot be written"),
    ],
)
def test_mistakes_are_told_in_a_line(descentlab: Descentlab, home: Path, words: tuple, says: str) -> None:
    page = () if "--html" in words else ("--html", "page.html")
    answer = descentlab("backprop", "iris", "--no-check", *words, *page)
    assert (answer.code, answer.out) == (2, "")
    assert re.fullmatch(r"descentlab: error: [^\n]+\n", answer.err)
    assert says in answer.err
    assert not list(home.iterdir())


def test_help_teaches_by_examples(descentlab: Descentlab) -> None:
    answer = descentlab("backprop", "--help")
    assert answer.code == 0
    assert "descentlab backprop chain --input 0.5 --truth 1" in answer.out
