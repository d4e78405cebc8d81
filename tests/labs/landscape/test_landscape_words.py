"""The sentences of a landscape, on planted numbers: no surer than they are."""

from dataclasses import replace

import numpy as np
import pytest

import descentlab as dl
from descentlab.labs.landscape._measured import Between, Crossing, Curve, Landscape, Lines, Plane
from descentlab.labs.landscape._notes import notes_of
from descentlab.labs.landscape._tables import fill_tables
from descentlab.labs.landscape._words import say
from descentlab.labs.landscape.measure import Barrier, path_plane, read_line

AT = np.linspace(-1.0, 1.0, 21)
T = np.linspace(0.0, 1.0, 21)


def curve(at: np.ndarray, loss: np.ndarray, curvature: float | None = None, name: str = "a line") -> Curve:
    return Curve(name, at, {"train": loss}, {}, read_line(at, loss), curvature)


def landscape_of(*lines: Curve, from_start: Curve | None = None, sharpness: float | None = None) -> Landscape:
    named = tuple(replace(line, name=f"random direction {place + 1}") for place, line in enumerate(lines))
    sharpest = None if sharpness is None else curve(AT, 1.0 + AT**2, sharpness, "sharpest direction")
    return Landscape(
        name="it",
        experiment=dl.preset("iris"),
        loss={"train": 1.0},
        accuracy={},
        num_examples={"train": 96},
        num_available={"train": 96},
        num_params=67,
        normalization="filter",
        span=1.0,
        lines=Lines(named, sharpest, sharpness, 5.0),
        from_start=replace(from_start or curve(T, 2.0 - T), name="initial to trained"),
        planes=(),
        writing=None,
        crossing=None,
    )


def text_of(landscape: Landscape) -> str:
    words = say(fill_tables(landscape))
    return " ".join(statement.text for statement in (words.answer, *words.statements))


def test_what_looks_convex_is_not_called_convex() -> None:
    bowl = curve(AT, 1.0 + AT**2)
    assert "It looks convex along all of them, which lines as few as these cannot prove." in text_of(
        landscape_of(bowl, bowl)
    )
    hump = curve(AT, 1.0 + 0.1 * AT**2 + np.exp(-(((np.abs(AT) - 0.5) / 0.1) ** 2)))
    assert "Along 1 of them it bends down somewhere, so it is not convex." in text_of(landscape_of(bowl, hump))
    assert "Along all of them it bends down somewhere" in text_of(landscape_of(hump, hump))
    assert "lower loss" not in text_of(landscape_of(bowl, hump))


def test_a_lower_place_on_a_line_is_told() -> None:
    beside = curve(AT, 0.5 + 0.5 * (AT - 1.0) ** 2)
    text = text_of(landscape_of(beside, curve(AT, 1.0 + AT**2)))
    assert "On 1 of 2 there is a lower loss beside the network, down to 0.5 at a step of 1" in text


def test_infinite_ends_are_no_numbers_in_a_sentence() -> None:
    loss = 1.0 + AT**2
    loss[[0, -1]] = np.inf
    assert "goes from 1 to more than a number holds" in text_of(landscape_of(curve(AT, loss)))


def test_the_sharpest_direction_is_held_against_the_random_ones() -> None:
    lines = [curve(AT, 1.0 + AT**2, curvature) for curvature in (0.1, 0.3)]
    assert "0.2 along the random ones on average, 50 times less" in text_of(landscape_of(*lines, sharpness=10.0))
    flat = [curve(AT, 1.0 + AT**2, curvature) for curvature in (-0.1, 0.1)]
    assert "times less" not in text_of(landscape_of(*flat, sharpness=10.0))


def test_the_way_from_the_start_falls_rises_or_ends_no_lower() -> None:
    assert "never rises on its way down to 1" in text_of(landscape_of(from_start=curve(T, 2.0 - T)))
    bumped = 2.0 - T + 2.0 * np.exp(-(((T - 0.5) / 0.1) ** 2))
    text = text_of(landscape_of(from_start=curve(T, bumped)))
    assert "on the way, at most to 3.5; training went around that" in text
    ripple = 2.0 - T
    ripple[10] += 0.055
    assert "falls to 1, but for a rise of 0.005 on the way" in text_of(landscape_of(from_start=curve(T, ripple)))
    assert "comes to 2, which is no lower" in text_of(landscape_of(from_start=curve(T, 1.0 + T)))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("straight", "so most of that share is what chance gives, and the path is straighter than they are"),
        ("walk", "so that share is what chance gives"),
        ("bent", "the path is more bent than they are"),
    ],
)
def test_the_share_of_a_path_is_held_against_random_walks(kind: str, words: str) -> None:
    rng = np.random.default_rng(1)
    steps = rng.normal(size=(20, 200))
    if kind == "straight":
        steps += 3.0
    # Points around one place: each step is taken back, so that no component holds much.
    networks = steps if kind == "bent" else np.cumsum(steps, axis=0)
    path = path_plane(range(20), networks)
    losses = np.stack([np.full(20, 2.0), np.full(20, 1.0)])
    over = {"train": np.ones((len(AT), len(AT)))}
    plane = Plane("path", AT, AT, over, {}, 0.0, path, losses)
    text = text_of(replace(landscape_of(), planes=(plane,)))
    assert words in text
    assert "by up to a factor of 2" in text


def crossing_of(before: Barrier, after: Barrier | None) -> Crossing:
    ways = [
        None
        if barrier is None
        else Between(("a", "b"), curve(T, 1.0 + T, name=name), {"train": barrier}, {"train": 0.25}, 1.0)
        for name, barrier in (("a to b", before), ("the same, units matched", after))
    ]
    assert ways[0] is not None
    return Crossing(ways[0], ways[1], 3 if after else 0, 8 if after else 0)


HIGH = Barrier(0.5, 0.4, 1.5, (1.0, 1.0), (0.4, 0.6), 96, is_real=True)
LOW = Barrier(0.1, 0.4, 1.1, (1.0, 1.0), (0.05, 0.15), 96, is_real=True)
UNSURE = Barrier(0.01, 0.4, 1.01, (1.0, 1.0), (-0.01, 0.03), 96, is_real=False)
NONE = Barrier(0.0, None, 1.0, (1.0, 1.0), None, 96, is_real=False)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (HIGH, None, "a barrier of 0.5 above the line between its ends (95% interval over 96 examples 0.4 to 0.6); "
         "accuracy falls by up to 25.0 points"),
        (HIGH, LOW, "the barrier of the training loss is 0.1 (0.05 to 0.15), 20% of what it was"),
        (HIGH, UNSURE, "(-0.01 to 0.03): no barrier is left"),
        (HIGH, NONE, "the training loss is nowhere above the line between its ends"),
        (UNSURE, None, "no barrier that can be distinguished from none"),
        (NONE, None, "is nowhere above the line between its ends: no barrier"),
        (replace(HIGH, height=np.inf), None, "becomes too large for a number"),
    ],
)  # fmt: skip
def test_a_barrier_is_told_with_its_interval(before: Barrier, after: Barrier | None, words: str) -> None:
    assert words in text_of(replace(landscape_of(), crossing=crossing_of(before, after)))


def test_notes_say_what_was_left_out() -> None:
    landscape = replace(landscape_of(), num_available={"train": 1_000}, normalization="none")
    text = " ".join(notes_of(landscape, ("And this.",)))
    assert "96 of 1,000 examples" in text
    assert "normal numbers in one scale" in text
    assert text.endswith("And this.")
