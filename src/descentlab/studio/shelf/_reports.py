"""Reports and files of runs and studies, served so that they cannot reach the studio."""

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from descentlab.runs import RunFolder, StudyFolder
from descentlab.studio.playing import Hall
from descentlab.studio.shelf._run_files import find_file
from descentlab.studio.shelf._run_names import find_folder, kind_of

REPORT = "report.html"
# A run may come from somebody else. In a sandbox without the studio's origin its page cannot act for the user.
POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}


def add_reports(app: FastAPI, hall: Hall) -> None:
    """Add the routes: a report to read as `/runs/NAME/report.html`, a file to keep as `/runs/NAME/files/FILE`."""

    def answer(path: Path | None) -> Response:
        if path is None:
            return PlainTextResponse("There is no finished run of this name with a report.\n", 404, HEADERS)
        return FileResponse(path, media_type="text/html; charset=utf-8", headers=HEADERS)

    @app.get("/runs/{name}/files/{path:path}")
    def file(name: str, path: str) -> Response:
        path_on_disk = find_file(hall.runs, name, path)
        if path_on_disk is None:
            return PlainTextResponse("There is no such file of a run to download.\n", 404, HEADERS)
        kept_as = f"{name}-{path.replace('/', '-')}"
        return FileResponse(path_on_disk, media_type="application/octet-stream", filename=kept_as, headers=HEADERS)

    @app.get("/runs/{name}/report.html")
    def report(name: str) -> Response:
        return answer(find_report(hall.runs, name))

    @app.get("/runs/{name}/{analysis}/report.html")
    def analysis_report(name: str, analysis: str) -> Response:
        return answer(find_file(hall.runs, name, f"{analysis}/{REPORT}"))


def report_address(name: str, analysis: str = "") -> str:
    """Return the address of a run's report, or of that of an analysis in its folder."""
    inner = f"/{quote(analysis, safe='')}" if analysis else ""
    return f"/runs/{quote(name, safe='')}{inner}/{REPORT}"


def file_address(name: str, path: str) -> str:
    """Return the address of a run's file."""
    return f"/runs/{quote(name, safe='')}/files/{quote(path)}"


def find_report(runs: Path, name: str) -> Path | None:
    """Find the report of a finished run or study, or of an analysis.

    Args:
        runs: Folder of runs.
        name: Name of the run, study or analysis, without slashes.

    Returns:
        The file; None if there is none, the training is not finished, or a link leads out of the folder.
    """
    folder = find_folder(runs, name)
    if folder is None:
        return None
    kind = kind_of(folder)
    is_finished = kind == "analysis" or (RunFolder if kind == "run" else StudyFolder)(folder).is_finished
    path = folder / REPORT
    return path if is_finished and path.is_file() and not path.is_symlink() else None
