"""Formulas as MathML, which browsers draw by themselves."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """Turn LaTeX into MathML.

    Args:
        latex: Formula without dollar signs. Characters with a meaning in HTML are escaped.

    Returns:
        The `math` element.

    Example:
        >>> mathml("a<b").endswith("<mi>a</mi><mo>&#x0003C;</mo><mi>b</mi></mrow></math>")
        True
    """
    # Imported here, since reading its table of symbols takes a tenth of a second.
    from latex2mathml.converter import convert

    return convert(latex, display="block")
