"""`descentlab backprop WHAT --cost`: another way to type `descentlab backprop-cost WHAT`."""

from typing import Any

from typer.core import TyperGroup

from descentlab.core import SpecError, parameters_of
from descentlab.labs import load_laboratory


class Commands(TyperGroup):
    """The commands, where `backprop ... --cost` is read as `backprop-cost ...`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the words name, and the words that are left for it."""
        return super().resolve_command(ctx, read_cost(args))


def read_cost(words: list[str]) -> list[str]:
    """Turn `backprop ... --cost` into `backprop-cost ...`.

    Args:
        words: What was typed, from the command's name on.

    Returns:
        The same words, or those of the other command.

    Raises:
        SpecError: If an option is for the other of the two.
    """
    if not words or words[0] != "backprop":
        return words
    typed = {word.partition("=")[0] for word in words[1:]}
    if "--cost" not in typed:
        if "--budget" in typed:
            raise SpecError("--budget is for --cost; leave it out, or add --cost")
        return words
    shared = {parameter.name for parameter in parameters_of(load_laboratory("backprop_cost"))}
    for parameter in parameters_of(load_laboratory("backprop")):
        if parameter.name not in shared and typed & {*parameter.names}:
            raise SpecError(
                f"{parameter.names[0]} is for the account of examples, --cost for whole steps: leave one of them out"
            )
    return ["backprop-cost", *(word for word in words[1:] if word != "--cost")]
