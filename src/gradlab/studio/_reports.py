"""The reports of finished runs and studies, each as a page of its own that can reach nothing of the studio."""

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from gradlab.runs import RunFolder, StudyFolder
from gradlab.studio._hall import Hall

# A run may come from somebody else. In a sandbox without the studio's origin its page cannot act for the person.
POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}


def add_reports(app: FastAPI, hall: Hall) -> None:
    """Add the route of the reports, `/runs/NAME/report.html`."""

    @app.get("/runs/{name}/report.html")
    def report(name: str) -> Response:
        path = find_report(hall.runs, name)
        if path is None:
            return PlainTextResponse("There is no finished run of this name with a report.\n", 404, HEADERS)
        return FileResponse(path, media_type="text/html; charset=utf-8", headers=HEADERS)


def report_address(name: str) -> str:
    """Return where the report of a run is served."""
    return f"/runs/{quote(name, safe='')}/report.html"


def find_report(runs: Path, name: str) -> Path | None:
    """Find the report of a finished run or study.

    Args:
        runs: The folder of runs.
        name: Its own name, which leads nowhere else.

    Returns:
        The file; None where there is none, its training is not finished, or a link leads out of the folder.
    """
    if not name or name.startswith(".") or any(sign in name for sign in "/\\\0"):
        return None
    try:
        is_study = (runs / name / "study.toml").is_file()
        folder = StudyFolder(runs / name) if is_study else RunFolder(runs / name)
        is_ours = is_study or (folder.path / "experiment.toml").is_file()
        is_there = is_ours and folder.is_finished and folder.report_path.is_file()
        path = folder.report_path.resolve()
    except OSError:  # a name too long for the system
        return None
    return path if is_there and path.parent == runs.resolve() / name else None
