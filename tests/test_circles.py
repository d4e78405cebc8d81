"""No circles of imports: what import-linter's contract does not count as one."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "descentlab"


def _taken_from_own_faces(path: Path) -> list[str]:
    """List what a module takes from the face of a folder that it lies in, modules of the folder apart."""
    parts = ("descentlab", *path.relative_to(SOURCE).with_suffix("").parts)
    folders = {".".join(parts[:depth]) for depth in range(1, len(parts) - (parts[-1] == "__init__"))}
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module}.{alias.name}" for node in nodes if node.module in folders for alias in node.names]
    places = [SOURCE.parent / name.replace(".", "/") for name in names]
    return [
        name
        for name, place in zip(names, places, strict=True)
        if not (place.is_dir() or place.with_name(f"{place.name}.py").is_file())
    ]


def test_no_module_takes_from_the_face_of_a_folder_that_it_lies_in() -> None:
    """The face takes from its modules, so that this would be a circle."""
    by_module = {str(path.relative_to(SOURCE)): _taken_from_own_faces(path) for path in sorted(SOURCE.rglob("*.py"))}
    assert len(by_module) > 400
    assert {name: taken for name, taken in by_module.items() if taken} == {}
