"""The tables of `softmax`."""

import numpy as np

from descentlab.labs.softmax._account import Softmax
from descentlab.results import Column, Table, TableForm, Tables

MAX_CLASSES = 8
"""Classes up to which the Jacobian is shown, and whose probabilities are followed through changes."""

CLASSES = TableForm(
    "classes",
    "From logits to probabilities",
    (
        Column("class", meaning="Name of the class, or its number."),
        Column("logit", "logit z", "Number that the last layer gives for the class.", format="number", digits=4),
        Column(
            "naive_exponential",
            "exp(z/T)",
            "Exponential of the logit over the temperature.",
            format="number",
            digits=4,
        ),
        Column("shifted", "(z - max)/T", "Logit below the largest, over the temperature.", format="number", digits=4),
        Column("exponential", "exp((z - max)/T)", "Its exponential, between 0 and 1.", format="number", digits=4),
        Column("probability", "p", "Exponential over the sum of all of them.", format="number", digits=4),
        Column(
            "log_probability",
            "ln p",
            "Logarithm of the probability.",
            unit="nats",
            format="number",
            digits=4,
            is_detail=True,
        ),
        Column(
            "naive_probability",
            "p by exp(z/T) alone",
            "Probability if nothing is taken off first.",
            format="number",
            digits=4,
            is_detail=True,
        ),
        Column(
            "loss",
            "C = -ln p",
            "Cross-entropy if this class is the true one.",
            unit="nats",
            format="number",
            digits=4,
            is_detail=True,
        ),
    ),
    is_printed=True,
)
SUMMARY = TableForm(
    "summary",
    "In all",
    (
        Column("temperature", meaning="What the logits are divided by.", format="number"),
        Column("largest", "largest logit", "Number taken off every logit first.", format="number", digits=4),
        Column("sum", "sum of exp((z - max)/T)", "What each exponential is divided by.", format="number", digits=4),
        Column("naive_sum", "sum of exp(z/T)", "The sum if nothing is taken off first.", format="number", digits=4),
        Column(
            "entropy", "", "0 where one class has it all, ln n where all n are alike.", unit="nats", format="number"
        ),
        Column("truth", "true class", "Class that the cross-entropy is computed for."),
        Column("loss", "cross-entropy C = -ln p", "Cost of the true class.", unit="nats", format="number", digits=6),
    ),
    is_single=True,
    is_printed=True,
)
STATEMENTS = TableForm(
    "proofs",
    "What holds for any logits",
    (
        Column("statement", meaning="A property of softmax."),
        Column("proof", meaning="Why it holds for any logits.", is_detail=True),
        Column("here", meaning="What it comes to on these numbers."),
        Column("holds", meaning="Whether it holds on these numbers, to rounding.", format="flag"),
    ),
    is_printed=True,
)
EFFECTS = TableForm(
    "effects",
    "What changes the probabilities",
    (Column("logits", meaning="What is done to the logits."),),
    is_printed=True,
)
JACOBIAN = TableForm(
    "jacobian",
    "Jacobian: change of each probability with each logit, p_i ([i = j] - p_j) / T",
    (Column("by", meaning="Probability that changes."),),
    is_printed=True,
)
GRADIENT = TableForm(
    "gradient",
    "Derivative of the cross-entropy by each logit, in three ways",
    (
        Column("class", meaning="Name of the class, or its number."),
        Column("probability", "p", "Probability of the class.", format="number", digits=4),
        Column("target", "y", "1 for the true class, 0 for the others.", format="count"),
        Column("delta", "(p - y)/T", "The derivative by its short formula.", format="number", digits=7),
        Column("by_chain", "chain rule", "-1/p times the Jacobian's row of the true class.", format="number", digits=7),
        Column("by_difference", "central difference", "Change of C as the logit is nudged.", format="number", digits=7),
    ),
    is_printed=True,
)
TABLES = (CLASSES, SUMMARY, STATEMENTS, EFFECTS, JACOBIAN, GRADIENT)


def fill_tables(softmax: Softmax) -> Tables:
    """Lay out what was computed."""
    jacobian = (_jacobian(softmax),) if len(softmax.account.classes) <= MAX_CLASSES else ()
    return Tables(
        (_classes(softmax), _summary(softmax), _proofs(softmax), _effects(softmax), *jacobian, _gradient(softmax))
    )


def _classes(softmax: Softmax) -> Table:
    account, naive = softmax.account, softmax.account.naive
    return CLASSES.fill_columns(
        {
            "class": account.classes,
            "logit": account.logits,
            "naive_exponential": naive.exponentials,
            "shifted": account.shifted,
            "exponential": account.exponentials,
            "probability": account.probabilities,
            "log_probability": account.log_probabilities,
            "naive_probability": naive.probabilities,
            "loss": np.array([truth.loss for truth in softmax.truths]),
        }
    )


def _summary(softmax: Softmax) -> Table:
    account, truth = softmax.account, softmax.truths[softmax.truth]
    name = account.classes[softmax.truth]
    sums = account.total, account.naive.total
    return SUMMARY.fill([(account.temperature, account.largest, *sums, account.entropy, name, truth.loss)])


def _proofs(softmax: Softmax) -> Table:
    return STATEMENTS.fill([(proof.claim, proof.reason, proof.numbers, proof.holds) for proof in softmax.proofs])


def _effects(softmax: Softmax) -> Table:
    account = softmax.account
    shown = sorted(np.argsort(-account.logits, kind="stable")[:MAX_CLASSES].tolist())
    columns = [Column(f"p_{account.classes[k]}", f"p({account.classes[k]})", format="number", digits=4) for k in shown]
    entropy = Column("entropy", meaning="Entropy after the change.", unit="nats", format="number", digits=4)
    rows = [
        (effect.change, *(float(effect.probabilities[k]) for k in shown), effect.entropy) for effect in softmax.effects
    ]
    note = f"Of the {MAX_CLASSES} largest logits." if len(shown) < account.logits.size else ""
    return EFFECTS.with_columns(*columns, entropy).fill(rows, note=note)


def _jacobian(softmax: Softmax) -> Table:
    names = softmax.account.classes
    columns = [Column(f"z_{name}", f"∂z({name})", format="number", digits=4) for name in names]
    rows = [(f"∂p({name})", *map(float, row)) for name, row in zip(names, softmax.account.jacobian, strict=True)]
    return JACOBIAN.with_columns(*columns).fill(rows)


def _gradient(softmax: Softmax) -> Table:
    truth = softmax.truths[softmax.truth]
    targets = np.arange(len(softmax.account.classes)) == softmax.truth
    return GRADIENT.fill_columns(
        {
            "class": softmax.account.classes,
            "probability": softmax.probabilities,
            "target": targets.astype(np.int64),
            "delta": truth.delta,
            "by_chain": truth.by_chain,
            "by_difference": truth.by_difference,
        }
    )
