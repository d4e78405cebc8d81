"""`descentlab backprop` as a person types it: the account, its totals, its page, and what goes wrong."""

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import special

from tests.cli.conftest import Descentlab, write_flowers


def assert_adds_up(tables: dict[str, Any]) -> None:
    """See that no part of any total is lost, and that largest entries and rest are the array."""
    rows = tables["terms"] + tables["gradient_terms"]
    sums: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        sums.setdefault((row["layer"], row["sum"]), []).append(row)
    assert sums
    for name, lines in sums.items():
        (total,) = (line["value"] for line in lines if line["part"] == "total")
        parts = [line["value"] for line in lines if line["part"] != "total"]
        assert math.isclose(math.fsum(parts), total, rel_tol=1e-9, abs_tol=1e-12), name
        for line in lines:
            if line["part"] == "term":
                assert math.isclose(math.prod(line["factors"]), line["value"], rel_tol=1e-12)
    for array in tables["arrays"]:
        largest = [entry["value"] for entry in tables["largest"] if entry["array"] == array["array"]]
        assert math.isclose(math.fsum([*largest, array["rest"]]), array["total"], rel_tol=1e-9, abs_tol=1e-12), array
        assert array["num_rest"] == math.prod(array["shape"]) - len(largest)
        if array["values"] is not None:
            assert math.isclose(np.sum(array["values"]), array["total"], rel_tol=1e-9, abs_tol=1e-12)
    for neuron in tables["neurons"]:
        (output,) = (
            lines[-1]["value"] for (layer, name), lines in sums.items()
            if layer == neuron["layer"] and not name.startswith("∂C/∂")
        )  # fmt: skip
        assert math.isclose(output, neuron["preactivation"], rel_tol=1e-9, abs_tol=1e-12)
        product = neuron["activation_gradient"] * neuron["slope"]
        assert math.isclose(product, neuron["delta"], rel_tol=1e-9, abs_tol=1e-15)


def assert_checked(values: dict[str, Any]) -> None:
    tables = values["tables"]
    assert all(array["three_ways"] == "agree" for array in tables["checks"])
    assert [each["state"] for each in values["statements"] if each["text"].startswith("Checked")] == ["holds"]
    largest = {array["array"]: array["largest"] for array in tables["checks"]}
    for array in tables["checks"]:
        assert max(array["autodiff"], array["differences"]) < 1e-6
    for entry in tables["three_ways"]:
        assert math.isclose(
            entry["by_rule"], entry["autodiff"], rel_tol=1e-7, abs_tol=1e-9 * (1 + largest[entry["array"]])
        )


def array_of(tables: dict[str, Any], layer: str, of: str) -> np.ndarray:
    (row,) = (row for row in tables["arrays"] if (row["layer"], row["of"]) == (layer, of))
    return np.reshape(row["values"], row["shape"])


