"""Softmax on some logits laid out as a page."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab.core import Table as PlainTable
from descentlab.results import Chart, Mark, Page, Part, Row, Section, Series, Table, number

if TYPE_CHECKING:
    from descentlab.evaluation import SoftmaxAccount
    from descentlab.labs.softmax._softmax import Softmax

MAX_CURVES = 8
"""Classes up to which each has a curve, and the Jacobian is shown."""


def build_page(found: "Softmax") -> Page:
    """Lay softmax out: the way of each logit, the proofs, what changes it, and the cross-entropy beside it."""
    account = found.account
    best = int(np.argmax(account.probabilities))
    shown = ", ".join(f"{value:g}" for value in account.logits[:6]) + (", ..." if len(account.logits) > 6 else "")
    return Page(
        title=f"Softmax of {shown}",
        kind="Softmax",
        outcome=found.sentences,
        figures=(
            Row("largest probability", number(float(account.probabilities[best]))),
            Row("sum of exp(z - max)", number(account.total)),
            Row("entropy", f"{number(account.entropy)} nats"),
            Row("temperature", f"{account.temperature:g}"),
        ),
        sections=(_way(found), _proofs(found), _changes(found), _truth(found), *_jacobian(found), _naive(found)),
    )


def _table(table: PlainTable, note: str = "") -> Table:
    rows = tuple((first, *(_worded(cell) for cell in rest)) for first, *rest in table.rows)
    return Table(table.title, table.header, rows, note)


def _worded(cell: str) -> str:
    """Write a number with a decimal point or an exponent as the page's other numbers are."""
    return number(float(cell), digits=4) if any(sign in cell for sign in (".", "e-")) else cell


def _way(found: "Softmax") -> Section:
    account = found.account
    return Section(
        "From logits to probabilities",
        (
            "p_i = e^(z_i/T) / Σ_j e^(z_j/T). The largest logit is taken off first, which changes nothing and keeps "
            "each exponential between 0 and 1.",
        ),
        (_table(account.table()),),
    )


def _proofs(found: "Softmax") -> Section:
    rows = tuple((each.claim, each.reason, each.numbers, "yes" if each.holds else "NO") for each in found.proofs)
    return Section(
        "What holds for any logits",
        ("Each statement with its proof, and what it comes to on these numbers.",),
        (Table("Statements", ("statement", "proof", "here", "holds"), rows),),
    )


def _changes(found: "Softmax") -> Section:
    account = found.account
    parts: list[Part] = [_table(found.effects_table())]
    if len(account.classes) <= MAX_CURVES:
        parts += [_temperature_chart(account), _lead_chart(account)]
    return Section(
        "What shifting, scaling and temperature do",
        (
            "Adding the same to every logit does nothing. Doubling them is halving the temperature: the largest gains. "
            "A high temperature evens the classes out.",
        ),
        tuple(parts),
    )


def _temperature_chart(account: "SoftmaxAccount") -> Chart:
    temperatures = np.geomspace(0.05, 50.0, 121)
    shifted = account.logits - account.largest
    table = np.array([np.exp(shifted / t) / np.exp(shifted / t).sum() for t in temperatures])
    series = tuple(Series(account.called(k), temperatures, table[:, k], tone=k) for k in range(len(account.classes)))
    return Chart(
        "Probabilities by temperature", "temperature", "probability", series, x_log=True,
        marks=(Mark("here", x=account.temperature),) if 0.05 <= account.temperature <= 50.0 else (),
    )  # fmt: skip


def _lead_chart(account: "SoftmaxAccount") -> Chart:
    """Draw each probability as the largest logit is moved, the others standing still."""
    best = int(np.argmax(account.logits))
    moves = np.linspace(-6.0, 6.0, 121) * account.temperature
    table = []
    for move in moves:
        z = (account.logits - account.largest + move * (np.arange(len(account.logits)) == best)) / account.temperature
        powers = np.exp(z - z.max())
        table.append(powers / powers.sum())
    columns = np.array(table).T
    series = tuple(Series(account.called(k), moves, column, tone=k) for k, column in enumerate(columns))
    return Chart(
        "Probabilities as the largest logit moves", f"added to the logit of {account.called(best)}", "probability",
        series, marks=(Mark("here", x=0.0),),
    )  # fmt: skip


def _truth(found: "Softmax") -> Section:
    truth = found.truths[found.truth]
    name = found.account.called(found.truth)
    costs = Table(
        "The cost, were another class the true one",
        ("true class", "p", "C = -ln p (nats)"),
        tuple(
            (each_name, number(float(p)), number(each.loss))
            for each_name, p, each in zip(found.account.classes, found.probabilities, found.truths, strict=True)
        ),
    )
    return Section(
        "Cross-entropy, and why its derivative is p - y",
        (
            f"If {name} is the true class, C = -ln p and ∂C/∂p = -1/p = {number(truth.towards)}. The chain rule "
            "multiplies this by the Jacobian's row, p ([i = j] - p_j) / T: the p cancels, and (p - y) / T is left.",
            "So a sure and wrong answer is pushed with full force, where squared error behind a sigmoid would barely "
            "move it. Three ways to the same numbers:",
        ),
        (_table(found.truth_table()), costs),
    )


def _jacobian(found: "Softmax") -> tuple[Section, ...]:
    if len(found.account.classes) > MAX_CURVES:
        return ()
    return (
        Section(
            "The Jacobian",
            ("How each probability changes with each logit. What one gains, the others lose: rows sum to zero.",),
            (_table(found.jacobian_table()),),
        ),
    )


def _naive(found: "Softmax") -> Section:
    account, naive = found.account, found.account.naive
    rows = tuple(
        (name, *(number(float(value), digits=4) for value in values))
        for name, *values in zip(
            account.classes, naive.exponentials, naive.probabilities, account.probabilities, strict=True
        )
    )
    works = "Here both give the same." if naive.works else "Here it breaks, and the shifted form does not."
    return Section(
        "The formula taken at its word",
        (f"e^z is infinite in 64 bits from z = 709.8 on, and 0 below -745.1. {works}",),
        (Table("Without taking the largest off", ("class", "e^(z/T)", "p so", "p"), rows),),
    )
