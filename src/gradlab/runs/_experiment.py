"""The file that makes a folder a run: the experiment's description."""

import tomllib
from pathlib import Path

from gradlab.core import RunError, SpecError
from gradlab.runs._files import read_whole, short_line
from gradlab.spec import Experiment, parse

EXPERIMENT = "experiment.toml"
_MAX_BYTES = 2**20


def read_experiment(folder: Path) -> Experiment:
    """Read what a run trained.

    Raises:
        RunError: If the file is missing, too large, not TOML, or no valid experiment.
    """
    path = folder / EXPERIMENT
    content = read_whole(folder, EXPERIMENT, limit=_MAX_BYTES)
    try:
        return parse(tomllib.loads(content.decode()), where=str(path))
    except SpecError as error:
        raise RunError(short_line(error)) from None
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is not TOML: {short_line(error)}") from None
