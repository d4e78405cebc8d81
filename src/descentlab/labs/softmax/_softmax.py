"""`softmax`: logits taken through softmax with every number shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.core import SpecError, Table, unknown_name
from descentlab.evaluation import (
    Effect,
    Proof,
    SoftmaxAccount,
    TruthAccount,
    softmax_account,
    softmax_effects,
    softmax_proofs,
    softmax_truth,
)

MAX_MATRIX = 8
"""Classes up to which the Jacobian is printed, and whose probabilities are followed through changes."""


@dataclass(frozen=True, eq=False)
class Softmax:
    """All that is to be seen of softmax on some logits.

    Attributes:
        account: Each exponential, their sum, each probability.
        proofs: What holds for any logits, checked on these.
        effects: What shifting, scaling and temperature do.
        truths: The cross-entropy and its derivative for each class, were it the true one.
        truth: The class that is the true one; the likeliest where none was named.
    """

    account: SoftmaxAccount
    proofs: tuple[Proof, ...]
    effects: tuple[Effect, ...]
    truths: tuple[TruthAccount, ...]
    truth: int

    @property
    def probabilities(self) -> np.ndarray:
        """One a class."""
        return self.account.probabilities

    @property
    def sentences(self) -> tuple[str, ...]:
        """What comes out, in words."""
        account = self.account
        best = int(np.argmax(account.probabilities))
        name = account.called(best).replace("class ", "Class ", 1)
        words = [f"{name} gets {account.probabilities[best]:.4g} of the probability."]
        if len(account.classes) > 1:
            words.append(_lead(account))
        if not account.naive.works:
            words.append(_naive(account))
        ruled_out = [account.called(k) for k, logit in enumerate(account.logits) if logit == -np.inf]
        if ruled_out:
            words.append(f"A logit of -inf rules a class out: {', '.join(ruled_out)} has probability 0.")
        if not all(proof.holds for proof in self.proofs):
            words.append(
                "One of the statements below does not hold on these numbers: that is a mistake of descentlab's."
            )
        return tuple(words)

    def jacobian_table(self) -> Table:
        """Return the Jacobian as a table of words."""
        names = self.account.classes
        rows = tuple(
            (f"∂p({name})", *(f"{value:.4g}" for value in row))
            for name, row in zip(names, self.account.jacobian, strict=True)
        )
        title = "Jacobian ∂p_i/∂z_j = p_i ([i = j] - p_j)" + ("" if self.account.temperature == 1.0 else " / T")
        return Table(("by", *(f"∂z({name})" for name in names)), rows, title)

    def effects_table(self) -> Table:
        """Return what shifting, scaling and temperature do as a table of words."""
        shown = sorted(np.argsort(-self.account.logits, kind="stable")[:MAX_MATRIX].tolist())
        rows = tuple(
            (effect.change, *(f"{effect.probabilities[k]:.4g}" for k in shown), f"{effect.entropy:.4g}")
            for effect in self.effects
        )
        names = (f"p({self.account.classes[k]})" for k in shown)
        title = "What changes them" + (
            f" (of the {MAX_MATRIX} largest)" if len(shown) < self.account.logits.size else ""
        )
        return Table(("logits", *names, "entropy"), rows, title)

    def truth_table(self) -> Table:
        """Return the cross-entropy's derivative, in three ways, as a table of words."""
        found = self.truths[self.truth]
        columns = (self.account.probabilities, found.delta, found.by_chain, found.by_difference)
        rows = tuple(
            (name, f"{p:.4g}", str(int(k == self.truth)), *(f"{value:.7g}" for value in values))
            for k, (name, p, *values) in enumerate(zip(self.account.classes, *columns, strict=True))
        )
        heat = "" if self.account.temperature == 1.0 else ")/T"
        header = ("class", "p", "y", f"{'(' if heat else ''}p - y{heat}", "chain rule", "central difference")
        title = f"Cross-entropy if {self.account.called(self.truth)} is true: C = -ln p = {found.loss:.6g} nats"
        return Table(header, rows, title)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        account, naive = self.account, self.account.naive
        return {
            "outcome": list(self.sentences),
            "classes": list(account.classes),
            "temperature": account.temperature,
            "logits": account.logits.tolist(),
            "largest": account.largest,
            "shifted": account.shifted.tolist(),
            "exponentials": account.exponentials.tolist(),
            "sum": account.total,
            "probabilities": account.probabilities.tolist(),
            "log_probabilities": account.log_probabilities.tolist(),
            "entropy": account.entropy,
            "jacobian": account.jacobian.tolist(),
            "naive": {
                "works": naive.works,
                "exponentials": naive.exponentials.tolist(),
                "sum": naive.total,
                "probabilities": naive.probabilities.tolist(),
            },
            "proofs": [
                {"claim": each.claim, "reason": each.reason, "numbers": each.numbers, "holds": each.holds}
                for each in self.proofs
            ],
            "effects": [
                {"change": each.change, "probabilities": each.probabilities.tolist(), "entropy": each.entropy}
                for each in self.effects
            ],
            "truth": self.truth,
            "cross_entropy": [
                {
                    "truth": each.truth,
                    "loss": each.loss,
                    "delta": each.delta.tolist(),
                    "by_chain": each.by_chain.tolist(),
                    "by_difference": each.by_difference.tolist(),
                }
                for each in self.truths
            ],
        }

    def to_page(self) -> str:
        """Write all of it as a page that needs nothing but itself."""
        from descentlab import results
        from descentlab.labs.softmax._page import build_page

        return results.render_page(build_page(self))

    def __str__(self) -> str:
        proofs = [f"{'holds' if each.holds else 'FAILS'}: {each.claim} {each.reason}\n       Here: {each.numbers}."
                  for each in self.proofs]  # fmt: skip
        matrix = [str(self.jacobian_table()), ""] if len(self.account.classes) <= MAX_MATRIX else []
        parts = [
            *self.sentences, "", str(self.account), "", *proofs, "", *matrix, str(self.effects_table()), "",
            str(self.truth_table()),
        ]  # fmt: skip
        return "\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        words = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)
        tables = (self.account, self.jacobian_table(), self.effects_table(), self.truth_table())
        return words + "".join(table._repr_html_() for table in tables)


