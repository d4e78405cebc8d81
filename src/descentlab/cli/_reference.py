"""`descentlab schema` and `descentlab env`: what may be written, and where it runs."""

from typing import Annotated

import typer

from descentlab.cli._options import Debug, Json
from descentlab.cli._output import print_json, to_stdout
from descentlab.core import SpecError, options_schema, unknown_name
from descentlab.labs import LABORATORIES, load_laboratory


def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="LABORATORY",
            help="A laboratory, for the schema of its options.  [default: that of an experiment]",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the JSON schema of an experiment, or of a laboratory's options: every field, its type, its default.

    Examples:
    * `descentlab schema > experiment.schema.json`, for an editor that completes and checks experiment files by it

    * `descentlab schema importance`
    """
    if name is None:
        from descentlab import spec

        print_json(spec.schema())
        return
    if name.replace("-", "_") not in LABORATORIES:
        typed = [each.replace("_", "-") for each in LABORATORIES]
        raise SpecError(unknown_name("laboratory", name, typed))
    print_json(options_schema(load_laboratory(name.replace("-", "_"))))


def env(as_json: Json = False, debug: Debug = False) -> None:
    """Print versions, processor, memory and devices.

    Example:
    * `descentlab env --json`
    """
    from descentlab import workbench

    facts = workbench.describe_environment()
    if as_json:
        print_json(facts)
        return
    console = to_stdout()
    for name, value in facts.items():
        console.print(f"{name:<12} {_words(value)}", markup=False)


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