def test_iris_can_be_redone_by_hand_from_what_is_printed(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("backprop", "iris", "--batch", "0:5", "--example", "3", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert_checked(answer.json())
    tables = answer.json()["tables"]
    assert_adds_up(tables)
    w1, b1, w2, b2 = (array_of(tables, layer, role) for layer in ("hidden", "output") for role in ("weight", "bias"))
    x, y = array_of(tables, "hidden", "inputs"), array_of(tables, "loss", "targets")
    z1 = x @ w1 + b1
    a1 = np.maximum(z1, 0.0)
    p = special.softmax(a1 @ w2 + b2, axis=1)
    np.testing.assert_allclose(array_of(tables, "loss", "costs"), -np.log(p[y > 0]), rtol=1e-12)
    d2 = p - y
    d1 = (d2 @ w2.T) * (z1 > 0)
    np.testing.assert_allclose(array_of(tables, "output", "delta"), d2, atol=1e-12)
    np.testing.assert_allclose(array_of(tables, "output", "gradient of weight"), a1.T @ d2 / 5, atol=1e-12)
    np.testing.assert_allclose(array_of(tables, "hidden", "gradient of weight"), x.T @ d1 / 5, atol=1e-12)
    np.testing.assert_allclose(array_of(tables, "hidden", "gradient of bias"), d1.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(array_of(tables, "hidden", "input_gradient"), d1 @ w1.T, atol=1e-12)
    # What would lower the cost: outputs by the example and by the batch, a neuron's weights by what is behind them.
    np.testing.assert_allclose([row["delta"] for row in tables["outputs"]], d2[3], atol=1e-12)
    np.testing.assert_allclose([row["delta"] for row in tables["mean_outputs"]], d2.mean(axis=0), atol=1e-12)
    for neuron, (name, delta, behind, weight) in zip(
        tables["nudged_neurons"], (("output", d2, a1, w2), ("hidden", d1, x, w1)), strict=True
    ):
        j = int(neuron["neuron"].removeprefix(name)[1:-1])
        assert abs(delta[3, j]) == np.abs(delta[3]).max()
        assert math.isclose(neuron["bias_nudge"], -delta[3, j], rel_tol=1e-9)
        assert math.isclose(neuron["mean_bias_nudge"], -delta[:, j].mean(), rel_tol=1e-9)
        inputs = [row for row in tables["nudges"] if row["neuron"] == neuron["neuron"] and row["from"].startswith("a[")]
        assert len(inputs) == len(weight)
        for row in inputs:
            i = int(row["from"][2:-1])
            assert math.isclose(row["weight_nudge"], -delta[3, j] * behind[3, i], rel_tol=1e-9, abs_tol=1e-12)
            assert math.isclose(row["activation_nudge"], -delta[3, j] * weight[i, j], rel_tol=1e-9, abs_tol=1e-12)
            mean = -(delta[:, j] * behind[:, i]).mean()
            assert math.isclose(row["mean_weight_nudge"], mean, rel_tol=1e-9, abs_tol=1e-12)
    # How far the examples agree.
    flat = np.array([np.concatenate([np.outer(x[n], d1[n]).ravel(), d1[n], np.outer(a1[n], d2[n]).ravel(), d2[n]])
                     for n in range(5)])  # fmt: skip
    mean = flat.mean(axis=0)
    cosines = flat @ mean / np.linalg.norm(flat, axis=1) / np.linalg.norm(mean)
    np.testing.assert_allclose([row["cosine"] for row in tables["examples"]], cosines, rtol=1e-9)
    assert not list(home.iterdir())


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_a_chain_is_written_out_factor_by_factor(descentlab: Descentlab, depth: int) -> None:
    units = ",".join("1" * depth)
    answer = descentlab("backprop", "chain", "--hidden", units, "--input", "0.5", "--truth", "1", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert_checked(answer.json())
    tables = answer.json()["tables"]
    assert_adds_up(tables)
    assert len(tables["chain"]) == depth + 1
    a, sigma, weights = [0.5], [], []
    for step in tables["chain"]:
        weights.append(array_of(tables, step["layer"], "weight")[0, 0])
        z = weights[-1] * a[-1] + array_of(tables, step["layer"], "bias")[0]
        a.append(1.0 / (1.0 + math.exp(-z)))
        sigma.append(a[-1] * (1.0 - a[-1]))
        assert math.isclose(step["activation"], a[-1], rel_tol=1e-12)
    assert math.isclose(tables["summary"]["cost"], (a[-1] - 1.0) ** 2, rel_tol=1e-12)
    products = {row["derivative"]: row for row in tables["chain_products"]}
    assert len(products) == 3 * (depth + 1)
    towards = 2.0 * (a[-1] - 1.0)
    for number in range(depth + 1, 0, -1):
        # The derivative that reaches z of this layer, from the last layer down.
        towards *= sigma[number - 1]
        weight = products[f"∂C/∂w{number}"]
        assert math.isclose(weight["product"], towards * a[number - 1], rel_tol=1e-9)
        assert math.isclose(products[f"∂C/∂b{number}"]["product"], towards, rel_tol=1e-9)
        assert math.isclose(weight["product"], weight["value"], rel_tol=1e-9)
        factors = [row["value"] for row in tables["chain_factors"] if row["derivative"] == weight["derivative"]]
        assert len(factors) == 2 * (depth + 1 - number) + 3
        assert math.isclose(math.prod(factors), weight["product"], rel_tol=1e-12)
        towards *= weights[number - 1]
        assert math.isclose(products[f"∂C/∂a{number - 1}"]["product"], towards, rel_tol=1e-9)


def test_words_tables_and_markdown_say_the_same(descentlab: Descentlab, home: Path) -> None:
    words = ("backprop", "chain", "--hidden", "1", "--input", "0.5", "--truth", "1")
    tables = descentlab(*words, "--json").json()["tables"]
    answer = descentlab(*words, "--markdown", "account.md")
    assert (answer.code, answer.err) == (0, "")
    first = tables["chain_products"][0]
    factors = [row["value"] for row in tables["chain_factors"] if row["derivative"] == first["derivative"]]
    numbers = " * ".join(f"{value:.6g}" for value in factors)
    assert f"∂C/∂w2 = a1 * σ'(z2) * 2 (a2 - y) = {numbers} = {first['product']:.6g}" in answer.out
    for part in ("\noutput[0]   a[0]", "Through depth", "three ways", "Change of the cost by one step"):
        assert part in answer.out
    markdown = (home / "account.md").read_text(encoding="utf-8")
    assert r"$$\frac{\partial C}{\partial w^{(2)}}=a^{(1)}\cdot \sigma'(z^{(2)})\cdot 2(a^{(2)}-y)$$" in markdown
    for part in (": nudges", "## Through depth", "## An update followed through"):
        assert part in markdown


def test_a_page_of_its_own_steps_through_every_layer(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("backprop", "iris", "--batch", "0:5", "--example", "3", "--html", "page.html")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.rstrip().endswith("report: page.html")
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
    assert_checked(answer.json())
    tables = answer.json()["tables"]
    assert_adds_up(tables)
    sigmoid, y = special.expit, array_of(tables, "loss", "targets")
    w2, w3 = array_of(tables, "hidden2", "weight"), array_of(tables, "output", "weight")
    a2 = sigmoid(array_of(tables, "hidden1", "activation") @ w2)
    a3 = sigmoid(a2 @ w3)
    np.testing.assert_allclose(array_of(tables, "loss", "outputs"), a3, atol=1e-12)
    d3 = 2.0 * (a3 - y) * a3 * (1.0 - a3)
    d2 = (d3 @ w3.T) * a2 * (1.0 - a2)
    np.testing.assert_allclose(array_of(tables, "output", "gradient of weight"), a2.T @ d3, atol=1e-12)
    np.testing.assert_allclose(array_of(tables, "hidden2", "delta"), d2, atol=1e-12)
    pixels, d1 = array_of(tables, "hidden1", "inputs")[0], array_of(tables, "hidden1", "delta")[0]
    largest = [row for row in tables["largest"] if row["array"] == "hidden1/gradient of weight"]
    assert len(largest) == 5
    for entry in largest:
        i, j = entry["place"]
        assert math.isclose(entry["value"], pixels[i] * d1[j], rel_tol=1e-12)
    (weight,) = (row for row in tables["arrays"] if row["array"] == "hidden1/gradient of weight")
    assert (weight["num_rest"], weight["values"]) == (784 * 16 - 5, None)
    assert [row["network"] for row in tables["variants"]][1:] == ["sigmoid, Glorot", "ReLU, He"]
    page = (home / "digit.html").read_text(encoding="utf-8")
    assert page.count("data:image/png") >= 4
    assert answer.json()["seconds"]["page"] > 0.0


def test_a_layer_is_taken_apart_by_name_and_opens_its_step(descentlab: Descentlab, home: Path) -> None:
    words = ("backprop", "iris", "--layer", "hidden", "--example", "1", "--top", "3")
    tables = descentlab(*words, "--json").json()["tables"]
    assert [neuron["layer"] for neuron in tables["neurons"]] == ["hidden"]
    (neuron,) = tables["neurons"]
    parts = [row["part"] for row in tables["terms"] if row["sum"] == f"z{neuron['place']}"]
    assert parts == ["term", "term", "term", "others", "constant", "total"]
    assert descentlab(*words, "--html", "page.html").code == 0
    page = (home / "page.html").read_text(encoding="utf-8")
    start = int(re.findall(r'data-steps="(\d+)"', page)[0])
    assert re.findall(r'class="step-title"[^>]*>([^<]*)<', page)[start] == "hidden (dense): back"


def test_a_run_gets_its_page_beside_it(descentlab: Descentlab, trained: Path, home: Path) -> None:
    run = shutil.copytree(trained, home / "run")
    values = descentlab("backprop", run, "--part", "test", "--example", "2", "--json").json()
    summary = values["tables"]["summary"]
    assert summary["network"].endswith(" as trained")
    assert (summary["part"], summary["example"]) == ("test", 2)
    assert_checked(values)
    assert (run / "backprop" / "report.html").is_file()
    kept = json.loads((run / "backprop" / "result.json").read_text(encoding="utf-8"))
    assert kept["tables"]["summary"] == summary
    deltas = pq.read_table(run / "backprop" / "arrays.parquet").to_pylist()
    assert deltas == [{**row, "shape": "x".join(map(str, row["shape"]))} for row in values["tables"]["arrays"]]


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
    values = descentlab("backprop", "run", "--input", "0.5,-1,1,0,0", "--truth", "rose", "--json").json()
    assert_checked(values)
    assert values["tables"]["summary"]["example"] is None


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
    assert "descentlab backprop mnist-mlp --cost" in answer.out
    assert "backprop-cost" in descentlab("--help").out
