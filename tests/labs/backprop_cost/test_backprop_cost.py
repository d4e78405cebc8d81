"""What back-propagation costs, from Python: counts, times on few sizes, the words about them, JSON and page."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import SpecError
from descentlab.labs.backprop_cost._measured import BackpropCost
from descentlab.labs.backprop_cost._tables import growth_table
from descentlab.labs.backprop_cost._words import growth_words
from descentlab.labs.backprop_cost.measure import Scaling, _measure as sizes
from descentlab.results import Result, duration


@pytest.fixture(scope="module", autouse=True)
def _few_sizes() -> Iterator[None]:
    """Time as few and as small sizes as a fit needs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, few in {
            "BATCHES": (1, 4, 16, 64),
            "INPUTS": (4, 16, 64, 256),
            "LAYERS": (1, 2, 3, 4),
            "WIDTHS": (4, 8, 16, 32),
            "ROUNDS": 5,
        }.items():
            patch.setattr(sizes, name, few)
        yield


@pytest.fixture(scope="module")
def result(_few_sizes: None) -> Result[BackpropCost]:
    """What the Iris network costs; not to be changed."""
    return dl.backprop_cost("iris", budget=1.0)


@pytest.fixture(scope="module")
def cost(result: Result[BackpropCost]) -> BackpropCost:
    """The measurements of the same."""
    return result.measured


def test_multiply_adds_of_iris_are_those_counted_by_hand(cost: BackpropCost) -> None:
    work = cost.work
    assert (work.forward, work.weight_gradient, work.input_gradient) == (4 * 8 + 8 * 3, 56, 24)
    assert (work.num_params, work.batch_size, work.update_per_weight) == (67, 5, 10)
    assert work.step == 5 * (56 + 80) + 670


def test_times_are_positive_and_grow_with_the_work(cost: BackpropCost) -> None:
    timed = cost.timed
    # A slow machine runs out of its second before the fifth round.
    assert 3 <= timed.num_rounds <= 5
    for curve in (timed.batches.forward, timed.batches.gradient, timed.batches.called):
        assert curve.shape == (5, timed.num_rounds)
        assert np.all(curve > 0.0)
    # The fastest round of each, since other work may disturb any. The arithmetic of one flower takes a fraction of a
    # microsecond, which grows with the batch; calling it takes tens of microseconds, which do not.
    gradient, called = (np.min(curve, axis=1) for curve in (timed.batches.gradient, timed.batches.called))
    assert gradient[-1] > gradient[0]
    assert called[0] > 5 * gradient[0]
    assert called[-1] / called[0] < gradient[-1] / gradient[0]
    assert [each.symbol for each in timed.scalings] == ["N", "d", "L", "w"]
    assert [each.sizes.tolist() for each in timed.scalings] == [
        [1, 4, 5, 16, 64], [4, 16, 64, 256], [1, 2, 3, 4], [4, 8, 16, 32],
    ]  # fmt: skip


def test_all_weights_of_a_small_network_are_differentiated_one_at_a_time(result: Result[BackpropCost]) -> None:
    cost = result.measured
    differences, chain_rule = cost.timed.differences, cost.timed.chain_rule
    assert chain_rule is not None
    assert differences.num_measured == chain_rule.num_measured == 67
    assert not differences.is_extrapolated
    # The same derivatives: exactly by the chain rule, to the nudge's error in 32 bits by differences.
    assert chain_rule.error < 1e-5
    assert chain_rule.error < differences.error < 0.1
    assert differences.whole_s == pytest.approx(67 * np.median(differences.seconds))
    assert "extrapolated" not in result.answer


def test_it_prints_tables_and_sentences(result: Result[BackpropCost]) -> None:
    text = str(result)
    for words in (
        "takes 80 multiply-adds per example, 1.43 times the 56 of the forward pass",
        "computes all 67 derivatives",
        "O(N d L)",
        "hidden  dense       40       32",
        "Exponent of the time of one gradient",
    ):
        assert words in text
    assert "nan" not in text
    assert len(result.tables) == 8
    # A table of XLA's counts, which no arithmetic of ours explains, adds up to its whole.
    counts = result.tables["work"]
    assert sum(counts.column("forward")[:-1]) == counts.column("forward")[-1] == 56


def test_json_holds_counts_times_and_intervals(result: Result[BackpropCost]) -> None:
    tables = json.loads(json.dumps(result.to_json()))["tables"]
    assert tables["work"][0]["forward"] == 32
    whole = tables["work"][-1]
    assert whole["flops_forward"] + whole["flops_backward"] == whole["flops_gradient"]
    summary = tables["summary"]
    assert summary["ratio_low"] <= summary["ratio"] <= summary["ratio_high"]
    assert [way["num_measured"] for way in tables["ways"]] == [67, 67, 67]
    for scaling in tables["growth"]:
        assert scaling["textbook"] == {"N": 1, "d": 1, "L": 1, "w": 2}[scaling["size"]]
        exponent = scaling["exponent"]
        assert exponent["low"] < exponent["value"] < exponent["high"]
        times = [row for row in tables["growth_times"] if row["size"] == scaling["size"]]
        assert all(row["multiply_adds"] > 0 and row["low"] <= row["seconds"] <= row["high"] for row in times)
        sizes, seconds = (np.log([row[name] for row in times]) for name in ("value", "seconds"))
        assert exponent["value"] == pytest.approx(np.polyfit(sizes, seconds, 1)[0])
    assert result.path is None


