"""How the package is laid out: what import-linter cannot say of it."""

import ast
import re
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "descentlab"
MODULES = sorted(SOURCE.rglob("*.py"))
FACES = sorted(SOURCE.glob("*/**/__init__.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    members = [
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    return [name for name in plain + members if name.startswith("descentlab.")]


def _foreign(path: Path) -> list[str]:
    """List the private modules that a module takes from elsewhere; a folder in a folder may use those of both."""
    parts = path.relative_to(SOURCE).parts[:-1]
    allowed = tuple(".".join(["descentlab", *parts[:depth], "_"]) for depth in range(1, len(parts) + 1))
    return [name for name in _imported(path) if re.search(r"\._(?!_)", name) and not name.startswith(allowed)]


def _has_logic(face: Path) -> bool:
    docstring, *rest = ast.parse(face.read_text(encoding="utf-8")).body
    return not isinstance(docstring, ast.Expr) or not all(isinstance(node, ast.ImportFrom) for node in rest)


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > len(FACES) > 20


def test_private_modules_stay_in_their_folder() -> None:
    assert {_name(path): foreign for path in MODULES if (foreign := _foreign(path))} == {}


def test_no_module_outgrows_a_sitting() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_a_folder_s_face_has_no_logic() -> None:
    assert [_name(face) for face in FACES if _has_logic(face)] == []
