"""`descentlab softmax`: logits taken through softmax, number by number."""

from pathlib import Path
from typing import Annotated

import typer

from descentlab.cli._options import Debug, Json, Quiet
from descentlab.cli._output import print_json, save_text, to_stdout
from descentlab.core import SpecError

SETTINGS = {"ignore_unknown_options": True}
"""Lets negative logits stand among the arguments; a misspelt option is then found as a logit that is no number."""


def softmax(
    logits: Annotated[
        list[str] | None,
        typer.Argument(metavar="LOGITS...", help="A number per class, as 2 1 -0.5; -inf rules one out."),
    ] = None,
    temperature: Annotated[
        float, typer.Option("--temperature", "-T", metavar="T", help="What the logits are divided by, above 0.")
    ] = 1.0,
    classes: Annotated[
        str | None, typer.Option(metavar="NAMES", help="The classes' names, with commas between.", show_default=False)
    ] = None,
    truth: Annotated[
        str | None,
        typer.Option(metavar="CLASS", help="The true class, by number or name.  [default: the likeliest]"),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with all of it.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Take logits through softmax: each exponential, their sum, each probability, and what changes them.

    Two proofs come with it, that no probability is negative and that they sum to one, checked on the numbers given;
    the Jacobian; what shift, scale and temperature do; and the cross-entropy, with why its derivative is p - y.

    Examples:
    * `descentlab softmax 2 1 0.1`

    * `descentlab softmax 2 1 0.1 --temperature 0.5 --classes cat,dog,bird --truth dog`

    * `descentlab softmax 1000 999` - where the formula taken at its word overflows

    * `descentlab softmax 2 -1 -inf --html softmax.html`
    """
    words = logits or []
    unknown = [word for word in words if word.startswith("--")]
    if unknown:
        raise SpecError(f"there is no option {unknown[0]}; see `descentlab softmax --help`")
    from descentlab.labs import softmax as laboratory

    names = [name.strip() for name in classes.split(",")] if classes else []
    found = laboratory.softmax(words, temperature=temperature, classes=names, truth=truth)
    if html is not None:
        save_text(html, found.to_page())
    if as_json:
        print_json({**found.to_json(), **({} if html is None else {"report": str(html)})})
    elif not quiet:
        console = to_stdout()
        console.print(str(found), markup=False)
        if html is not None:
            console.print(f"\nreport: {html}", markup=False)
