"""Doctests are looked for in the modules that have any: pytest would import all the others to find none."""

from pathlib import Path

SOURCE = Path(__file__).parent
collect_ignore = [
    str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if ">>> " not in path.read_text(encoding="utf-8")
]
