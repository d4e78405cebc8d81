"""Where words go: results to stdout, all else to stderr."""

import json
import math
import sys
from typing import Any

from rich.console import Console


def to_stdout() -> Console:
    """Return the console for results."""
    return Console(highlight=False, soft_wrap=True)


def to_stderr() -> Console:
    """Return the console for progress and remarks."""
    return Console(stderr=True, highlight=False)


def print_json(values: dict[str, Any]) -> None:
    """Print one JSON object to stdout; a number that is not finite becomes null, as JSON has no word for it."""
    sys.stdout.write(json.dumps(_finite(values), indent=2, ensure_ascii=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
