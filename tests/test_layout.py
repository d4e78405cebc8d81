"""How the package is laid out: what import-linter cannot say of it."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "descentlab"
MODULES = sorted(SOURCE.rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    members = [
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    return [name for name in plain + members if name.startswith("descentlab.")]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_private_modules_stay_in_their_folder(path: Path) -> None:
    """A folder within a folder may use the private modules of both."""
    parts = path.relative_to(SOURCE).parts[:-1]
    own = tuple(".".join(["descentlab", *parts[:depth], "_"]) for depth in range(1, len(parts) + 1))
    foreign = [name for name in _imported(path) if "._" in name and not name.startswith(own)]
    assert foreign == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_module_outgrows_a_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*/**/__init__.py")), ids=_name)
def test_a_folder_s_face_has_no_logic(path: Path) -> None:
    docstring, *rest = ast.parse(path.read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(node, ast.ImportFrom) for node in rest)
