"""Reports over the web: a finished run's own page, and nothing else of the disk."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from descentlab.studio.playing._hall import Hall
from descentlab.studio.shelf._reports import add_reports, file_address, find_report, report_address


def make_run(folder: Path, *, is_finished: bool = True, report: str = "<title>report</title>") -> Path:
    folder.mkdir(parents=True)
    (folder / "experiment.toml").write_text('name = "iris"\n')
    if is_finished:
        (folder / "metrics.json").write_text("{}")
    if report:
        (folder / "report.html").write_text(report)
    return folder


Get = Callable[[str], httpx.Response]


@pytest.fixture
def get(tmp_path: Path) -> Get:
    """Ask the application for an address."""
    app = FastAPI()
    add_reports(app, Hall(tmp_path / "runs"))

    async def ask(address: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get(address)

    return lambda address: asyncio.run(ask(address))


def test_the_report_of_a_finished_run_is_served_in_a_sandbox(get: Get, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a b-001")
    answer = get(report_address("a b-001"))
    assert (answer.status_code, answer.text) == (200, "<title>report</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy


def test_a_run_that_is_not_finished_or_has_no_report_is_not_found(get: Get, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "open-001", is_finished=False)
    make_run(tmp_path / "runs" / "bare-001", report="")
    for name in ("open-001", "bare-001", "none-001", "x" * 400):
        assert get(report_address(name)).status_code == 404


@pytest.mark.parametrize("name", ["..", ".", "", "../other", "..%2fother", "%2e%2e%2fother", "a\\b", ".hidden", "a\0b"])
def test_no_name_leads_out_of_the_folder_of_runs(get: Get, tmp_path: Path, name: str) -> None:
    make_run(tmp_path / "other")
    make_run(tmp_path / "runs" / ".hidden")
    (tmp_path / "experiment.toml").write_text("")
    (tmp_path / "metrics.json").write_text("{}")
    (tmp_path / "report.html").write_text("outside")
    assert find_report(tmp_path / "runs", name) is None
    if "\0" not in name:
        assert get(f"/runs/{name}/report.html").status_code == 404


def test_no_link_leads_out_of_the_folder_of_runs(tmp_path: Path) -> None:
    outside = make_run(tmp_path / "other")
    runs = tmp_path / "runs"
    inside = make_run(runs / "in-001", report="")
    (inside / "report.html").symlink_to(outside / "report.html")
    (runs / "link-001").symlink_to(outside)
    assert find_report(runs, "in-001") is None
    assert find_report(runs, "link-001") is None


def test_a_study_has_its_report_too(get: Get, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs" / "circle-sweep-001")
    (folder / "experiment.toml").rename(folder / "study.toml")
    assert get(report_address("circle-sweep-001")).status_code == 200


def test_files_of_a_run_are_downloaded_as_they_are(get: Get, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs" / "a b-001")
    (folder / "history.parquet").write_bytes(b"\0PAR1")
    answer = get(file_address("a b-001", "history.parquet"))
    assert (answer.status_code, answer.content) == (200, b"\0PAR1")
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''a%20b-001-history.parquet"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"].startswith("sandbox ")
    page = get(file_address("a b-001", "report.html"))
    assert page.headers["content-disposition"].startswith("attachment")


def test_the_report_of_an_analysis_in_a_run_is_served(get: Get, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs" / "a-001")
    (folder / "landscape").mkdir()
    assert get(report_address("a-001", "landscape")).status_code == 404
    (folder / "landscape" / "report.html").write_text("<title>landscape</title>")
    (folder / "landscape" / "result.json").write_text("{}")
    answer = get(report_address("a-001", "landscape"))
    assert (answer.status_code, answer.text) == (200, "<title>landscape</title>")
    assert answer.headers["content-security-policy"].startswith("sandbox ")


@pytest.mark.parametrize(
    "path",
    ["../other/metrics.json", "..%2fother%2fmetrics.json", "%2e%2e/other/metrics.json", "notes.txt", ".lock",
     "/etc/passwd", "%2fetc%2fpasswd", "link.json", "experiment.toml/", ""],
)  # fmt: skip
def test_no_file_but_the_run_s_own_is_downloaded(get: Get, tmp_path: Path, path: str) -> None:
    folder = make_run(tmp_path / "runs" / "a-001")
    make_run(tmp_path / "other")
    make_run(tmp_path / "runs" / "other")
    for name in ("notes.txt", ".lock"):
        (folder / name).write_text("")
    (folder / "link.json").symlink_to(tmp_path / "other" / "metrics.json")
    assert get(f"/runs/a-001/files/{path}").status_code == 404
