"""`descentlab schema` and `descentlab env`: what may be written, and where it runs."""

from descentlab.cli._options import Debug, Json
from descentlab.cli._output import print_json, to_stdout


def schema(as_json: Json = False, debug: Debug = False) -> None:
    """Print the JSON schema of an experiment: every field, its type, its default.

    Example:
    * `descentlab schema > experiment.schema.json`, for an editor that completes and checks experiment files by it
    """
    from descentlab import spec

    print_json(spec.schema())


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
