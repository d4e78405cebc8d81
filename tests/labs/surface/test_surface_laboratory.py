"""`dl.surface`: its numbers against theory, what its options mean, and pages of odd surfaces."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.labs.surface import SurfaceResult


@pytest.fixture(scope="module")
def wells(tmp_path_factory: pytest.TempPathFactory) -> SurfaceResult:
    """The double well, with its page; not to be changed."""
    return dl.surface("double-well", starts=2_000, steps=400, out=tmp_path_factory.mktemp("wells") / "found")


def test_the_share_in_each_minimum_is_the_width_of_its_basin(wells: SurfaceResult) -> None:
    # Above a tenth of the limit starts at the domain's ends leap over; the low rate does not.
    top = float(sorted(np.roots([4, 0, -4, 0.3]).real)[1])
    slow = wells.by_rate[0]
    share = float((slow.fates == 0).mean())
    expected = (top + 2) / 4
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 2_000))
    assert ((slow.fates == 0) == (wells.starts[:, 0] < top)).all()


def test_limits_are_two_over_the_second_derivative_and_hold(wells: SurfaceResult) -> None:
    for number, place in enumerate(wells.found.minima):
        limit = wells.limit_of(place)
        assert limit == pytest.approx(2 / (12 * place.point[0] ** 2 - 4))
        for outcome in wells.by_rate:
            held = (outcome.fates == number).any()
            assert held == (outcome.setting.learning_rate < limit)


def test_it_says_what_came_out(wells: SurfaceResult) -> None:
    told = " ".join(wells.sentences)
    share = 100 * float((wells.usual.fates == 0).mean())
    assert "double-well has 2 minima; the global one is at x = -1.036" in told
    assert f"{share:.1f}%" in told
    assert "stuck in local minima' holds here for" in told
    assert "can hold a start up to a rate of 0.2255, the other up to 0.2832" in told
    assert "no start ended in that minimum" in told
    assert "Found and known from the literature as global: one of one." in wells.notes


def test_noise_and_restarts_help_where_theory_says_so(wells: SurfaceResult) -> None:
    assert wells.gains["noise"].is_real
    assert wells.gains["noise"].difference > 0.1
    share = float((wells.usual.fates == 0).mean())
    assert wells.restarts[0].value == pytest.approx(share)
    assert wells.restarts[4].value == pytest.approx(1 - (1 - share) ** 5, abs=0.01)
    assert len(wells.restarts) == 20


def test_what_is_written_is_what_was_found(wells: SurfaceResult) -> None:
    assert wells.path is not None
    files = {path.name for path in wells.path.iterdir()}
    assert files == {"result.json", "report.html", "starts.parquet", "basins.parquet", "shares.parquet",
                     "relief.parquet"}  # fmt: skip
    told = json.loads((wells.path / "result.json").read_text(encoding="utf-8"))
    assert told["surface"] == "double-well"
    assert [place["kind"] for place in told["places"]] == ["minimum", "minimum", "maximum"]
    assert sum(end["share"] for end in told["ends"].values()) == pytest.approx(1.0)
    for outcome in told["sweeps"]["learning_rate"]:
        assert sum(outcome["ends"].values()) == pytest.approx(1.0)
    tables = wells.tables()
    assert len(tables["starts"]["end"]) == 2_000
    np.testing.assert_allclose(tables["starts"]["start_x"], wells.starts[:, 0])
    for table in tables.values():
        assert len({len(column) for column in table.values()}) == 1


def test_the_page_shows_all_of_it_and_loads_nothing(wells: SurfaceResult) -> None:
    assert wells.path is not None
    page = (wells.path / "report.html").read_text(encoding="utf-8")
    for part in ("The surface, and paths over it", "Basins", "By the learning rate", "By momentum", "By restarts",
                 "By noise in the gradient", "The largest rate that each minimum allows", "minimum at x = −1.036",
                 "limit 0.226", wells.sentences[0]):  # fmt: skip
        assert part in page
    assert not re.search(r"(src|href)=[\"']?https?:", page)
    assert ">nan<" not in page.lower()


def test_one_value_sets_and_several_are_compared() -> None:
    found = dl.surface(
        "bowl", learning_rate="0.05:0.25:5", momentum=0.5, noise=(0.0, 1.0), starts=64, steps=100, report=False
    )
    assert [one.setting.learning_rate for one in found.by_rate] == pytest.approx(np.geomspace(0.05, 0.25, 5), rel=1e-9)
    assert {one.setting.momentum for one in found.by_rate} == {0.5}
    # The usual rate is the one nearest to 1 / L = 0.1.
    assert found.usual.setting.learning_rate == pytest.approx(0.1118, rel=1e-3)
    assert [one.setting.noise for one in found.by_noise] == [0.0, 1.0]
    assert 0.5 in [one.setting.momentum for one in found.by_momentum]
    assert found.limit_of(found.found.minima[0]) == pytest.approx(2 * 1.5 / 10)
    single = dl.surface("bowl", learning_rate=0.02, starts=64, steps=100, report=False)
    assert single.usual.setting.learning_rate == 0.02
    assert len(single.by_rate) > 20


@pytest.mark.parametrize("optimizer", ["nesterov", "adam", "rmsprop"])
def test_other_rules(optimizer: str) -> None:
    found = dl.surface("bowl", optimizer=optimizer, starts=128, steps=1_500, report=False)
    told = " ".join(found.sentences)
    (place,) = found.found.minima
    if optimizer == "nesterov":
        assert found.limit_of(place) == pytest.approx(2 / 10)
        assert all((one.fates == 0).any() == (one.setting.learning_rate < 0.2) for one in found.by_rate)
    else:
        assert math.isnan(found.limit_of(place))
        assert found.by_momentum == ()
        assert "limit" not in told
        assert any("not its own" in note for note in found.notes)
    assert (found.usual.fates == 0).mean() > 0.9


def test_the_seed_decides() -> None:
    first, again, other = (
        dl.surface("double-well", noise=2.0, starts=200, steps=60, seed=seed, report=False) for seed in (1, 1, 2)
    )
    for name in ("by_rate", "by_momentum", "by_noise"):
        for one, two in zip(getattr(first, name), getattr(again, name), strict=True):
            np.testing.assert_array_equal(one.fates, two.fates)
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
    found = dl.surface(formula, starts=40, steps=60, out=tmp_path / "found")
    page = (tmp_path / "found" / "report.html").read_text(encoding="utf-8")
    assert found.sentences[0] in page
    assert ">nan<" not in page.lower()
    assert "nan" not in " ".join(found.sentences)
    json.dumps(found.to_json(), allow_nan=True)
    if not found.found.best:
        assert "no minimum was found" in found.sentences[0]
        assert found.gains == {}
    assert formula.split("*", maxsplit=1)[0] in str(found)


def test_a_formula_that_falls_for_ever_is_said_to() -> None:
    found = dl.surface("x^3 - 3*x", starts=200, steps=300, report=False)
    assert "domain's edge is lower" in found.sentences[0]
    assert "may have no lowest value at all" in found.sentences[0]


@pytest.mark.parametrize(("starts", "restarts"), [(1, None), (30, 2)])
def test_few_starts(starts: int, restarts: int | None, tmp_path: Path) -> None:
    found = dl.surface("double-well", starts=starts, restarts=restarts, steps=20, out=tmp_path / "found")
    assert len(found.usual.fates) == starts
    assert len(found.restarts) == (min(20, starts) if restarts is None else restarts)


def test_a_domain_of_one_s_own() -> None:
    found = dl.surface("rastrigin-1d", domain="-0.4:0.4", starts=300, steps=200, report=False)
    assert len(found.found.minima) == 1
    assert (found.usual.fates == 0).all()
    assert "cannot hold here" in " ".join(found.sentences)


def test_nothing_is_written_without_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert dl.surface("x^2 + x", starts=20, steps=20, report=False).path is None
    assert not list(tmp_path.iterdir())
    found = dl.surface("x^2 + x", starts=20, steps=20)
    other = dl.surface("x^2 - x", starts=20, steps=20)
    assert found.path is not None
    assert found.path != other.path
    assert found.path.parent == Path("runs")
