"""Steps, bars and the drawn network: what is drawn where, what is left out and said, and names of strangers."""

import re
from typing import Any

import numpy as np
import pytest

from descentlab.results import (
    Bars,
    Chart,
    DrawnLayer,
    Fields,
    Scene,
    Section,
    Series,
    Step,
    Steps,
    render_page,
)
from descentlab.results._bars import bars_view
from descentlab.results._chart import chart_view
from descentlab.results._equations import mathml
from descentlab.results._network import network_view
from descentlab.results._network_colours import brightness, strength
from tests.results.page_to_try import declared, table_of

EVIL = '</script><script>alert("x")</script>'


def layer(name: str, shape: tuple[int, ...], inputs: int = 0, **options: Any) -> DrawnLayer:
    rng = np.random.default_rng(len(name))
    weights = rng.normal(size=(inputs, shape[0])) if inputs else None
    return DrawnLayer(name, "kind", rng.normal(size=shape), rng.normal(size=shape), weight_nudges=weights, **options)


def page(*parts: Any) -> str:
    return render_page(declared(Section("s", (), parts)))


def steps(name: str = "a", **options: Any) -> Steps:
    network = (
        layer("inputs", (2,), labels=(name, "b")),
        layer("hidden", (3,), 2, mean_weight_nudges=np.ones((2, 3))),
        layer("output", (2,), 3),
    )
    own = (
        Step("Forward", name, name, (name, "`code`"), (r"a<b",), (r"\frac{1}{2}=0.5",), (), Scene(0, 0, 3)),
        Step("Forward", "hidden", "hidden: forward", parts=(table_of(name, ("x", "y"), ((name, "1.5"),), bad=(0,)),),
             scene=Scene(1, 1, 3)),
        Step("Back", "hidden", "hidden: back", parts=(Bars(name, ("n", "v"), ((name,), ("b",)), np.array([1.0, -2.0])),
             Fields(name, (name,), (np.eye(4),))), scene=Scene(1, 2, 1), is_bad=True),
        Step("Average", "mean", "the mean", scene=Scene(None, 2, 1, is_mean=True)),
    )  # fmt: skip
    return Steps(name, own, network, **options)


def test_names_of_strangers_are_shown_and_never_run() -> None:
    html = page(steps(EVIL, note=EVIL))
    assert "alert(" in html
    assert "<script>alert" not in html
    assert html.count("<script>") == 1


def test_a_page_without_steps_carries_none_of_their_script() -> None:
    assert "goThrough" not in page(table_of("t", ("a",), (("1",),)))
    assert "goThrough" in page(steps())


def test_without_a_script_every_step_can_be_read_and_led_to() -> None:
    html = page(steps())
    assert re.findall(r'<article class="step" id="(step-\d)"', html) == ["step-1", "step-2", "step-3", "step-4"]
    assert re.findall(r'<a href="#(step-\d)"', html) == ["step-1", "step-2", "step-3", "step-4"]
    assert html.count("html:not(.scripted) .step-buttons") == 1
    assert '<tr class="bad">' in html
    assert html.count('mark-bad">differs') == 1


def test_formulas_become_mathml() -> None:
    assert "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>" in mathml(r"\frac{1}{2}")
    assert "<script" not in mathml("<script>")
    assert mathml("a^{(2)}").startswith("<math ")


def test_few_neurons_are_circles_with_a_line_a_weight() -> None:
    view = network_view(steps().network)
    assert view is not None
    gap = view.columns[1].gap
    assert gap is not None
    assert not gap.is_fan
    assert sum(line.path.count("M") for line in gap.lines) == 6
    assert sum(line.path.count("M") for line in gap.mean_lines) == 6
    # Ones want more; all are as strong.
    assert [(line.direction, line.level) for line in gap.mean_lines] == [("up", 5)]
    for at in view.columns:
        for neuron in at.column.neurons:
            assert at.x + neuron.x - neuron.radius >= 0.0
            assert at.x + neuron.x + neuron.radius <= view.width
            assert at.y + neuron.y + neuron.radius <= view.height
    assert view.notes == ()


