"""`dl.surface`: its numbers against theory, what its options mean, and pages of odd surfaces."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.labs.surface import _measure
from descentlab.labs.surface._measured import Descents
from descentlab.labs.surface._words import say
from descentlab.results import Result, as_arrays


@pytest.fixture(scope="module", autouse=True)
def few_basins() -> Iterator[None]:
    """Coarse pictures of basins, whose descents are most of what a surface costs; their programs are the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_measure, "BASIN_SIDES", {1: (512,), 2: (64, 64)})
        patch.setattr(_measure, "BASIN_RATES", 8)
        yield


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result[Descents]:
    """The double well, with its page; not to be changed."""
    return dl.surface("double-well", starts=2_000, steps=400, out=tmp_path_factory.mktemp("wells") / "wells")


@pytest.fixture(scope="module")
def wells(result: Result[Descents]) -> Descents:
    """The measurements of the double well."""
    return result.measured


def test_the_share_in_each_minimum_is_the_width_of_its_basin(wells: Descents) -> None:
    # Above a tenth of the limit starts at the domain's ends leap over; the low rate does not.
    top = float(sorted(np.roots([4, 0, -4, 0.3]).real)[1])
    slow = wells.by_rate[0]
    share = float((slow.fates == 0).mean())
    expected = (top + 2) / 4
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 2_000))
    assert ((slow.fates == 0) == (wells.starts[:, 0] < top)).all()


def test_limits_are_two_over_the_second_derivative_and_hold(wells: Descents) -> None:
    for number, place in enumerate(wells.survey.minima):
        limit = wells.limit_of(place)
        assert limit == pytest.approx(2 / (12 * place.point[0] ** 2 - 4))
        for outcome in wells.by_rate:
            held = (outcome.fates == number).any()
            assert held == (outcome.setting.learning_rate < limit)


def test_it_says_what_came_out(result: Result[Descents]) -> None:
    words = " ".join(result.sentences)
    share = 100 * float((result.measured.usual.fates == 0).mean())
    assert result.answer.startswith(f"On double-well, descent reaches the lowest (global) minimum from {share:.1f}% of")
    assert "double-well has 2 minima; the global one is at x = −1.036" in words
    assert f"{share:.1f}% (" in words
    assert "stuck in local minima' holds here for" in words
    assert "can hold a start up to a rate of 0.2255, the other up to 0.2832" in words
    assert "no start ended in that minimum" in words
    assert "Found and known from the literature as global: one of one." in result.notes
    assert [statement.state for statement in result.statements] == [
        None, None, "holds", "not shown", "not shown", "real", None, None, "holds"
    ]  # fmt: skip


def test_a_descent_above_a_limit_that_settles_all_the_same_refutes_it(result: Result[Descents]) -> None:
    minima = result.tables["minima"]
    statement = say(result.tables.changed(minima.with_cells("ended_above", [3, 4]))).statements[-1]
    assert statement.state == "does not hold"
    assert "7 descents ended in it all the same" in statement.text


def test_noise_and_restarts_help_where_theory_says_so(wells: Descents) -> None:
    assert wells.gains["noise"].difference.is_real
    assert wells.gains["noise"].difference.value > 0.1
    share = float((wells.usual.fates == 0).mean())
    assert wells.restarts[0].value == pytest.approx(share)
    assert wells.restarts[4].value == pytest.approx(1 - (1 - share) ** 5, abs=0.01)
    assert len(wells.restarts) == 20


def test_what_is_written_is_what_was_measured(result: Result[Descents]) -> None:
    assert result.path is not None
    files = {path.name for path in result.path.iterdir()}
    assert files == {"result.json", "report.html", *(f"{name}.parquet" for name in result.tables)}
    assert {"starts", "basins", "shares", "relief"} < set(result.tables)
    tables = json.loads((result.path / "result.json").read_text(encoding="utf-8"))["tables"]
    assert tables["surface"]["name"] == "double-well"
    kinds = [place["kind"] for place in (*tables["minima"], *tables["others"])]
    assert kinds == ["minimum", "minimum", "maximum"]
    assert sum(end["share"]["value"] for end in tables["ends"]) == pytest.approx(1.0)
    rates = [row["setting"] for row in tables["shares"] if row["varied"] == "learning_rate"]
    for rate in rates:
        ends = [row["share"]["value"] for row in tables["setting_ends"] if row["setting"] == rate]
        assert sum(ends) == pytest.approx(1.0)
    arrays = as_arrays(result.declaration)
    assert len(arrays["starts"]["end"]) == 2_000
    np.testing.assert_allclose(arrays["starts"]["start_x"], result.measured.starts[:, 0])
    for table in arrays.values():
        assert len({len(column) for column in table.values()}) == 1


def test_every_kind_of_end_is_counted_once(result: Result[Descents]) -> None:
    kinds = ("global", "local", "oscillating", "lost", "elsewhere")
    for row in result.tables["shares"].rows():
        assert sum(row[kind].value for kind in kinds) == pytest.approx(1.0)


def test_the_page_shows_all_of_it_and_loads_nothing(result: Result[Descents]) -> None:
    assert result.path is not None
    page = (result.path / "report.html").read_text(encoding="utf-8")
    for part in ("The surface, and paths over it", "Basins", "By the learning rate", "By momentum", "By restarts",
                 "By noise in the gradient", "The largest rate that each minimum allows", "minimum at x = −1.036",
                 "limit 0.226", result.answer):  # fmt: skip
        assert part in page
    assert not re.search(r"(src|href)=[\"']?https?:", page)
    assert ">nan<" not in page.lower()