def test_the_page_needs_nothing_but_itself(result: Result[BackpropCost]) -> None:
    page = result.to_page()
    assert page.count("<svg") >= 8
    assert not re.search(r"(src|href)=\"https?:", page)
    for words in (
        "Multiply-adds, layer by layer",
        "Time against N, d and L",
        "One weight at a time",
        "Examples per second",
    ):
        assert words in page


@pytest.mark.slow
def test_a_run_with_convolutions_whose_data_is_gone_is_measured_on_random_pictures(home: Path) -> None:
    rng = np.random.default_rng(0)
    model = [{"kind": "conv2d", "filters": 2}, {"kind": "max-pool2d"}, {"kind": "flatten"}, {"kind": "dense"}]
    pictures, kinds = rng.normal(size=(40, 4, 4, 1)), np.arange(40) % 3
    run = dl.train(pictures, kinds, epochs=1, set={"model": model, "batch_size": 8}, report=False)
    result = dl.backprop_cost(run, budget=0.5)
    cost = result.measured
    assert any("data no longer exists" in note for note in result.notes)
    assert cost.work.forward == 4 * 4 * 9 * 2 + 2 * 2 * 2 * 3
    assert cost.timed.chain_rule is None
    assert cost.timed.differences.error < 0.1
    assert "zeros that pad a picture" in result.sentences[-1]
    assert result.path == run.path / "backprop-cost"
    tables = json.loads((run.path / "backprop-cost" / "result.json").read_text())["tables"]
    assert tables["summary"]["num_params"] == cost.work.num_params
    assert len(tables["ways"]) == 2
    assert "One weight at a time" in (run.path / "backprop-cost" / "report.html").read_text()


def test_ctrl_c_ends_it_at_the_next_program_and_nothing_is_written(home: Path) -> None:
    phases: list[str] = []

    def on_loading(doing: str, done: int, total: int) -> None:
        phases.append(doing)
        if doing == "compiling":
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        dl.backprop_cost("iris", out="cost", watcher=dl.Watcher(on_loading=on_loading))
    assert phases.count("compiling") == 1
    assert not list(home.iterdir())


@pytest.mark.parametrize("budget", [0.0, -1.0, float("nan"), float("inf")])
def test_a_budget_is_some_seconds(budget: float) -> None:
    with pytest.raises(SpecError, match="a number of seconds above 0"):
        dl.backprop_cost("iris", budget=budget)


def scaling(seconds: np.ndarray, sizes: np.ndarray, *, noise: float = 0.0) -> Scaling:
    rng = np.random.default_rng(0)
    repeats = seconds[:, None] * np.exp(noise * rng.normal(size=(len(sizes), 9)))
    return Scaling("d", "weights per neuron", "", 1.0, sizes, sizes, repeats)


def words_of(scaling: Scaling) -> str:
    (row,) = growth_table((scaling,)).rows()
    return growth_words(row)


def test_words_say_where_growth_is_hidden_and_where_it_is_reached() -> None:
    sizes = 4 ** np.arange(8)
    words = words_of(scaling(1e-6 * (100.0 + sizes), sizes))
    assert "Over the smallest sizes, up to 64, it grows as d^0.1" in words
    assert "fixed costs of a step outweigh" in words
    assert re.search(r"From d = 256 on it grows as d\^0\.9", words)
    plain = words_of(scaling(1e-6 * sizes, sizes, noise=0.02))
    assert plain.endswith("the textbook says 1.")


def test_words_say_what_is_not_reached_what_is_more_and_what_cannot_be_told() -> None:
    sizes = 4 ** np.arange(6)
    assert "is not reached: over the largest sizes, 16 to 1,024, time grows as d^0.50" in words_of(
        scaling(sizes**0.5, sizes)
    )
    assert "grows faster than the textbook says" in words_of(scaling(sizes**1.4, sizes))
    wild = np.exp(3.0 * np.random.default_rng(0).normal(size=6))
    assert "scatter too much" in words_of(scaling(wild, sizes))


def test_durations_are_written_in_units_that_fit() -> None:
    written = [duration(seconds) for seconds in (4.12e-7, 1.32e-5, 0.0041, 1.42, 190.0, 18_000.0, 1e6)]
    assert written == ["412 ns", "13.2 µs", "4.10 ms", "1.42 s", "3.17 min", "5.00 h", "11.6 days"]
