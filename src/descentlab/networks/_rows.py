"""Layers in a row, and those that they are made of."""

from collections.abc import Sequence

from descentlab.networks._layer import Layer


def every_layer(layers: Sequence[Layer]) -> list[Layer]:
    """List layers in the order in which they are passed, those that a block is made of before the block."""
    return [each for layer in layers for each in (*every_layer(layer.inner), layer)]


def unrolled(layers: Sequence[Layer]) -> list[Layer]:
    """List layers in the order in which they are passed, those that a block is made of in its place."""
    return [each for layer in layers for each in (unrolled(layer.inner) if layer.inner else [layer])]


def not_stated(layers: Sequence[Layer], what: str) -> str:
    """Write that something is not checkable because layers do not state a fact.

    Args:
        layers: The layers, one at least.
        what: The fact, as "where its derivative jumps".

    Returns:
        As "not checkable for layer 'mix' (mixer), which does not state where its derivative jumps".
    """
    names = " and ".join(f"'{layer.name}' ({layer.kind})" for layer in layers)
    word, verb = ("layer", "does") if len(layers) == 1 else ("layers", "do")
    return f"not checkable for {word} {names}, which {verb} not state {what}"