def test_one_value_sets_and_several_are_compared() -> None:
    several = dl.surface(
        "bowl", learning_rate="0.05:0.25:5", momentum=0.5, noise=(0.0, 1.0), starts=64, steps=100, report=False
    ).measured
    rates = [outcome.setting.learning_rate for outcome in several.by_rate]
    assert rates == pytest.approx(np.geomspace(0.05, 0.25, 5), rel=1e-9)
    assert {outcome.setting.momentum for outcome in several.by_rate} == {0.5}
    # The usual rate is the one nearest to 1 / L = 0.1.
    assert several.usual.setting.learning_rate == pytest.approx(0.1118, rel=1e-3)
    assert [outcome.setting.noise for outcome in several.sweeps["noise"]] == [0.0, 1.0]
    assert 0.5 in [outcome.setting.momentum for outcome in several.sweeps["momentum"]]
    assert several.limit_of(several.survey.minima[0]) == pytest.approx(2 * 1.5 / 10)
    single = dl.surface("bowl", learning_rate=0.02, starts=64, steps=100, report=False).measured
    assert single.usual.setting.learning_rate == 0.02
    assert len(single.by_rate) > 20


@pytest.mark.parametrize("optimizer", ["nesterov", "adam", "rmsprop"])
def test_other_rules(optimizer: str) -> None:
    result = dl.surface("5*x^2", optimizer=optimizer, starts=64, steps=1_000, report=False)
    bowl = result.measured
    (place,) = bowl.survey.minima
    if optimizer == "nesterov":
        assert bowl.limit_of(place) == pytest.approx(2 / 10)
        assert all((each.fates == 0).any() == (each.setting.learning_rate < 0.2) for each in bowl.by_rate)
    else:
        assert math.isnan(bowl.limit_of(place))
        assert set(bowl.sweeps) == {"learning_rate", "noise"}
        assert "limit" not in " ".join(result.sentences)
        assert any("does not apply" in note for note in result.notes)
    assert (bowl.usual.fates == 0).mean() > 0.9


def test_the_seed_decides() -> None:
    first, again, other = (
        dl.surface("double-well", noise=2.0, starts=100, steps=20, seed=seed, report=False).measured
        for seed in (1, 1, 2)
    )  # fmt: skip
    for name, outcomes in first.sweeps.items():
        for outcome, repeated in zip(outcomes, again.sweeps[name], strict=True):
            np.testing.assert_array_equal(outcome.fates, repeated.fates)
    np.testing.assert_array_equal(first.starts, again.starts)
    assert not np.array_equal(first.starts, other.starts)


ODD = [
    "-x^2", "0*x", "x*ln(x)", "abs(x)",
    *(pytest.param(formula, marks=pytest.mark.slow) for formula in (
        "x", "x^3", "1/x", "max(0, x^2 - 1)", "x^2 - y^2", "x*ln(x) + y^2", "(x^2 + y^2 - 1)^2", "sqrt(x^2 + y^2)",
        "cos(9*x) + cos(9*y)",
    )),
]  # fmt: skip


@pytest.mark.parametrize("formula", ODD)
def test_odd_surfaces_have_a_page_too(formula: str, tmp_path: Path) -> None:
    result = dl.surface(formula, starts=40, steps=60, out=tmp_path / "odd")
    page = (tmp_path / "odd" / "report.html").read_text(encoding="utf-8")
    assert result.answer in page
    assert ">nan<" not in page.lower()
    assert "nan" not in " ".join(result.sentences)
    json.dumps(result.to_json(), allow_nan=False)
    if not result.measured.survey.best:
        assert "no minimum was found" in result.answer
        assert result.measured.gains == {}
    assert formula.split("*", maxsplit=1)[0] in str(result)


def test_a_formula_that_falls_for_ever_is_said_to() -> None:
    words = " ".join(dl.surface("x^3 - 3*x", starts=200, steps=300, report=False).sentences)
    assert "domain's edge is lower" in words
    assert "may have no lowest value at all" in words


@pytest.mark.parametrize(("starts", "restarts"), [(1, None), (30, 2)])
def test_few_starts(starts: int, restarts: int | None, tmp_path: Path) -> None:
    few = dl.surface("double-well", starts=starts, restarts=restarts, steps=20, out=tmp_path / "few").measured
    assert len(few.usual.fates) == starts
    assert len(few.restarts) == (min(20, starts) if restarts is None else restarts)


def test_a_domain_of_one_s_own() -> None:
    result = dl.surface("rastrigin-1d", domain="-0.4:0.4", starts=300, steps=200, report=False)
    assert len(result.measured.survey.minima) == 1
    assert (result.measured.usual.fates == 0).all()
    assert "cannot hold here" in " ".join(result.sentences)


def test_nothing_is_written_without_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert dl.surface("x^2 + x", starts=20, steps=20, report=False).path is None
    assert dl.surface().path is None
    assert not list(tmp_path.iterdir())
    first = dl.surface("x^2 + x", starts=20, steps=20)
    other = dl.surface("x^2 - x", starts=20, steps=20)
    assert first.path is not None
    assert first.path != other.path
    assert first.path.parent == Path("runs")
