import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from descentlab.core import SpecError
from descentlab.live import Race
from descentlab.networks import build_network
from descentlab.spec import DenseSpec, Experiment
from descentlab.studio.playing._from_link import from_query
from descentlab.studio.playing._packing import (
    MOST_UNPACKED,
    pack,
    pack_points,
    pack_weights,
    unpack_points,
    unpack_weights,
)
from descentlab.studio.playing._sets import FEATURES
from descentlab.studio.playing._to_link import to_query
from descentlab.studio.playing._view import HIDEABLE, View

WORDS: dict[str, Any] = {
    "data": st.sampled_from(["circle", "xor", "gauss", "spiral", "plane", "multi-gauss", "iris", "wine"]),
    "noise": st.integers(0, 50).map(str),
    "share": st.sampled_from(["10", "50", "70", "90"]),
    "batch": st.sampled_from(["1", "10", "30", "full"]),
    "seed": st.integers(0, 99).map(str),
    "dataseed": st.integers(0, 99).map(str),
    "features": st.lists(st.sampled_from(sorted(FEATURES)), min_size=1, unique=True).map(",".join),
    "layers": st.lists(st.integers(1, 12).map(str), max_size=6).map(",".join),
    "activation": st.lists(st.sampled_from(["tanh", "relu", "sigmoid", "gelu"]), min_size=1, max_size=6).map(",".join),
    "rate": st.sampled_from(["0.00001", "0.03", "10", "0.123"]),
    "optimizer": st.sampled_from(["sgd", "momentum", "adam", "rmsprop"]),
    "l1": st.sampled_from(["0.001", "10"]),
    "l2": st.sampled_from(["0.001", "10"]),
    "schedule": st.sampled_from(["constant", "cosine", "one-cycle"]),
    "init": st.sampled_from(["uniform", "he-normal", "zeros"]),
    "dropout": st.sampled_from(["0.1", "0.5"]),
    "race": st.sampled_from(
        ["learning_rate:0.01,0.1", "learning_rate:0.123456789,3", "seed:0,1", "activation:tanh,relu", "optimizer:sgd"]
    ),
    "axes": st.permutations(["alcohol", "a, b & c=d", "50 %", "größe"]).map(lambda names: names[:2]),
    "test": st.just("1"),
    "discretize": st.just("1"),
    "hide": st.lists(st.sampled_from(HIDEABLE), min_size=1, unique=True).map(",".join),
}  # fmt: skip


def read(query: str) -> tuple[Experiment, View]:
    return from_query(dict(parse_qsl(query, keep_blank_values=True)))


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({}, optional=WORDS))
def test_a_link_says_all_that_is_set(words: dict[str, str]) -> None:
    axes = dict(zip(("across", "up"), words.pop("axes", ()), strict=False))
    read_first = from_query({**words, **axes})
    assert read(to_query(*read_first)) == read_first


