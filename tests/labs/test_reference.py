"""docs/reference.md says what the laboratories declare."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_is_what_make_docs_writes() -> None:
    build = runpy.run_path(str(DOCS / "build_reference.py"))
    written = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert written == build["write_reference"](), "run `make docs`"