def softmax(
    logits: Sequence[Any] | np.ndarray,
    *,
    temperature: float = 1.0,
    classes: Sequence[str] = (),
    truth: int | str | None = None,
) -> Softmax:
    """Take logits through softmax and show every number: p_i = exp(z_i/T) / sum_j exp(z_j/T).

    Args:
        logits: One per class, as numbers or their texts; -inf rules a class out.
        temperature: What the logits are divided by, above 0: small sharpens, large evens out.
        classes: The classes' names. Default: their numbers from 0.
        truth: The true class by number or name, for the cross-entropy. Default: the likeliest.

    Returns:
        The account: print it, or read its parts.

    Raises:
        SpecError: If a text is no number, the temperature is not above 0, or the true class is unknown.
        ShapeError: If there is no answer: no logits, one that is not a number or infinite, all ruled out.

    Example:
        >>> import descentlab as dl
        >>> dl.softmax([2, 1, 0.1]).probabilities.round(3).tolist()
        [0.659, 0.242, 0.099]
        >>> dl.softmax([1000, 999]).probabilities.round(3).tolist()
        [0.731, 0.269]
    """
    account = softmax_account(_numbers(logits), tuple(classes), temperature=float(temperature))
    chosen = int(np.argmax(account.probabilities)) if truth is None else _truth(account, truth)
    truths = tuple(softmax_truth(account, k) for k in range(len(account.classes)))
    return Softmax(account, softmax_proofs(account), softmax_effects(account), truths, chosen)


def _numbers(logits: Sequence[Any] | np.ndarray) -> np.ndarray:
    found = []
    for given in np.asarray(logits).ravel().tolist() if isinstance(logits, np.ndarray) else logits:
        words = re.split(r"[\s,;]+", given.strip(" ,;[]()\t\n")) if isinstance(given, str) else [given]
        for word in words:
            if word == "":
                continue
            try:
                found.append(float(word))
            except (TypeError, ValueError):
                raise SpecError(
                    f"{word!r} is not a number; softmax takes logits, as: descentlab softmax 2 1 0.1 (-inf rules a "
                    "class out)"
                ) from None
    return np.array(found, np.float64)


def _truth(account: SoftmaxAccount, truth: int | str) -> int:
    text = str(truth).strip()
    if text in account.classes:
        return account.classes.index(text)
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) < len(account.classes):
        return int(text)
    raise SpecError(unknown_name("class", text, account.classes))


def _lead(account: SoftmaxAccount) -> str:
    first, second = (int(k) for k in np.argsort(-account.logits, kind="stable")[:2])
    lead = float(account.logits[first] - account.logits[second]) / account.temperature
    over = "" if account.temperature == 1.0 else f" over a temperature of {account.temperature:g}"
    if lead == 0.0:
        return "The two largest logits are equal, and so are their probabilities."
    if account.probabilities[second] == 0.0:
        return f"The next class is too far behind to get any of it that 64 bits could hold (a lead of {lead:.4g})."
    return (
        f"Its logit leads the next one's by {lead * account.temperature:.4g}{over}, so it gets e^{lead:.4g} = "
        f"{np.exp(lead):.4g} times as much: softmax turns differences into ratios."
    )


def _naive(account: SoftmaxAccount) -> str:
    naive = account.naive
    shown = ", ".join(f"{value:.4g}" for value in naive.probabilities[:4])
    more = ", ..." if len(naive.probabilities) > 4 else ""
    what = "overflows: its exponentials are infinite" if np.isinf(naive.total) else "underflows: its exponentials are 0"
    return (
        f"The formula taken at its word {what}, and gives {shown}{more}. Taking the largest logit off first changes no "
        "probability and avoids that."
    )
