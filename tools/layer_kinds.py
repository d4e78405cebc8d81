"""Check that nobody but the layers themselves decides by a layer's kind.

Outside `networks` and `spec` an analysis asks a layer, or its description, for the fact that it needs. A chain of
`isinstance`, a `match`, or a comparison of kinds would answer for a layer that it does not know with whatever stands in
its last line. A table from layer to rule is allowed where it has a line for every layer.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from descentlab.networks import Layer
from descentlab.spec import AnyLayerSpec, LayerSpec

SOURCE = Path(__file__).parents[1] / "src" / "descentlab"
OWN = ("networks", "spec")
"""Folders of the layers themselves."""

SPECS = get_args(get_args(AnyLayerSpec)[0])
KINDS = frozenset(spec.model_fields["kind"].default for spec in SPECS)
FIELDS = frozenset(field for spec in SPECS for field in spec.model_fields) - {"name", "kind", "eps", "momentum"}
"""Fields that tell one layer from another; the others are fields of optimizers too."""


def _below(root: type) -> Iterator[type]:
    for sub in root.__subclasses__():
        if sub.__module__.startswith("descentlab."):  # a test may have declared one of its own
            yield sub
            yield from _below(sub)


LAYERS = frozenset(sub.__name__ for sub in _below(Layer) if not [*_below(sub)])
CLASSES = frozenset(sub.__name__ for root in (Layer, LayerSpec) for sub in _below(root))
Words = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Decision:
    """A place that decides by a layer's kind."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}; ask the layer for the fact instead (docs/how-to/add-a-layer.md)"


def find_decisions(path: Path, words: Words) -> list[Decision]:
    """Find the decisions by a layer's kind in a module.

    Args:
        path: The module.
        words: The texts in constants of the package, by the constant's name.

    Returns:
        The decisions, in the order of their lines.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {**words, **_assigned(ast.walk(tree))}
    decisions = [Decision(path, node.lineno, what) for node, what in _decisions(tree, known)]
    return sorted(decisions, key=lambda each: each.line)


def constants(path: Path) -> Words:
    """Return the texts within each constant of a module, by the constant's name."""
    return _assigned(ast.parse(path.read_text(encoding="utf-8")).body)


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, frozenset[str]]:
    assigned: dict[str, frozenset[str]] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                assigned[name] = assigned.get(name, frozenset()) | _texts(value, {})
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                assigned[name] = assigned.get(name, frozenset()) | _texts(value, {})
    return assigned


def _decisions(tree: ast.AST, words: Words) -> Iterator[tuple[ast.expr | ast.pattern, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                what = _of_call(node, words)
            case ast.MatchClass(cls=cls) if _classes(cls):
                what = f"a case of {_named(_classes(cls))}"
            case ast.MatchValue(value=ast.Constant(value=kind)) if kind in KINDS and _is_case_of_kind(tree, node):
                what = f"a case of the kind '{kind}'"
            case ast.Compare() if _is_of_kinds(node, words):
                what = f"a comparison of kinds, `{ast.unparse(node)}`"
            case ast.Dict():
                what = _of_table(node)
            case _:
                continue
        if what and isinstance(node, ast.expr | ast.pattern):
            yield node, what


def _of_call(node: ast.Call, words: Words) -> str:
    match node:
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, classes]) if _classes(classes):
            return f"isinstance of {_named(_classes(classes))}"
        case ast.Call(func=ast.Name(id="getattr" | "hasattr"), args=[_, ast.Constant(value=name), *_]) if (
            name in FIELDS
        ):
            return f"{ast.unparse(node.func)} of the field '{name}'"
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[key, *_]) if _is_kind(key):
            return f"a table by kind with a default, `{ast.unparse(node)}`" if KINDS & _texts(table, words) else ""
    return ""


def _of_table(node: ast.Dict) -> str:
    present = frozenset(name for key in node.keys if key is not None for name in _classes(key))
    missing = LAYERS - present if present & LAYERS else frozenset()
    return f"a table without {_named(missing)}" if missing else ""


def _is_of_kinds(node: ast.Compare, words: Words) -> bool:
    sides = [node.left, *node.comparators]
    if any(_classes(side) for side in sides):
        return True
    return any(map(_is_kind, sides)) and any(KINDS & _texts(side, words) for side in sides)


def _is_kind(node: ast.expr) -> bool:
    """Whether an expression is a kind, or kinds that were gathered."""
    match node:
        case ast.Attribute(attr="kind") | ast.Subscript(slice=ast.Constant(value="kind")):
            return True
        case ast.Name(id=name):
            return name in ("kind", "kinds")
    return False


def _is_case_of_kind(tree: ast.AST, pattern: ast.MatchValue) -> bool:
    matches = [node for node in ast.walk(tree) if isinstance(node, ast.Match) and _is_kind(node.subject)]
    return any(each is pattern for match in matches for each in ast.walk(match))


def _classes(node: ast.expr) -> frozenset[str]:
    """Return the classes of layers that an expression names outside of calls."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return frozenset({name} & CLASSES)
        case ast.BinOp(left=left, right=right):
            return _classes(left) | _classes(right)
        case ast.Tuple(elts=each) | ast.List(elts=each) | ast.Set(elts=each):
            return frozenset(name for one in each for name in _classes(one))
    return frozenset()


def _texts(node: ast.expr, words: Words) -> frozenset[str]:
    """Return the texts in an expression, and in the constants that it names."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.add(each.value)
        if isinstance(each, ast.Name):
            found |= words.get(each.id, frozenset())
    return frozenset(found)


def _named(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def main() -> int:
    """Print every decision by a layer's kind in the package, and return 1 if there is one."""
    modules = sorted(SOURCE.rglob("*.py"))
    words = {name: texts for path in modules for name, texts in constants(path).items()}
    others = [path for path in modules if path.relative_to(SOURCE).parts[0] not in OWN]
    decisions = [decision for path in others for decision in find_decisions(path, words)]
    for decision in decisions:
        print(decision)
    return 1 if decisions else 0


if __name__ == "__main__":
    sys.exit(main())
