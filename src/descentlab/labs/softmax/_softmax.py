"""`softmax`: logits taken through softmax with every number shown."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from descentlab.core import Option, SpecError, laboratory, unknown_name

if TYPE_CHECKING:
    import numpy as np

    import descentlab.results


@laboratory(
    "softmax 2 1 0.1",
    "softmax 2 1 0.1 --temperature 0.5 --classes cat,dog,bird --truth dog",
    "softmax 1000 999 - where the formula used directly overflows",
    "softmax 2 -1 -inf --html softmax.html",
)
def softmax(
    logits: Annotated[
        Sequence[Any] | Any,  # an array of NumPy too, which is not loaded for the help
        Option(
            "One number for each class, as 2 1 -0.5; -inf excludes a class.",
            "LOGITS...",
            is_argument=True,
            may_begin_with_minus=True,
        ),
    ] = (),
    *,
    temperature: Annotated[
        float, Option("Number by which the logits are divided, above 0.", "T", names=("--temperature", "-T"))
    ] = 1.0,
    classes: Annotated[
        str | Sequence[str], Option("Names of the classes, separated by commas.", "NAMES", default="their numbers")
    ] = (),
    truth: Annotated[
        str | int | None, Option("True class, by number or name.", "CLASS", default="the likeliest")
    ] = None,
) -> "descentlab.results.Result[Any]":
    """Show how softmax turns logits into probabilities: each exponential, their sum, and each probability.

    Two proofs come with it, that no probability is negative and that they sum to one, checked on the numbers given;
    the Jacobian; what shift, scale and temperature do; and the cross-entropy, with why its derivative is p - y.

    Returns:
        The result; `result.measured.probabilities` are the probabilities.

    Raises:
        SpecError: If a text is no number, the temperature is not above 0, or the true class is unknown.
        ShapeError: If there is no answer: no logits, one that is not a number or infinite, all ruled out.

    Example:
        >>> import descentlab as dl
        >>> dl.softmax([2, 1, 0.1]).measured.probabilities.round(3).tolist()
        [0.659, 0.242, 0.099]
        >>> dl.softmax([1000, 999]).measured.probabilities.round(3).tolist()
        [0.731, 0.269]
    """
    from descentlab.labs.softmax._account import measure, read_account
    from descentlab.labs.softmax._page import key_figures, lay_out
    from descentlab.labs.softmax._tables import fill_tables
    from descentlab.labs.softmax._words import say
    from descentlab.results import Declaration, Result

    names = tuple(name.strip() for name in (classes.split(",") if isinstance(classes, str) else classes))
    account = read_account(_numbers(logits), names, float(temperature))
    chosen = int(account.probabilities.argmax()) if truth is None else _place_of(truth, account.classes)
    measured = measure(account, chosen)
    tables = fill_tables(measured)
    shown = ", ".join(f"{value:g}" for value in account.logits[:6]) + (", ..." if len(account.logits) > 6 else "")
    return Result(
        measured,
        Declaration(
            laboratory="softmax",
            title=f"Softmax of {shown}",
            tables=tables,
            words=say,
            key_figures=key_figures(measured),
            sections=lay_out(measured, tables),
        ),
    )


def _numbers(logits: Sequence[Any] | Any) -> "np.ndarray":
    import numpy as np

    numbers: list[float] = []
    for given in np.asarray(logits).ravel().tolist() if isinstance(logits, np.ndarray) else logits:
        words = re.split(r"[\s,;]+", given.strip(" ,;[]()\t\n")) if isinstance(given, str) else [given]
        for word in words:
            if isinstance(word, str) and word.startswith("--"):
                raise SpecError(f"there is no option {word}; see `descentlab softmax --help`")
            if word == "":
                continue
            try:
                numbers.append(float(word))
            except (TypeError, ValueError):
                raise SpecError(
                    f"{word!r} is not a number; softmax takes logits, as: descentlab softmax 2 1 0.1 (-inf rules a "
                    "class out)"
                ) from None
    return np.array(numbers, np.float64)


def _place_of(truth: int | str, classes: tuple[str, ...]) -> int:
    text = str(truth).strip()
    if text in classes:
        return classes.index(text)
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) < len(classes):
        return int(text)
    raise SpecError(unknown_name("class", text, classes))
