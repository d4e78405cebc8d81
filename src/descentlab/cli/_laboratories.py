"""Commands of the laboratories, derived from the options that their functions declare."""

import inspect
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from descentlab.cli._clock import BEGIN
from descentlab.cli._options import FLAG, Debug, Json, Quiet
from descentlab.cli._output import print_json, print_notes, save_text, to_stdout
from descentlab.cli._watch import watch
from descentlab.core import Parameter, parameters_of
from descentlab.labs import LABORATORIES, load_laboratory

TYPES: dict[str, Any] = {"text": str, "number": float, "whole number": int, "list": list[str]}
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the page to this file too.")]
Markdown = Annotated[
    Path | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown with LaTeX to this file too.")
]
SHARED = {
    "html": (Html, None),
    "markdown": (Markdown, None),
    "as_json": (Json, False),
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}
"""Options of every laboratory that exist on the command line alone, with their defaults."""


def add_laboratories(app: typer.Typer) -> None:
    """Add a command for each laboratory, without importing its measuring code."""
    for name in LABORATORIES:
        function = load_laboratory(name)
        app.command(name=name.replace("_", "-"), cls=_class_of(function), help=_help(function))(_command(function))


def _command(function: Callable[..., Any]) -> Callable[..., None]:
    parameters = parameters_of(function)

    def command(**typed: Any) -> None:
        shared = {name: typed.pop(name) for name in SHARED}
        options = {parameter.name: _value(parameter, typed[parameter.name]) for parameter in parameters}
        # An option that was not typed gets the default of the function.
        given = {name: value for name, value in options.items() if value is not None}
        _run(function, given, **shared)

    signature = [_typed(parameter) for parameter in sorted(parameters, key=lambda each: not each.is_required)]
    signature += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in SHARED.items()
    ]
    command.__dict__["__signature__"] = inspect.Signature(signature)
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in signature}
    return command


def _typed(parameter: Parameter) -> inspect.Parameter:
    """Write a parameter as Typer reads it."""
    option, is_flag = parameter.option, parameter.kind == "flag"
    words = option.help + (f"  [default: {option.default}]" if option.default else "")
    kind: Any = bool if is_flag else TYPES[parameter.kind]
    default = None if parameter.kind == "list" or option.default else parameter.default
    if is_flag:
        default = False
    if option.is_argument:
        how = typer.Argument(metavar=option.metavar or None, help=words, show_default=False)
        default = ... if parameter.is_required else None
    else:
        how = typer.Option(
            *parameter.names,
            metavar=FLAG if is_flag else option.metavar or None,
            help=words,
            rich_help_panel=option.panel or None,
            show_default=default is not None and not is_flag,
        )
    annotation = Annotated[kind if parameter.is_required or is_flag else kind | None, how]
    missing = inspect.Parameter.empty if default is ... else default
    return inspect.Parameter(parameter.name, inspect.Parameter.KEYWORD_ONLY, default=missing, annotation=annotation)


def _value(parameter: Parameter, typed: Any) -> Any:
    if parameter.kind == "flag":
        return (not typed if parameter.option.is_negative else typed) if typed else None
    if parameter.kind == "list":
        return tuple(typed) if typed else None
    return typed.removeprefix(" ") if parameter.option.may_begin_with_minus and isinstance(typed, str) else typed


def _run(
    function: Callable[..., Any],
    options: dict[str, Any],
    *,
    as_json: bool,
    html: Path | None,
    markdown: Path | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Call a laboratory; print its result or its JSON to stdout, and its notes to stderr."""
    import_s = time.perf_counter() - BEGIN
    takes_watcher = "watcher" in inspect.signature(function).parameters

    def start(watcher: Any) -> Any:
        return function(**options, **({"watcher": watcher} if takes_watcher else {}))

    result = watch(start, is_silent=quiet or as_json)
    begin = time.perf_counter()
    page = None if result.path is None else result.path / "report.html"
    if page is not None and not page.is_file():  # a study saves its numbers even without a page
        page = None
    if html is not None:
        save_text(html, result.to_page())
        page = html
    if markdown is not None:
        save_text(markdown, result.to_markdown())
    if not quiet:
        print_notes(result.notes)
    if as_json:
        values = result.to_json()
        seconds = {"import": round(import_s, 4), **values["seconds"]}
        seconds |= {} if html is None else {"page": round(time.perf_counter() - begin, 4)}
        seconds["total"] = round(time.perf_counter() - BEGIN, 4)
        print_json({**values, "seconds": seconds, "report": None if page is None else str(page)})
    elif not quiet:
        console = to_stdout()
        console.print(str(result), markup=False)
        written = {"report": page, "files": result.path if page is None else None, "markdown": markdown}
        lines = [f"{name}: {path}" for name, path in written.items() if path is not None]
        console.print("\n" + "\n".join(lines or [_how_to_keep(function)]), markup=False)


def _how_to_keep(function: Callable[..., Any]) -> str:
    has_folder = "out" in inspect.signature(function).parameters
    return f"To save it, add --html FILE{', --markdown FILE, or --out DIR' if has_folder else ' or --markdown FILE'}."


def _help(function: Callable[..., Any]) -> str:
    """Return the text of the docstring, then the examples as a list."""
    text: str = function.__dict__["help"]
    examples: Sequence[str] = function.__dict__["examples"]
    lines = [
        f"* `descentlab {command}`" + (f" - {words}" if words else "")
        for command, _, words in (example.partition(" - ") for example in examples)
    ]
    return "\n\n".join([text, "Examples:\n" + "\n\n".join(lines)])


def _class_of(function: Callable[..., Any]) -> type[TyperCommand]:
    parameters = parameters_of(function)
    if not any(parameter.option.may_begin_with_minus for parameter in parameters):
        return TyperCommand
    short = {
        name[1]: parameter.kind == "flag" for parameter in parameters for name in parameter.names if len(name) == 2
    }
    flags = {"q", "h", *(letter for letter, is_flag in short.items() if is_flag)}
    return _minus_command(frozenset(flags), frozenset(short.keys() - flags))


def _minus_command(flags: frozenset[str], valued: frozenset[str]) -> type[TyperCommand]:
    """Make the class of a command with these letters as short options, without a value and with one."""

    class MinusCommand(TyperCommand):
        """A command whose arguments may begin with a minus, such as -x^2 + x^4 or -0.5."""

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            """Put a blank before a word that begins with one minus and is no option, so that it is read as a value."""
            return super().parse_args(ctx, [f" {word}" if _is_value(word) else word for word in args])

    def _is_value(word: str) -> bool:
        if len(word) < 2 or word[0] != "-" or word[1] == "-":
            return False
        # Flags may be typed together, as -qh; a letter with a value has it right behind, as -T0.5.
        return word[1] not in valued and not set(word[1:]) <= flags | valued

    return MinusCommand
