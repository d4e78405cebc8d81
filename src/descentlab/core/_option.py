"""Options of a laboratory, declared once beside its function; command line, docstring and schema derive from them."""

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, ForwardRef, Literal, TypeVar, Union, get_args, get_origin

Function = TypeVar("Function", bound=Callable[..., Any])
Kind = Literal["text", "number", "whole number", "flag", "list"]
"""Kind of value that a person types: a text, a number, a whole number, none (a flag), or several (a list)."""


@dataclass(frozen=True)
class Option:
    """One option of a laboratory.

    It annotates the parameter: `epochs: Annotated[int | None, Option("Passes over the training part.", "N")] = None`.

    Attributes:
        help: Effect of the option, in one or two plain sentences.
        metavar: Word for its value, such as "N" or "NAME=RANGE"; empty for a flag.
        default: Effect of leaving it out, in words, if the default value does not show it.
        names: Names on the command line, such as ("--learning-rate", "--lr"). Default: two dashes and the parameter's
            name.
        panel: Heading under which the help lists it.
        is_argument: Whether it is typed without a name, by its place.
        is_negative: Whether typing it makes the parameter false, as `--no-report` does of `report`.
        may_begin_with_minus: Whether an argument may begin with a minus, as a formula or a negative number does.
    """

    help: str
    metavar: str = ""
    default: str = ""
    names: tuple[str, ...] = ()
    panel: str = ""
    is_argument: bool = False
    is_negative: bool = False
    may_begin_with_minus: bool = False


@dataclass(frozen=True)
class Parameter:
    """A parameter of a laboratory's function, with its option.

    Attributes:
        name: Name in Python.
        option: The option.
        kind: Kind of value that a person types.
        default: The default value in Python; `inspect.Parameter.empty` where there is none.
    """

    name: str
    option: Option
    kind: Kind
    default: Any

    @property
    def names(self) -> tuple[str, ...]:
        """Names on the command line."""
        return self.option.names or (f"--{self.name.replace('_', '-')}",)

    @property
    def is_required(self) -> bool:
        """Whether it has to be given."""
        return self.default is inspect.Parameter.empty

    @property
    def default_words(self) -> str:
        """Effect of leaving it out, in words; empty if there is nothing to say."""
        if self.option.default:
            return self.option.default
        is_plain = isinstance(self.default, int | float | str) and not isinstance(self.default, bool)
        return f"{self.default:g}" if isinstance(self.default, float) else str(self.default) if is_plain else ""


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a laboratory's function that have an option, in their order."""
    return tuple(
        Parameter(name, option, _kind(get_args(parameter.annotation)[0]), parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if (option := _option_of(parameter.annotation)) is not None
    )


def laboratory(*examples: str) -> Callable[[Function], Function]:
    """Mark a function as a laboratory: its docstring gets the arguments that its options declare.

    Args:
        *examples: Commands that teach, as "importance iris-001 --layer conv1 - one layer only".

    Returns:
        A decorator. The function stays what it is.
    """

    def mark(function: Function) -> Function:
        function.__dict__["examples"] = examples
        function.__dict__["help"] = inspect.cleandoc(function.__doc__ or "").partition("\n\nReturns:")[0]
        function.__doc__ = _with_arguments(function)
        return function

    return mark


def options_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the JSON schema of a laboratory's options, from which a form can be made."""
    properties: dict[str, Any] = {}
    for parameter in parameters_of(function):
        field = {"description": parameter.option.help, **_SCHEMAS[parameter.kind]}
        if not parameter.is_required and parameter.default is not None:
            field["default"] = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        properties[parameter.name] = field
    required = [parameter.name for parameter in parameters_of(function) if parameter.is_required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_SCHEMAS: Mapping[Kind, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole number": {"type": "integer"},
    "flag": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string"}},
}


def _option_of(annotation: Any) -> Option | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((extra for extra in annotation.__metadata__ if isinstance(extra, Option)), None)


def _kind(annotation: Any) -> Kind:
    """Say what a person types for a type in Python: a text wherever a text is taken."""
    types = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    if str in types or any(isinstance(member, str | ForwardRef) for member in types):
        return "text"
    if any(get_origin(member) in (Sequence, tuple, list, Mapping) for member in types):
        return "list"
    if bool in types:
        return "flag"
    return "number" if float in types else "whole number" if int in types else "text"


def _with_arguments(function: Callable[..., Any]) -> str:
    """Return the docstring with a section of arguments in front of what it returns."""
    text = inspect.cleandoc(function.__doc__ or "")
    lines = []
    for parameter in parameters_of(function):
        default = parameter.option.default
        words = parameter.option.help + (f" Default: {default}." if default else "")
        lines += textwrap.wrap(f"{parameter.name}: {words}", 112, subsequent_indent="    ")
    arguments = textwrap.indent("\n".join(lines), "    ")
    head, returns, tail = text.partition("\n\nReturns:")
    return f"{head}\n\nArgs:\n{arguments}{returns}{tail}"
