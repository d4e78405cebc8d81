"""The file that makes a folder a run or a study: the description of the training."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from descentlab.core import RunError, SpecError
from descentlab.runs._files import read_whole, short_line
from descentlab.runs._format import check_format
from descentlab.runs._json import MAX_BYTES, unpack_json
from descentlab.spec import Experiment, StudySpec, parse, parse_study

T = TypeVar("T")

EXPERIMENT = "experiment.toml"
STUDY = "study.toml"
ENVIRONMENT = "environment.json"
_MAX_BYTES = 2**20


def read_experiment(folder: Path) -> Experiment:
    """Read the experiment of a run.

    Raises:
        RunError: If the file is missing, too large, not TOML, or not a valid experiment.
    """
    return _read(folder, EXPERIMENT, parse)


def read_study(folder: Path) -> StudySpec:
    """Read the description of a study.

    Raises:
        RunError: If the file is missing, too large, not TOML, or not a valid study.
    """
    return _read(folder, STUDY, parse_study)


def _read(folder: Path, name: str, build: Callable[[Mapping[str, Any], str], T]) -> T:
    path = folder / name
    _check_format(folder)
    content = read_whole(folder, name, limit=_MAX_BYTES)
    try:
        return build(tomllib.loads(content.decode()), str(path))
    except SpecError as error:
        raise RunError(short_line(error.message)) from None
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is not TOML: {short_line(error)}") from None


def _check_format(folder: Path) -> None:
    """Refuse a record of a newer format before its description is read, which may have unknown fields."""
    path = folder / ENVIRONMENT
    if path.is_file():
        check_format(unpack_json(read_whole(folder, ENVIRONMENT, limit=MAX_BYTES), path), path)