def test_the_usual_page_is_that_of_tensorflow_playground() -> None:
    experiment, view = from_query({})
    assert [layer.units for layer in experiment.model if isinstance(layer, DenseSpec)] == [4, 2, "outputs"]
    assert experiment.optimizer.learning_rate == 0.03
    assert experiment.batch_size == 10
    assert view == View()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"data": "cirle"}, "did you mean 'circle'"),
        ({"features": "x3"}, "unknown feature 'x3'"),
        ({"rate": "fast"}, "rate=fast: a number is needed"),
        ({"rate": "nan"}, "a finite number is needed"),
        ({"rate": "-1"}, "learning_rate"),
        ({"layers": "4,zero"}, "a number is needed"),
        ({"layers": "0"}, "at least 1 unit"),
        ({"activation": "step"}, "activation"),
        ({"optimizer": "magic"}, "optimizer"),
        ({"batch": "0"}, "batch_size"),
        ({"race": "colour:1,2"}, "unknown difference of a race 'colour'"),
        ({"race": "learning_rate:"}, "a race needs values"),
        ({"race": "learning_rate:a,b"}, "a number is needed"),
        ({"hide": "everything"}, "unknown control 'everything'"),
        ({"data": "wine", "across": "hue"}, "across=hue&up=: two features are needed"),
        ({"data": "wine", "across": "hue", "up": "hue"}, "two features are needed"),
        ({"data": "table"}, "from 'Own data' alone"),
        ({"points": "!!!"}, "cannot be read"),
        ({"points": pack(b"{}")}, "cannot be read"),
        ({"points": pack(b"[[1, 2]]")}, "cannot be read"),
        (
            {"points": pack(b'[[1, 2, "a"], [1, 2, 3], [2, 1, "a"], [0, 0, "b"]]')},
            "a class's name and others a number",
        ),
        ({"share": "0"}, "split"),
        ({"seed": "1.5"}, "seed=1.5: a whole number is needed"),
        ({"seed": "-1"}, "seed=-1"),
        ({"batch": "2.5"}, "batch=2.5: a whole number is needed"),
        ({"layers": "4.7"}, "layers=4.7: a whole number is needed"),
        ({"epochs": "1e18"}, "epochs"),
        ({"noise": "-5"}, "noise"),
        ({"dropout": "1"}, "dropout"),
        ({"points": pack(b'[[NaN, 1, "a"]]')}, "point 1 of the link"),
        ({"points": pack(b'[[1, 1, "a"], [1, -1e308, "b"]]')}, "point 2 of the link has a value beyond 1,000,000"),
        ({"points": pack(b"[[1, 1, Infinity]]")}, "point 1 of the link"),
        ({"points": pack_points([(0, 0, "a")] * 5_001)}, "5,001 points; the playground takes 5,000"),
        ({"points": pack_points([(0, 0, str(place)) for place in range(21)])}, "21 classes; the playground takes 20"),
        ({"points": pack_points([(0, 0, "a")] * 10)}, "all points are of the same class"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(query: dict[str, str], message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        from_query(query)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_page_of_words_names_every_control_that_can_be_hidden() -> None:
    told = (Path(__file__).parents[2] / "docs" / "studio.md").read_text().split("for teaching: `")[1].split("`")[0]
    assert sorted(told.split()) == sorted(HIDEABLE)


def test_a_momentum_goes_by_an_optimizer_that_has_none() -> None:
    words = {"optimizer": "momentum", "momentum": "0.5"}
    assert "momentum=0.5" in to_query(*from_query(words))
    assert from_query({**words, "optimizer": "adam"}) == from_query({"optimizer": "adam"})


def test_the_axes_of_a_table_are_two_words_and_points_have_their_own() -> None:
    words = {"across": "petal length (cm)", "up": "a, b"}
    assert from_query({**words, "data": "iris"})[1].axes == ("petal length (cm)", "a, b")
    assert from_query({**words, "data": "circle"})[1].axes is None
    assert from_query({"data": "iris"})[1].axes is None


def test_points_come_back_as_they_went() -> None:
    points = [(1.25, -3.5, "orange"), (0.0, 2.0, "blue"), (1.0, 1.0, "blue"), (-4.0, 0.5, "orange")]
    assert [tuple(point) for point in unpack_points(pack_points(points))] == points
    experiment, _ = from_query({"points": pack_points(points)})
    assert read(to_query(experiment))[0] == experiment


def test_a_word_that_unfolds_to_gigabytes_is_cut_off() -> None:
    bomb = pack(b"[" + b" " * (8 * MOST_UNPACKED))
    assert len(bomb) < 20_000
    with pytest.raises(SpecError, match="cannot be read"):
        unpack_points(bomb)
    assert zlib.MAX_WBITS


def test_weights_come_back_bit_for_bit() -> None:
    network = build_network([DenseSpec(name="hidden", units=3, activation="tanh"), DenseSpec(name="output")], (2,), 1)
    drawn = {
        name: {role: array.astype(np.float32) for role, array in own.items()} for name, own in network.draw(5).items()
    }
    found = unpack_weights(pack_weights(network, drawn), network)
    for name, own in drawn.items():
        for role, array in own.items():
            np.testing.assert_array_equal(found[name][role], array)


def test_weights_of_another_network_are_refused() -> None:
    small = build_network([DenseSpec(name="output")], (2,), 1)
    large = build_network([DenseSpec(name="output")], (3,), 1)
    with pytest.raises(SpecError, match="do not fit"):
        unpack_weights(pack_weights(small, small.draw(0)), large)
    broken = {name: {role: array * np.nan for role, array in own.items()} for name, own in small.draw(0).items()}
    with pytest.raises(SpecError, match="do not fit"):
        unpack_weights(pack_weights(small, broken), small)


def test_a_race_is_read_by_its_kind() -> None:
    assert from_query({"race": "learning_rate:0.1,1"})[1].race == Race("learning_rate", (0.1, 1.0))
    assert from_query({"race": "seed:3,4"})[1].race == Race("seed", (3, 4))


@pytest.mark.parametrize(
    "query", [{"layers": ",".join(["2000"] * 3)}, {"layers": ",".join(["2"] * 60)}, {"layers": "501"}]
)
def test_a_network_that_would_starve_the_others_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(SpecError, match=r"`descentlab\.train` takes any"):
        from_query(query)
