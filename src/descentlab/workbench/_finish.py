"""The files of a laboratory's result."""

import os
from pathlib import Path
from typing import TypeVar

from descentlab.results import Result, as_arrays
from descentlab.runs import save_results
from descentlab.workbench._run import Run
from descentlab.workbench._stopping import unstopped

Measured = TypeVar("Measured")


def save_result(
    result: Result[Measured], *, run: Run | None, name: str, out: str | os.PathLike[str] | None
) -> Result[Measured]:
    """Write page, numbers and tables of a result.

    Args:
        result: The result to write.
        run: The run that was analysed, or None; its folder takes the result unless `out` names another.
        name: Name of the network or of the data, for the folder if there is no run.
        out: The folder. Default: `LABORATORY/` in the run's folder, or `runs/NAME-LABORATORY`.

    Returns:
        The result with its folder.
    """
    laboratory = result.declaration.laboratory.replace("_", "-")
    usual = Path("runs") / f"{name}-{laboratory}" if run is None else run.path / laboratory
    saved = result.saved_at(usual if out is None else Path(out))
    assert saved.path is not None  # it was set in the line above
    values = {key: value for key, value in saved.to_json().items() if key != "path"}
    tables, page = as_arrays(result.declaration), result.to_page()
    with unstopped():
        save_results(saved.path, result=values, tables=tables, report=page)
    return saved
