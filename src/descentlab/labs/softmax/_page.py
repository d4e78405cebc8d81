"""The page of `softmax`."""

import numpy as np

from descentlab.evaluation import SoftmaxAccount
from descentlab.labs.softmax._account import Softmax
from descentlab.labs.softmax._tables import MAX_CLASSES
from descentlab.results import Chart, Mark, Part, Row, Section, Series, Tables, number


def key_figures(softmax: Softmax) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    account = softmax.account
    return (
        Row("largest probability", number(float(account.probabilities.max()))),
        Row("sum of exp(z - max)", number(account.total)),
        Row("entropy", f"{number(account.entropy)} nats"),
        Row("temperature", f"{account.temperature:g}"),
    )


def lay_out(softmax: Softmax, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: the logits' way, the proofs, what changes it, the cross-entropy, and the Jacobian."""
    account = softmax.account
    name = account.called(softmax.truth)
    towards, works = softmax.truths[softmax.truth].towards, account.naive.works
    return (
        Section(
            "From logits to probabilities",
            (
                "p_i = e^(z_i/T) / Σ_j e^(z_j/T). The largest logit is taken off first, which changes nothing and "
                "keeps each exponential between 0 and 1.",
                "e^z is infinite in 64 bits from z = 709.8 on, and 0 below −745.1. "
                + ("Here both forms give the same." if works else "Here the plain one breaks, and the other does not."),
                f"Here the largest logit is {number(account.largest, digits=4)}. The exponentials add up to "
                f"{number(account.naive.total, digits=4)} without taking it off, and to "
                f"{number(account.total, digits=4)} with it taken off.",
            ),
            (tables["classes"],),
        ),
        Section(
            "What holds for any logits",
            ("Each statement with its proof, and what it comes to on these numbers.",),
            (tables["proofs"],),
        ),
        Section(
            "What shifting, scaling and temperature do",
            (
                "Adding the same to every logit does nothing. Doubling them is halving the temperature: the largest "
                "gains. A high temperature evens the classes out.",
            ),
            (tables["effects"], *_charts(account)),
        ),
        Section(
            "Cross-entropy, and why its derivative is p - y",
            (
                f"If {name} is the true class, C = -ln p and ∂C/∂p = -1/p = {number(towards)}. The chain rule "
                "multiplies this by the Jacobian's row, p ([i = j] - p_j) / T: the p cancels, and (p - y) / T is left.",
                "So a sure and wrong prediction is pushed with full force, where squared error behind a sigmoid would "
                "barely move it.",
            ),
            (tables["gradient"],),
        ),
        *_jacobian(tables),
    )


def _jacobian(tables: Tables) -> tuple[Section, ...]:
    if "jacobian" not in tables:
        return ()
    words = "How each probability changes with each logit. What one gains, the others lose: rows sum to zero."
    return (Section("The Jacobian", (words,), (tables["jacobian"],)),)


def _charts(account: SoftmaxAccount) -> tuple[Part, ...]:
    return (_temperature_chart(account), _lead_chart(account)) if len(account.classes) <= MAX_CLASSES else ()


def _temperature_chart(account: SoftmaxAccount) -> Chart:
    temperatures = np.geomspace(0.05, 50.0, 121)
    shifted = account.logits - account.largest
    table = np.array([np.exp(shifted / t) / np.exp(shifted / t).sum() for t in temperatures])
    series = tuple(Series(account.called(k), temperatures, table[:, k], tone=k) for k in range(len(account.classes)))
    marks = (Mark("here", x=account.temperature),) if 0.05 <= account.temperature <= 50.0 else ()
    return Chart("Probabilities by temperature", "temperature", "probability", series, x_log=True, marks=marks)


def _lead_chart(account: SoftmaxAccount) -> Chart:
    """Draw each probability as the largest logit moves and the others stand still."""
    best = int(np.argmax(account.logits))
    moves = np.linspace(-6.0, 6.0, 121) * account.temperature
    table = []
    for move in moves:
        z = (account.logits - account.largest + move * (np.arange(len(account.logits)) == best)) / account.temperature
        powers = np.exp(z - z.max())
        table.append(powers / powers.sum())
    series = tuple(Series(account.called(k), moves, column, tone=k) for k, column in enumerate(np.array(table).T))
    label = f"added to the logit of {account.called(best)}"
    title = "Probabilities as the largest logit moves"
    return Chart(title, label, "probability", series, marks=(Mark("here", x=0.0),))
