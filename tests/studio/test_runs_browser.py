"""The runs page in a real browser: list, details, files, report, comparison, and a deletion that is undone."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

import descentlab as dl
from descentlab.spec import override, preset
from descentlab.studio.files._hidden_folders import TRASH

from .conftest import serving

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
NAMES = ("slow", "fast", "flow ers", "study", "wide")
BAD = ("stopped", "broken")


@pytest.fixture(scope="module")
def runs(studio: Any) -> Iterator[Path]:
    """Runs and studies that compare, a run that was stopped and one with a broken file, as long as these tests last."""
    folder = studio.folder / "runs"
    circle = override(preset("circle"), ["epochs=2", "num_seeds=7"])
    dl.train(circle, out=folder / "slow", report=False)
    dl.train(override(circle, ["optimizer.learning_rate=0.3"]), out=folder / "fast", report=False)
    dl.train(override(preset("iris"), ["epochs=5"]), out=folder / "flow ers")
    shutil.copytree(folder / "slow", folder / "stopped")
    (folder / "stopped" / "metrics.json").unlink()
    shutil.copytree(folder / "slow", folder / "broken")
    (folder / "broken" / "metrics.json").write_text("{")
    dl.sweep("circle", learning_rate=[0.01, 0.1], seeds=2, epochs=2, out=folder / "study")
    dl.sweep("circle", learning_rate="0.001:1:5", seeds=2, epochs=2, out=folder / "wide", report=False)
    yield folder
    for name in (*NAMES, *BAD):
        shutil.rmtree(folder / name, ignore_errors=True)


@pytest.fixture
def show(visit: Open, runs: Path) -> Open:
    """Open the page and wait for its list."""

    def open_page(**options: Any) -> Any:
        page = visit("runs", **options)
        page.locator("tr[data-run='slow']").wait_for()
        return page

    return open_page


def test_the_list_says_what_there_is(show: Open) -> None:
    page = show()
    row = lambda name: page.locator(f"tr[data-run='{name}']").text_content()
    assert "mean of 7 seeds" in row("fast")
    assert "can be resumed" in row("stopped")
    assert "sweep: 4 networks over learning_rate" in row("study")
    assert "damaged: " in row("broken")
    boxes = lambda name: page.locator(f"tr[data-run='{name}']").get_by_role("checkbox").count()
    assert {name: boxes(name) for name in (*NAMES, *BAD)} == {**dict.fromkeys(NAMES, 1), **dict.fromkeys(BAD, 0)}
    assert page.get_by_role("button", name="Compare").is_disabled()


def test_a_report_opens_beside_the_page(show: Open) -> None:
    page = show()
    for name in ("flow ers", "study"):
        with page.expect_popup() as opened:
            page.get_by_role("link", name=f"report of {name}").click()
        opened.value.wait_for_load_state()
        assert opened.value.locator("h1").count() == 1
        opened.value.close()


def test_details_tell_what_was_trained_and_what_came_of_it(show: Open, runs: Path) -> None:
    page = show()
    page.get_by_role("button", name="Details of flow ers").click()
    details = page.get_by_role("region", name="Details", exact=True)
    details.get_by_text("Every setting, as TOML").click()
    details.get_by_text("epochs = 5", exact=False).wait_for()
    assert details.get_by_role("region", name="Scores").get_by_role("row").count() == 4
    page.get_by_role("button", name="Details of stopped").click()
    details.get_by_text("descentlab train --resume runs/stopped").wait_for()
    page.get_by_role("button", name="Details of broken").click()
    details.get_by_role("alert").get_by_text("is not JSON", exact=False).wait_for()
    assert details.get_by_role("region").count() == 0


def test_a_study_is_told_and_its_numbers_are_downloaded(show: Open, runs: Path) -> None:
    page = show(width=390, height=844)
    page.get_by_role("button", name="Details of study").click()
    details = page.get_by_role("region", name="Details", exact=True)
    told = details.get_by_role("region", name="Facts")
    assert told.get_by_role("row", name="varied").text_content() == "variedlearning_rate: 0.01, 0.1"
    assert "4: 2 settings, each from 2 seeds" in told.text_content()
    assert details.get_by_role("region", name="Settings").get_by_role("row").count() == 3
    assert "The best of the 2 settings tried is learning_rate 0.1" in details.text_content()
    for name in ("members.parquet", "metrics.json", "report.html"):
        with page.expect_download() as begun:
            details.get_by_role("link", name=f"Download {name}").click()
        assert begun.value.suggested_filename == f"study-{name}"
        assert Path(begun.value.path()).read_bytes() == (runs / "study" / name).read_bytes()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_details_and_comparisons_keep_nobody_out(show: Open, scheme: str, width: int) -> None:
    page = show(width=width, color_scheme=scheme)

    def look() -> None:
        page.wait_for_function("!document.querySelector('.q-loading-bar:not([aria-hidden=true])')")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []

    for name in ("broken", "stopped", "flow ers", "study"):
        page.get_by_role("button", name=f"Details of {name}").click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
        page.wait_for_timeout(300)
        look()
    page.get_by_text("Every setting, as TOML").click()
    for name in ("study", "wide"):
        page.get_by_role("checkbox", name=f"Choose {name}").click()
    look()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("region", name="Results").wait_for()
    page.wait_for_timeout(300)
    look()


def test_the_keys_lead_to_details_and_back(show: Open) -> None:
    page = show()
    opener = page.get_by_role("button", name="Details of study")
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Facts").wait_for()
    page.wait_for_function("document.activeElement.ariaLabel == 'Details'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Facts").wait_for(state="detached")
    page.wait_for_function("document.activeElement.ariaLabel == 'Details of study'")


def test_studies_compare_with_studies(show: Open) -> None:
    page = show()
    for name in ("study", "slow"):
        page.get_by_role("checkbox", name=f"Choose {name}").click()
    page.get_by_text("2 chosen: runs are compared with runs, studies with studies").wait_for()
    assert page.get_by_role("button", name="Compare").is_disabled()
    for name in ("slow", "wide"):
        page.get_by_role("checkbox", name=f"Choose {name}").click()
    page.get_by_text("2 chosen", exact=True).wait_for()
    page.get_by_role("button", name="Compare").click()
    rows = page.get_by_role("region", name="What differs").get_by_role("row")
    rows.first.wait_for()
    told = [rows.nth(place).text_content() for place in range(rows.count())]
    assert told == ["what differsstudywide", "learning_rate, varied0.01, 0.15 values from 0.001 to 1, in equal factors"]
    assert page.get_by_role("region", name="Results").get_by_role("row", name="best setting").count() == 1


def test_two_runs_are_compared_with_what_is_sure(show: Open) -> None:
    page = show()
    for name in ("fast", "slow"):
        page.get_by_role("checkbox", name=f"Choose {name}").click()
    page.get_by_text("2 chosen").wait_for()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("fast minus slow", exact=False).wait_for()
    differs = page.get_by_role("region", name="What differs")
    assert differs.get_by_role("row").nth(1).text_content() == "optimizer.learning_rate0.30.03"
    page.get_by_role("checkbox", name="Choose flow ers").click()
    page.get_by_text("3 chosen").wait_for()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("their scores do not compare", exact=False).wait_for()


def test_a_deletion_asks_and_can_be_undone(show: Open, runs: Path) -> None:
    page = show()
    page.get_by_role("button", name="Delete slow").click()
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    assert (runs / "slow").is_dir()
    page.get_by_role("button", name="Delete slow").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("slow is deleted.").wait_for()
    page.locator("tr[data-run='slow']").wait_for(state="detached")
    assert not (runs / "slow").exists()
    page.wait_for_function("document.activeElement.ariaLabel == 'Undo: bring slow back'")
    page.keyboard.press("Enter")
    page.locator("tr[data-run='slow']").wait_for()
    assert (runs / "slow").is_dir()
    page.wait_for_function("document.activeElement.closest('tr')?.dataset.run == 'slow'")


def test_leaving_makes_a_deletion_final(show: Open, runs: Path) -> None:
    shutil.copytree(runs / "slow", runs / "gone")
    page = show()
    page.get_by_role("button", name="Delete gone").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("gone is deleted.").wait_for()
    assert list((runs / ".trash").iterdir())
    page.goto("about:blank")
    for _ in range(200):
        if not (runs / ".trash").exists():
            break
        page.wait_for_timeout(100)
    assert not (runs / ".trash").exists()
    assert not (runs / "gone").exists()


def test_an_upload_goes_when_neither_a_run_nor_a_page_needs_it(show: Open, visit: Open, runs: Path) -> None:
    (runs.parent / "pets.csv").write_text(
        "weight,kind\n" + "".join(f"{place % 9},k{place % 2}\n" for place in range(60))
    )
    data = visit("data")
    data.get_by_label("1 Data", exact=True).locator("input[type=file]").set_input_files(runs.parent / "pets.csv")
    data.get_by_label("Epochs").fill("2")
    data.get_by_role("button", name="Train", exact=True).click()
    data.get_by_text("Kept as runs/pets-001").wait_for(timeout=90_000)
    upload = next((runs / ".uploads").glob("*/pets.csv"))
    page = show()
    page.get_by_role("button", name="Delete pets-001").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("pets-001 is deleted.").wait_for()
    page.goto("about:blank")
    for _ in range(200):
        if list((runs / TRASH).glob("*.final")):
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    assert upload.is_file()  # a page has it open
    data.goto("about:blank")
    for _ in range(200):
        if not upload.parent.exists() and not (runs / TRASH).exists():
            break
        page.wait_for_timeout(100)
    assert not upload.parent.exists()
    assert not (runs / TRASH).exists()


def test_a_deletion_is_not_final_when_the_studio_is_killed(browser: Any, runs: Path, tmp_path: Path) -> None:
    for name in ("kept", "study"):
        shutil.copytree(runs / "study", tmp_path / "runs" / name)
    with serving(tmp_path) as served, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{served.address}runs")
        for name in ("kept", "study"):
            page.get_by_role("button", name=f"Delete {name}").click()
            page.get_by_role("button", name="Delete", exact=True).click()
            page.get_by_text(f"{name} is deleted.").wait_for()
        os.kill(served.pid, signal.SIGKILL)
    assert not (tmp_path / "runs" / "kept").exists()
    shutil.copytree(runs / "wide", tmp_path / "runs" / "study")
    with serving(tmp_path) as served, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{served.address}runs")
        page.get_by_text("so it is back: kept.", exact=False).wait_for()
        page.locator("tr[data-run='kept']").wait_for()
        note = page.locator(".runs-note").filter(has_text="there is another study by now")
        assert str(next((tmp_path / "runs" / TRASH).glob("*/study")).relative_to(tmp_path)) in note.text_content()
        page.locator(".runs-note").first.get_by_role("button").click()
        page.get_by_text("so it is back: kept.", exact=False).wait_for(state="detached")
        page.reload()
        page.locator("tr[data-run='kept']").wait_for()
        assert page.locator(".runs-note").count() == 1
    assert (tmp_path / "runs" / "kept" / "members.parquet").is_file()
    assert next((tmp_path / "runs" / TRASH).glob("*/study")).is_dir()


def test_it_fits_a_phone_and_goes_by_keys(show: Open) -> None:
    page = show(width=390, height=844, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("checkbox", name="Choose fast").focus()
    page.keyboard.press("Space")
    page.get_by_text("1 chosen").wait_for()
    page.get_by_role("button", name="Details of fast").focus()
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Scores").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
