"""One prediction, from logits to probabilities, term by term."""

import math
from dataclasses import dataclass

from descentlab.results._content import OutputAccount, OutputHead
from descentlab.results._csv import Download, download
from descentlab.results._examples import ExampleView, view_examples
from descentlab.results._numbers import fixed, number

MAX_ROWS = 20


@dataclass(frozen=True)
class Term:
    """The numbers of one class from logit to probability, in words, with the length of its bar from 0 to 1."""

    name: str
    logit: str
    term: str
    probability: str
    bar: float
    is_predicted: bool
    is_true: bool


@dataclass(frozen=True)
class AccountView:
    """The section that explains one prediction.

    Attributes:
        example: Example with its prediction.
        head: What turns logits into outputs.
        terms: Rows of the classes in their order; where there are many, the likeliest first.
        num_left_out: Number of classes without a row.
        total: Sum of the terms.
        shift: Number that was subtracted from every logit first; empty if none was.
        predicted: Numbers of the predicted class.
        lone_logit: For a network with one output, the single logit and the output that it becomes.
        saved: All numbers as a file.
    """

    example: ExampleView
    head: OutputHead
    terms: tuple[Term, ...]
    num_left_out: int
    total: str
    shift: str
    predicted: Term
    lone_logit: tuple[str, str] | None
    saved: Download


def account_view(account: OutputAccount) -> AccountView:
    """Lay out the section that explains one prediction."""
    order = list(range(len(account.classes)))
    if len(order) > MAX_ROWS:
        order.sort(key=lambda k: -account.probabilities[k])
    predicted = max(order, key=lambda k: account.probabilities[k])
    return AccountView(
        view_examples((account.example,), account.classes)[0],
        account.head,
        tuple(_term(account, k, predicted) for k in order[:MAX_ROWS]),
        max(len(order) - MAX_ROWS, 0),
        number(account.total, digits=4),
        fixed(account.shift) if account.shift else "",
        _term(account, predicted, predicted),
        (fixed(account.logits[0]), fixed(account.terms[0])) if _is_lone(account) else None,
        _saved(account),
    )


def _term(account: OutputAccount, k: int, predicted: int) -> Term:
    logit, term, probability = "", "", account.probabilities[k]
    if not _is_lone(account):
        logit = fixed(account.logits[k])
        # Exponentials differ by powers of ten, outputs of a sigmoid do not.
        term = number(account.terms[k], digits=4) if account.head.is_joint else fixed(account.terms[k])
    bar = 0.0 if math.isnan(probability) else round(min(max(probability, 0.0), 1.0), 4)
    return Term(
        account.classes[k], logit, term, fixed(probability), bar, k == predicted, k == int(account.example.true)
    )


def _is_lone(account: OutputAccount) -> bool:
    """Whether a single logit stands for two classes."""
    return len(account.logits) != len(account.classes)


def _saved(account: OutputAccount) -> Download:
    rows = (
        (name, *(("", "") if _is_lone(account) else (account.logits[k], account.terms[k])), account.probabilities[k])
        for k, name in enumerate(account.classes)
    )
    term = "exponential" if account.head.is_joint else "output"
    return download("prediction.csv", ("class", "logit", term, "probability"), rows)
