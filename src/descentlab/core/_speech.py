"""Remedies in the words of who reads them: options of the command line, and the arguments of Python for the same."""

import contextlib
import csv
import re
import shlex

_MOST_WORD, _MOST_LINE = 200, 2_000
_CALL = re.compile(r"`descentlab(?: (?P<quoted>[^`]+))`|descentlab (?P<plain>[a-z-]+ --resume (?:'[^']*'|\S+))")
_VALUE = r"""(?P<value>[A-Z][A-Z,.=]*\b|-?[0-9][^\s`;,)]*|[a-z0-9_.*]+=[^\s`;,)]+|[^\s`;,)]*/[^\s`;,)]*|'[^']*')"""
_OPTION = re.compile(rf"(?<![\w-])`?--(?P<name>[a-z][a-z-]*)(?: {_VALUE})?`?(?![\w-])")
_MARKED = re.compile(r"`--(?P<name>[a-z][a-z-]*) (?P<value>[^`]+)`")
_REFUSED = re.compile(r"^--(?P<name>[a-z][a-z-]*) (?P<value>.*?): ")
_NAMES = {"lr": "learning_rate", "weights": "sample_weight"}
_LISTS = ("set", "vary")
_COLUMNS = ("drop", "categories")
_CALLS = {"runs": "list_runs()", "schema": "Experiment.model_json_schema()"}


def shorten(text: str) -> str:
    """Shorten what a message quotes: a long word to its ends, and the whole to a line of bounded length.

    A word with a slash is a path, which a person may have to type again, and stays.
    """
    line = re.sub(rf"[^\s/\\]{{{_MOST_WORD},}}", lambda match: f"{match[0][:60]}...{match[0][-20:]}", text)
    return line if len(line) <= _MOST_LINE else f"{line[: _MOST_LINE - 500]} ... {line[-480:]}"


def split_names(text: str) -> list[str]:
    """Split names with commas between; one that has a comma itself stands in double quotes.

    Example:
        >>> split_names('a, "b, in cm"')
        ['a', 'b, in cm']
    """
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True), []) if name.strip()]


def typed_name(name: str) -> str:
    """Write a name as a shell needs it in a list of names, so that `split_names` returns it.

    Example:
        >>> print(typed_name("b, in cm"), typed_name("age"))
        '"b, in cm"' age
    """
    return shlex.quote('"' + name.replace('"', '""') + '"' if re.search('[,"]', name) else name)


def in_python(message: str) -> str:
    """Turn the commands and options that a message names into calls and arguments of Python.

    Example:
        >>> in_python("name another folder by --out, or continue it by: descentlab train --resume runs/iris-001")
        "name another folder by `out`, or continue it by: descentlab.resume('runs/iris-001')"
        >>> in_python("--hidden 3,x: expected units; `--seeds 20` trains more")
        "hidden='3,x': expected units; `seeds=20` trains more"
    """
    message = _REFUSED.sub(lambda match: f"{_argument(match['name'], match['value'])}: ", message)
    message = _CALL.sub(
        lambda match: _call(match["quoted"] or match["plain"], mark="`" * bool(match["quoted"])), message
    )
    message = _MARKED.sub(lambda match: f"`{_argument(match['name'], match['value'])}`", message)
    message = _OPTION.sub(lambda match: _argument(match["name"], match["value"]), message)
    return re.sub(r"\] (set|vary)=\[", ", ", message)  # a list takes what is repeated on the command line


def _call(command: str, *, mark: str) -> str:
    try:
        verb, *words = shlex.split(command)
    except ValueError:  # a path with a quote in it
        verb, *words = command.split()
    if words == ["--help"]:
        return f"{mark}help(descentlab.{verb.replace('-', '_')}){mark}"
    if verb == "train" and words[:1] == ["--resume"]:
        return f"{mark}descentlab.resume({words[1]!r}){mark}"
    if not words and verb in _CALLS:
        return f"{mark}descentlab.{_CALLS[verb]}{mark}"
    arguments, waiting = list[str](), ""
    for word in [*words, "--"]:
        is_name = word.startswith("--")
        if waiting:
            arguments.append(_argument(waiting, None if is_name else word) if not is_name else f"{_name(waiting)}=True")
        elif not is_name:
            arguments.append(repr(word))
        waiting = word.removeprefix("--") if is_name else ""
    name = f"descentlab.{verb.replace('-', '_')}"
    return f"{mark}{name}({', '.join(arguments)}){mark}" if arguments else f"{mark}{name}{mark}"


def _argument(name: str, value: str | None) -> str:
    if value is None:
        return f"{_name(name.removeprefix('no-'))}=False" if name.startswith("no-") else f"`{_name(name)}`"
    with contextlib.suppress(ValueError):
        value = shlex.split(value)[0] if value.startswith("'") else value
    if name in _LISTS and "=" in value:
        return f"{name}=[{value!r}]"
    if name in _COLUMNS and value.upper() != value:
        return f"{name}={split_names(value)!r}"
    is_bare = re.fullmatch(r"-?([0-9.]+(e-?[0-9]+)?|inf)|nan|[A-Z][A-Z,.=]*", value)
    return f"{_name(name)}={value if is_bare else repr(value)}"


def _name(name: str) -> str:
    return _NAMES.get(name, name.replace("-", "_"))
