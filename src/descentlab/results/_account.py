"""One prediction, from logits to probabilities, term by term."""

import math
from dataclasses import dataclass

from descentlab.results._content import Link, OutputAccount
from descentlab.results._csv import Download, download
from descentlab.results._examples import ExampleView, view_examples
from descentlab.results._numbers import fixed, number

MAX_ROWS = 20


@dataclass(frozen=True)
class Term:
    """One class's way from logit to probability, in words, with bar lengths from 0 to 1."""

    name: str
    logit: str
    term: str
    probability: str
    bar: float
    is_told: bool
    is_true: bool


@dataclass(frozen=True)
class AccountView:
    """The section of one prediction.

    Attributes:
        example: The example.
        link: What the logits pass through.
        terms: The classes, in their order or, of many, the likeliest first.
        num_left_out: Classes without a row of their own.
        total: Sum of the terms.
        shift: What was taken off every logit first; empty where nothing was.
        told: The told class's numbers.
        lone_logit: The single logit of a network with one output, and what it becomes.
        saved: All of it as a file.
    """

    example: ExampleView
    link: Link
    terms: tuple[Term, ...]
    num_left_out: int
    total: str
    shift: str
    told: Term
    lone_logit: tuple[str, str] | None
    saved: Download


def account_view(account: OutputAccount) -> AccountView:
    """Lay out one prediction."""
    order = list(range(len(account.classes)))
    if len(order) > MAX_ROWS:
        order.sort(key=lambda k: -account.probabilities[k])
    told = max(order, key=lambda k: account.probabilities[k])
    return AccountView(
        view_examples((account.example,), account.classes)[0],
        account.link,
        tuple(_term(account, k, told) for k in order[:MAX_ROWS]),
        max(len(order) - MAX_ROWS, 0),
        number(account.total, digits=4),
        fixed(account.shift) if account.shift else "",
        _term(account, told, told),
        (fixed(account.logits[0]), fixed(account.terms[0])) if _is_lone(account) else None,
        _saved(account),
    )


def _term(account: OutputAccount, k: int, told: int) -> Term:
    logit, term, probability = "", "", account.probabilities[k]
    if not _is_lone(account):
        logit = fixed(account.logits[k])
        # Exponentials differ by powers of ten, outputs of a sigmoid do not.
        term = number(account.terms[k], digits=4) if account.link == "softmax" else fixed(account.terms[k])
    bar = 0.0 if math.isnan(probability) else round(min(max(probability, 0.0), 1.0), 4)
    return Term(account.classes[k], logit, term, fixed(probability), bar, k == told, k == int(account.example.true))


def _is_lone(account: OutputAccount) -> bool:
    """Whether one logit speaks for two classes."""
    return len(account.logits) != len(account.classes)


def _saved(account: OutputAccount) -> Download:
    rows = (
        (name, *(("", "") if _is_lone(account) else (account.logits[k], account.terms[k])), account.probabilities[k])
        for k, name in enumerate(account.classes)
    )
    term = "exponential" if account.link == "softmax" else "output"
    return download("prediction.csv", ("class", "logit", term, "probability"), rows)
