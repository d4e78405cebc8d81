"""Places, pictures and lines: what is drawn against what it should be."""

import csv
import io
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from descentlab.core import ShapeError
from descentlab.results import CLASS_COLOURS, lighten, score_colours, winner_colours
from descentlab.results._chart import ChartView, chart_view
from descentlab.results._contour import class_margins, zero_lines
from descentlab.results._csv import download
from descentlab.results._history import accuracy_chart, loss_chart
from descentlab.results._numbers import fixed, number, seconds, short
from descentlab.results._part_content import Chart, Mark, Series
from descentlab.results._png import encode_png
from descentlab.results._scales import Scale, linear_scale, log_scale, thin

Variants = dict[str, Callable[[], Any]]
FLOATS = st.floats(-1e12, 1e12, allow_nan=False)
POSITIVE = st.floats(1e-12, 1e12, allow_nan=False)
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def _read(text: str) -> float:
    """Read a number as a person does."""
    mantissa, _, power = text.replace("−", "-").replace(",", "").rpartition("×10")
    if not mantissa and re.fullmatch(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", power):
        return 10.0 ** int(power[2:].translate(SUPERSCRIPTS))
    return float(mantissa) * 10.0 ** int(power.translate(SUPERSCRIPTS)) if mantissa else float(power)


@given(st.lists(FLOATS, min_size=1, max_size=20))
def test_a_linear_axis_holds_its_values_and_says_where_its_ticks_are(values: list[float]) -> None:
    scale = linear_scale(np.array(values), start=300.0, end=20.0)
    slack = 1e-9 * max(abs(scale.low), abs(scale.high))
    assert scale.low - slack <= min(values)
    assert max(values) <= scale.high + slack
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 12
    for tick in ticks:
        wanted = scale.low + (300.0 - tick.at) / 280.0 * (scale.high - scale.low)
        assert _read(tick.text) == pytest.approx(wanted, rel=1e-3, abs=1e-3 * (scale.high - scale.low))


@given(st.lists(POSITIVE, min_size=1, max_size=20))
def test_a_logarithmic_axis_does_too(values: list[float]) -> None:
    scale = log_scale(np.array(values), start=300.0, end=20.0)
    assert scale is not None
    assert scale.low <= min(values)
    assert max(values) <= scale.high
    ticks = scale.ticks()
    assert ticks
    assert len(ticks) <= 14
    for tick in ticks:
        share = (300.0 - tick.at) / 280.0
        wanted = scale.low ** (1.0 - share) * scale.high**share
        assert _read(tick.text) == pytest.approx(wanted, rel=1e-6)


def test_axes_stand_values_that_have_no_place() -> None:
    none = np.array([np.nan, np.inf, -np.inf, -1.0, 0.0])
    assert log_scale(none, start=1.0, end=0.0) is None
    scale = Scale(1.0, 100.0, 0.0, 2.0, "log")
    assert np.isnan(scale.place(none)).all()
    assert scale.at(10.0) == pytest.approx(1.0)
    assert linear_scale(none[:3], start=0.0, end=1.0).ticks()


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
@given(data=st.data())
def test_pictures_are_png_files_that_others_can_read(channels: tuple[int, ...], data: st.DataObject) -> None:
    size = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    picture = data.draw(arrays(np.uint8, (*size, *channels)))
    read = np.asarray(Image.open(io.BytesIO(encode_png(picture))))
    np.testing.assert_array_equal(read, picture[..., 0] if channels == (1,) else picture)


def test_pictures_of_other_depths_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(4, 4, 2\) cannot be drawn; give"):
        encode_png(np.zeros((4, 4, 2), np.uint8))


def _lines(path: str) -> list[np.ndarray]:
    return [
        np.array([place.split() for place in line.split("L")], np.float64) for line in path.removeprefix("M").split("M")
    ]


def test_the_border_of_a_disc_is_a_circle() -> None:
    grid = np.linspace(-2.0, 2.0, 41)
    field = grid[None, :] ** 2 + grid[:, None] ** 2 - 1.5**2
    (line,) = _lines(zero_lines(field, 100.0 * grid, 100.0 * grid))
    np.testing.assert_allclose(np.hypot(line[:, 0], line[:, 1]), 150.0, atol=0.5)
    np.testing.assert_array_equal(line[0], line[-1])
    length = np.hypot(*np.diff(line, axis=0).T).sum()
    assert length == pytest.approx(2 * math.pi * 150.0, rel=0.01)


def test_a_saddle_is_crossed_by_two_lines_and_a_flat_field_by_none() -> None:
    ends = np.array([0.0, 1.0])
    assert zero_lines(np.array([[1.0, -1.0], [-1.0, 1.0]]), ends, ends).count("M") == 2
    assert zero_lines(np.ones((2, 2)), ends, ends) == ""
    assert zero_lines(np.full((2, 2), np.nan), ends, ends) == ""
    assert zero_lines(np.array([[1.0, -1.0]]), ends, ends[:1]) == ""


def test_a_line_runs_where_the_field_is_interpolated_to_zero_and_breaks_where_it_is_unknown() -> None:
    places = np.arange(5.0)
    field = np.broadcast_to(np.array([-3.0, -1.0, 3.0, 4.0, 5.0]), (5, 5)).copy()
    (line,) = _lines(zero_lines(field, places, 10.0 * places))
    assert sorted(map(tuple, line.tolist())) == [(1.2, 10.0 * row) for row in range(5)]  # 1.25, to a tenth
    field[2, 1] = np.nan
    lines = _lines(zero_lines(field, places, 10.0 * places))
    assert sorted((line[:, 1].min(), line[:, 1].max()) for line in lines) == [(0.0, 10.0), (30.0, 40.0)]


def test_borders_between_classes_take_the_steps_out_of_a_slant() -> None:
    grid = np.linspace(-1.0, 1.0, 41)
    winners = np.where(grid[None, :] > 0.3 * grid[:, None], 1, 2)
    (margin,) = class_margins(winners, np.full(winners.shape, 0.9))
    ends = np.concatenate(_lines(zero_lines(margin, 100 * grid, 100 * grid)))
    inside = np.abs(ends[:, 1]) < 90.0
    # Steps of the grid are 5 wide; the line keeps within half of one.
    assert np.abs(ends[inside, 0] - 0.3 * ends[inside, 1]).max() < 2.5
    assert class_margins(np.zeros((3, 3), np.int64), np.ones((3, 3))).shape == (0, 3, 3)


def test_scores_have_the_playground_s_colours() -> None:
    scores = np.array([-5.0, -1.0, 0.0, 1.0, np.nan])
    orange, blue, grey = (0xF5, 0x93, 0x22), (0x08, 0x77, 0xBD), (0xE8, 0xEA, 0xEB)
    np.testing.assert_array_equal(score_colours(scores), [orange, orange, grey, blue, grey])
    np.testing.assert_array_equal(winner_colours(np.array([0, 1]), np.ones(2)), [orange, blue])
    np.testing.assert_array_equal(lighten(np.array([[255, 255, 255]], np.uint8)), [[255, 255, 255]])
    assert len(set(CLASS_COLOURS)) == 10


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_saved_tables_come_back(rows: list[list[str]]) -> None:
    saved = download("x.csv", ("a", "b"), rows)
    text = unquote(saved.href.removeprefix("data:text/csv;charset=utf-8,"))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a", "b"], *rows]
    assert re.fullmatch(r"[A-Za-z0-9,.:;()=_/%~-]*", saved.href.split(",", 1)[1])


@given(st.integers(1, 5000), st.integers(2, 400))
def test_thinning_keeps_the_ends_and_the_order(num: int, most: int) -> None:
    kept = thin(num, most)
    assert len(kept) <= most
    assert kept[0] == 0
    assert kept[-1] == num - 1
    assert (np.diff(kept) > 0).all()


def drawn(chart: Chart | None) -> ChartView:
    assert chart is not None
    view = chart_view(chart, "chart")
    assert view is not None
    return view


def test_the_band_of_a_population_is_its_quantiles(variants: Variants) -> None:
    history = variants["population"]().history
    chart = loss_chart(history)
    assert chart is not None
    training = chart.series[0]
    assert training.low is not None
    np.testing.assert_allclose(training.y, history.train_loss.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(training.low, np.quantile(history.train_loss, 0.1, axis=0), rtol=1e-6)
    assert [panel.y.kind for panel in drawn(chart).panels] == ["linear", "log"]


def test_members_that_diverged_are_left_out_of_the_mean(variants: Variants) -> None:
    history = variants["population, some diverged"]().history
    chart = loss_chart(history)
    assert chart is not None
    np.testing.assert_allclose(chart.series[0].y, history.train_loss[:9].mean(axis=0), rtol=1e-6)


def test_a_loss_that_ran_away_is_first_seen_on_a_logarithmic_axis(variants: Variants) -> None:
    history = variants["table"]().history
    assert drawn(loss_chart(history)).starts_on == "linear"
    history.train_loss[0, -1] = 1e12
    assert drawn(loss_chart(history)).starts_on == "log"
    assert drawn(accuracy_chart(history)).panels[0].y.high == 1.0


def test_a_single_epoch_is_a_dot(variants: Variants) -> None:
    view = drawn(loss_chart(variants["one epoch"]().history))
    assert [len(line.dots) for line in view.panels[0].series] == [1, 1]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (number(1234.5, digits=4), "1,234"),
        (number(-0.01234), "−0.0123"),
        (number(9.999), "10.0"),
        (number(3.2e9), "3.20×10⁹"),
        (number(math.inf), "∞"),
        (fixed(0.98765), "0.988"),
        (fixed(0.0), "0.000"),
        (fixed(1e-5), "1.00×10⁻⁵"),
        (fixed(-2.5), "−2.500"),
        (seconds(0.0312), "31 ms"),
        (seconds(1.234), "1.23 s"),
        (seconds(59.97), "60.0 s"),
        (seconds(3599.6), "1 h 0 min"),
        (short("a very long name indeed, with an end", length=16), "a very lon…n end"),
    ],
)
def test_numbers_are_written_for_people(written: str, wanted: str) -> None:
    assert written == wanted


def test_labels_of_marks_that_lie_close_together_stand_below_one_another() -> None:
    line = Series("line", np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]))
    marks = (Mark("a valley", x=1.5), Mark("a minimum", x=1.52), Mark("steep", x=1.51), Mark("far", x=0.1))
    chart = Chart("chart", "x", "a title", (line,), marks=(*marks, Mark("up", y=2.0), Mark("on", y=2.01)))
    placed = drawn(chart).panels[0].marks
    boxes = [(4.0, 4.0 + 6.5 * len("a title"), 13.0)]
    for mark in placed:
        width = 6.5 * len(mark.label)
        left = mark.label_x - width if mark.anchor == "end" else mark.label_x
        for start, end, at in boxes:
            assert left >= end or left + width <= start or abs(mark.label_y - at) >= 12.0, mark.label
        boxes.append((left, left + width, mark.label_y))


def test_a_mark_that_nothing_is_near_has_its_label_above_the_chart() -> None:
    line = Series("line", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    (mark,) = drawn(Chart("chart", "x", "y", (line,), marks=(Mark("best", x=0.5),))).panels[0].marks
    assert mark.label_y < 26.0