def test_lines_have_the_sign_and_the_order_of_what_is_wanted() -> None:
    nudges = np.array([[4.0, -2.0], [0.0, 1.0]])
    view = network_view((layer("a", (2,)), DrawnLayer("b", "k", np.zeros(2), None, weight_nudges=nudges)))
    assert view is not None
    gap = view.columns[1].gap
    assert gap is not None
    assert [(line.direction, line.level) for line in gap.lines] == [("up", 2), ("down", 3), ("up", 5)]
    assert gap.largest == "4.0"


def test_many_neurons_are_a_strip_of_which_the_strongest_weights_are_drawn() -> None:
    view = network_view((layer("pixels", (12, 10, 1)), layer("hidden", (130,), 120), layer("output", (4,), 130)))
    assert view is not None
    first, second, third = view.columns
    assert len(first.column.panels) == 2
    assert len(second.column.panels) == 2
    assert len(third.column.neurons) == 4
    assert second.gap is not None
    assert sum(line.path.count("M") for line in second.gap.lines) == 80
    assert any("hidden 80 of 15,600" in note for note in view.notes)
    assert any("output 80 of 520" in note for note in view.notes)
    # Every end of a line lies within its column's picture.
    ends = second.column.ends
    assert ends.min() > 0.0
    assert ends[:, 1].max() < second.column.panels[0].height
    assert ends[:, 0].max() < second.column.panels[0].width
    assert len({tuple(end) for end in ends.tolist()}) == 130


@pytest.mark.parametrize(("channels", "shown"), [(2, 2), (12, 12), (40, 12)])
def test_maps_are_tiles_those_that_the_cost_moves_most(channels: int, shown: int) -> None:
    maps = layer("conv", (5, 5, channels))
    view = network_view((maps, layer("output", (3,), 25 * channels)))
    assert view is not None
    column = view.columns[0].column
    known = np.isfinite(column.ends[:, 0]).reshape(5, 5, channels).all(axis=(0, 1))
    assert known.sum() == shown
    assert maps.nudges is not None
    lengths = np.linalg.norm(maps.nudges, axis=(0, 1))
    assert lengths[known].min() >= lengths[~known].max(initial=0.0)
    assert column.note == (f"12 of {channels}" if channels > 12 else "")


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_drawn_as_nothing(odd: float) -> None:
    values = np.array([0.5, odd])
    drawn = DrawnLayer("a", "k", values, values, labels=("x", "y"), weight_nudges=None)
    after = DrawnLayer("b", "k", values, values, weight_nudges=np.array([[odd, 1.0], [2.0, odd]]))
    assert "nan" not in page(Steps("s", steps().steps, (drawn, after))).lower().split("<main")[1].split("<script")[0]


def test_brightness_and_strength() -> None:
    np.testing.assert_allclose(brightness(np.array([0.0, 0.2, 1.0])), [0.0, 0.2, 1.0])
    np.testing.assert_allclose(brightness(np.array([-1.0, 0.0, 3.0])), [0.0, 0.25, 1.0])
    np.testing.assert_allclose(brightness(np.array([2.0, 8.0])), [0.25, 1.0])
    np.testing.assert_allclose(brightness(np.zeros(2)), 0.0)
    np.testing.assert_allclose(strength(np.array([-4.0, 1.0])), [-1.0, 0.25])
    np.testing.assert_allclose(strength(np.zeros(2)), 0.0)


def test_bars_reach_from_the_middle_to_either_side() -> None:
    up, down, none = bars_view(Bars("t", ("n", "v"), (("a",), ("b",), ("c",)), np.array([2.0, -1.0, 0.0])))
    assert (up.direction, up.left, up.width) == ("up", 50.0, 50.0)
    assert (down.direction, down.left, down.width) == ("down", 25.0, 25.0)
    assert none.width == 0.0


def test_an_axis_may_carry_names() -> None:
    x = np.arange(1.0, 12.0)
    names = tuple(f"layer{k}" for k in range(1, 12))
    view = chart_view(Chart("c", "layer", "y", (Series("s", x, x),), x_names=names), "key")
    assert view is not None
    ticks = [tick.text for tick in view.x_ticks]
    assert ticks == ["layer1", "layer3", "layer5", "layer7", "layer9", "layer11"]
    assert view.reading["labels"] == list(names)
