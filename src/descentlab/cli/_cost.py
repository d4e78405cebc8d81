"""The command `descentlab backprop WHAT --cost`, which means `descentlab backprop-cost WHAT`."""

from typing import Any

from typer.core import TyperGroup

from descentlab.core import SpecError, parameters_of
from descentlab.labs import load_laboratory


class Commands(TyperGroup):
    """The group of all commands. It reads `backprop ... --cost` as `backprop-cost ...`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name of the command that was typed, the command, and the words that are left for it."""
        return super().resolve_command(ctx, read_cost(args))


def read_cost(words: list[str]) -> list[str]:
    """Turn `backprop ... --cost` into `backprop-cost ...`.

    Args:
        words: Typed words, from the name of the command on.

    Returns:
        The words of the command that is run.

    Raises:
        SpecError: If an option belongs to the other of the two commands.
    """
    if not words or words[0] != "backprop":
        return words
    typed = {word.partition("=")[0] for word in words[1:]}
    if "--cost" not in typed:
        if "--budget" in typed:
            raise SpecError("--budget only works with --cost; leave it out, or add --cost")
        return words
    shared = {parameter.name for parameter in parameters_of(load_laboratory("backprop_cost"))}
    for parameter in parameters_of(load_laboratory("backprop")):
        if parameter.name not in shared and typed & {*parameter.names}:
            raise SpecError(
                f"{parameter.names[0]} does not work with --cost, which measures whole steps and no single examples; "
                "leave one of them out"
            )
    return ["backprop-cost", *(word for word in words[1:] if word != "--cost")]
