"""Doctests are looked for in the modules that have any: pytest would import all the others to find none."""

from pathlib import Path


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Ignore a module without doctests. A list `collect_ignore` would be made anew, as paths, for every file."""
    is_module = collection_path.suffix == ".py"
    return True if is_module and ">>> " not in collection_path.read_text(encoding="utf-8") else None
