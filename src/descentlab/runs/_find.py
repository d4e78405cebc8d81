"""Search for runs: one by its name or path, or all of a folder."""

from difflib import get_close_matches
from pathlib import Path

from descentlab.core import RunError
from descentlab.runs._experiment import EXPERIMENT
from descentlab.runs._files import short_line
from descentlab.runs._folder import RunFolder
from descentlab.runs._summary import DamagedRun, RunListing, RunSummary, summarise

_ROOT = Path("runs")


def open_run(path: Path) -> RunFolder:
    """Open the folder of a run. Its files are read and checked when they are needed.

    Args:
        path: Folder of the run.

    Returns:
        The run.

    Raises:
        RunError: If there is no such folder, if it is not a run, or if its description cannot be read.
    """
    if not _is_run(path):
        raise RunError(_why_not(path))
    run = RunFolder(path)
    _ = run.experiment  # refuses a folder whose description is damaged
    return run


def find_run(text: str, root: Path = _ROOT) -> RunFolder:
    """Open a run by its path, or by its name under `root`.

    Args:
        text: Path or name, such as `runs/iris-001` or `iris-001`.
        root: Folder of runs.

    Returns:
        The run.

    Raises:
        RunError: If there is no such run; the message guesses which one was meant.
    """
    places = [Path(text), root / text]
    for place in places:
        if _is_run(place):
            return open_run(place)
    for place in places:
        if _is_folder(place):
            raise RunError(_why_not(place))
    names = _names(root)
    close = get_close_matches(Path(text).name, names, n=1, cutoff=0.5)
    guess = f"did you mean '{close[0]}'?" if close else f"{_some(names)}."
    raise RunError(f"there is no run '{short_line(text)}', here or in {root}: {guess} `descentlab runs` lists them")


def list_runs(root: Path = _ROOT) -> RunListing:
    """List the runs of a folder, oldest first. Damaged runs are listed apart and hide no other.

    Args:
        root: Folder of runs; a folder that does not exist has none.

    Returns:
        The runs.

    Raises:
        RunError: If the folder cannot be read.
    """
    runs: list[RunSummary] = []
    damaged: list[DamagedRun] = []
    for name in _names(root):
        try:
            runs.append(summarise(RunFolder(root / name)))
        except RunError as error:
            damaged.append(DamagedRun(root / name, error.message))
    runs.sort(key=lambda run: (run.created.timestamp() if run.created else 0.0, run.name))
    return RunListing(root, tuple(runs), tuple(damaged))


def _is_run(path: Path) -> bool:
    try:
        return (path / EXPERIMENT).is_file()
    except (OSError, ValueError):  # a name that is too long for the system, or with a null character
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _names(root: Path) -> list[str]:
    try:
        entries = sorted(root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise RunError(f"{root} cannot be read ({error.strerror})") from None
    return [entry.name for entry in entries if not entry.name.startswith(".") and _is_run(entry)]


def _why_not(path: Path) -> str:
    if not path.is_dir():
        return f"{path} is not a folder, and so not a run; `descentlab runs` lists the existing runs"
    inner = _names(path)
    if inner:
        return f"{path} is a folder of runs; name one of them, such as {path / inner[-1]}"
    return f"{path} is not a run: it has no {EXPERIMENT}; `descentlab runs` lists the existing runs"


def _some(names: list[str]) -> str:
    return f"it has {', '.join(names[-3:])}" if names else "it has none"
