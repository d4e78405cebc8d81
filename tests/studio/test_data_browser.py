"""The Data page in a real browser, as a person goes through it: own table to a prediction, pictures, a stop."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from descentlab.core import RunError
from descentlab.runs import RunFolder
from tests.studio.conftest import Studio

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Fish of two kinds, told apart by their width; a column and a word that try to break out of the page."""
    rng = np.random.default_rng(0)
    kinds = np.arange(80) % 2
    frame = pd.DataFrame(
        {
            "width": rng.normal(kinds * 4.0, 0.5).round(2),
            HOSTILE: np.array(["lake", HOSTILE])[rng.integers(0, 2, 80)],
            "kind": np.array(["perch", "trout"])[kinds],
        }
    )
    frame.to_csv(tmp_path / "fish.csv", index=False)
    return tmp_path / "fish.csv"


def upload(page: Any, path: Path, *, section: str = "1 Data") -> None:
    page.get_by_label(section, exact=True).locator("input[type=file]").set_input_files(path)


def train(page: Any) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_label("4 What came out", exact=True).wait_for(timeout=90_000)


def is_scrolled_sideways(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_own_table_to_a_prediction(visit: Open, studio: Studio, table: Path, width: int) -> None:
    page = visit("data", width=width)
    upload(page, table)
    seen = page.get_by_label("2 What is in it", exact=True)
    seen.get_by_text("fish.csv: 80 rows, 3 columns").wait_for()
    assert seen.get_by_role("rowheader").all_inner_texts() == ["width", HOSTILE, "kind"]
    assert seen.get_by_role("listitem").first.inner_text().split() == ["perch", "40", "(50%)"]
    missing = seen.get_by_label("Words for a missing cell")
    missing.fill("lake")
    missing.press("Enter")
    seen.get_by_text("Filled in").wait_for()
    missing.fill("")
    missing.press("Enter")
    seen.get_by_text("Filled in").wait_for(state="detached")
    page.get_by_label("Epochs").fill("40")
    page.get_by_label("Learning rate").fill("0.02")
    train(page)
    outcome = page.get_by_label("4 What came out", exact=True)
    assert "Test accuracy" in outcome.inner_text()
    assert outcome.get_by_role("rowheader").all_inner_texts() == ["train", "validation", "test"]
    assert not page.get_by_role("button", name="Stop").is_visible()
    asking = page.get_by_label("5 Predict", exact=True)
    for number, kind in (("0", "perch"), ("4", "trout")):
        asking.get_by_label("width").fill(number)
        asking.get_by_role("button", name="Predict", exact=True).click()
        asking.get_by_text(f"Predicted: {kind}").wait_for()
        first = asking.get_by_role("listitem").first.inner_text().split()
        assert first[0] == kind
        assert float(first[1].rstrip("%")) > 90.0
    assert not is_scrolled_sideways(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the report").click()
    opened.value.get_by_role("heading", level=1).wait_for()
    assert opened.value.url.startswith(studio.address + "runs/fish-0")
    # The report is in a sandbox: it has no origin by which it could act in the studio.
    assert opened.value.evaluate("self.origin") == "null"


def test_a_table_of_new_rows_comes_back_with_predictions(visit: Open, table: Path, tmp_path: Path) -> None:
    page = visit("data")
    upload(page, table)
    page.get_by_label("Epochs").fill("40")
    page.get_by_label("Learning rate").fill("0.02")
    train(page)
    new = pd.read_csv(table).drop(columns="kind").assign(width=np.linspace(-1, 5, 80))
    new.to_csv(tmp_path / "new.csv", index=False)
    upload(page, tmp_path / "new.csv", section="5 Predict")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download 80 predictions").click()
    told = pd.read_csv(io.BytesIO(Path(saved.value.path()).read_bytes()))
    assert len(told) == 80
    assert told["prediction"].iloc[[0, -1]].tolist() == ["perch", "trout"]
    is_trout = told["probability of trout"].to_numpy() > 0.5
    np.testing.assert_array_equal(told["prediction"].to_numpy() == "trout", is_trout)


def test_a_zip_of_pictures_is_trained_on_and_one_more_is_told(visit: Open, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(tmp_path / "skies.zip", "w") as archive:
        for kind, level in (("night", 40), ("noon", 200)):
            for place in range(20):
                file = io.BytesIO()
                Image.fromarray(rng.integers(level - 30, level + 30, (8, 8), dtype=np.uint8)).save(file, "png")
                archive.writestr(f"skies/{kind}/{place}.png", file.getvalue())
    Image.fromarray(np.full((16, 16), 220, np.uint8)).save(tmp_path / "new.png")
    page = visit("data")
    upload(page, tmp_path / "skies.zip")
    page.get_by_text("skies: 40 pictures of 8x8 pixels, grey").wait_for()
    page.get_by_label("Epochs").fill("5")
    train(page)
    upload(page, tmp_path / "new.png", section="5 Predict")
    page.get_by_text("Predicted: noon").wait_for()
    page.get_by_text("Far from the training: blank").wait_for()


def epoch_of(page: Any) -> int:
    """Wait for the epoch to be told, and read it."""
    status = page.get_by_label("3 Training", exact=True).get_by_role("status").filter(has_text="Epoch")
    status.wait_for(timeout=60_000)
    return int(status.inner_text().split()[1].replace(",", ""))


def test_a_training_is_stopped_kept_and_continued(visit: Open, studio: Studio) -> None:
    page = visit("data")
    page.get_by_role("combobox", name="A set that is here").click()
    page.get_by_role("option", name="digits:").click()
    page.get_by_label("Epochs").fill("100000")
    page.get_by_role("button", name="Train", exact=True).click()
    reached = epoch_of(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("is kept and can be continued").wait_for(timeout=60_000)
    run = max((studio.folder / "runs").glob("digits-*"))
    assert (run / "checkpoint").is_dir()
    assert not (run / "metrics.json").exists()
    page.get_by_role("button", name="Continue", exact=True).click()
    assert epoch_of(page) > reached
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text(f"{run.name} is kept").wait_for(timeout=60_000)


def test_leaving_the_page_stops_the_training_and_keeps_it(visit: Open, studio: Studio) -> None:
    page = visit("data")
    page.get_by_role("combobox", name="A set that is here").click()
    page.get_by_role("option", name="iris:").click()
    page.get_by_label("Epochs").fill("1000000")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("of 1,000,000").wait_for(timeout=60_000)
    run = max((studio.folder / "runs").glob("iris-*"))
    page.close()
    end = time.monotonic() + 60.0
    while True:
        try:
            with RunFolder(run).lock():
                break
        except RunError:
            assert time.monotonic() < end, "the training goes on without its page"
            time.sleep(0.2)
    assert (run / "checkpoint").is_dir()


def test_what_cannot_be_read_is_told_and_the_page_goes_on(visit: Open, table: Path, tmp_path: Path) -> None:
    page = visit("data")
    for path, words in (
        ("/etc/passwd", "outside the allowed folders"),
        ("none.csv", "there is no"),
        ("", "type the path"),
    ):
        page.get_by_label("Or a path on this machine").fill(path)
        page.get_by_role("button", name="Open", exact=True).click()
        page.get_by_role("alert").filter(has_text=words).wait_for()
    (tmp_path / "fake.parquet").write_bytes(b"no such thing")
    upload(page, tmp_path / "fake.parquet")
    page.get_by_role("alert").filter(has_text="fake.parquet").wait_for()
    assert ".uploads" not in page.locator("body").inner_text()
    (tmp_path / "net.pkl").write_bytes(b"no such thing")
    upload(page, tmp_path / "net.pkl")
    page.get_by_text("net.pkl is none of .csv").wait_for()
    (tmp_path / "same.csv").write_text("a,b\n1,x\n2,x\n3,x\n")
    upload(page, tmp_path / "same.csv")
    page.get_by_role("alert").filter(has_text="every 'b' is 'x'").wait_for()
    assert not page.get_by_role("button", name="Train", exact=True).is_visible()
    upload(page, table)
    page.get_by_text("fish.csv: 80 rows").wait_for()
    page.get_by_label("Learning rate").fill("-1")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("alert").filter(has_text="learning_rate").wait_for()
    page.get_by_label("Learning rate").fill("0.01")
    page.get_by_label("Epochs").fill("2")
    train(page)


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(visit: Open, table: Path) -> None:
    page = visit("data")
    upload(page, table)
    page.get_by_role("button", name="Train", exact=True).wait_for()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('main button, main input:not([type=file]), main a')]
        .filter(one => one.offsetParent && !(one.innerText || one.ariaLabel || one.labels?.[0]?.innerText))
        .map(one => one.outerHTML)"""
    )
    assert nameless == []
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''"))
    assert any("Train" in name for name in reached)
