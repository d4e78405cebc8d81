"""Writes docs/reference.md from what the laboratories declare: `make docs`."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from descentlab.core import parameters_of
from descentlab.labs import LABORATORIES, load_laboratory
from descentlab.results import TableForm

REFERENCE = Path(__file__).with_name("reference.md")
HEAD = """# Reference of the laboratories

*Made by `make docs` from the options and the tables that each laboratory declares. On the command line every laboratory
also takes `--json`, `--html FILE`, `--quiet` and `--debug`. In Python parameters have the names of the first column.*
"""


def write_reference() -> str:
    """Return the reference as Markdown."""
    return "\n".join([HEAD, *(_laboratory(name) for name in LABORATORIES)])


def _laboratory(name: str) -> str:
    function = load_laboratory(name)
    lines = [f"## {name.replace('_', '-')}", "", function.__dict__["help"], ""]
    lines += ["| parameter | typed | what it does |", "|---|---|---|", *_options(function), ""]
    for form in _tables(name):
        lines += [f"**`{form.name}`**: {form.title}", "", "| column | says | unit |", "|---|---|---|"]
        lines += [f"| `{column.name}` | {_cell(column.meaning)} | {column.unit} |" for column in form.columns]
        lines.append("")
    return "\n".join(lines)


def _options(function: Callable[..., Any]) -> Iterator[str]:
    for parameter in parameters_of(function):
        option = parameter.option
        typed = option.metavar if option.is_argument else " ".join([", ".join(parameter.names), option.metavar]).strip()
        default = f" Default: {parameter.default_words}." if parameter.default_words else ""
        yield f"| `{parameter.name}` | `{typed}` | {_cell(option.help + default)} |"


def _tables(name: str) -> list[TableForm]:
    """Find the forms of tables in the modules of a laboratory, in the order in which they are declared."""
    folder = import_module(f"descentlab.labs.{name}")
    modules = [import_module(f"{folder.__name__}.{each.name}") for each in iter_modules(folder.__path__)]
    forms = [value for module in modules for value in vars(module).values() if isinstance(value, TableForm)]
    return list({form.name: form for form in forms}.values())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    REFERENCE.write_text(write_reference(), encoding="utf-8")
