"""The commands `descentlab schema`, for the fields of an experiment, and `descentlab env`, for the machine."""

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
            help="A laboratory whose options are printed.  [default: the fields of an experiment]",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the JSON schema of an experiment, or of a laboratory's options: all fields with type and default.

    Examples:
    * `descentlab schema > experiment.schema.json` - an editor can use it to complete and check experiment files

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
