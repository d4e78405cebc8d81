"""Everything that is computed of softmax on some logits."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

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


@dataclass(frozen=True, eq=False)
class Softmax:
    """Softmax on some logits.

    Attributes:
        account: Each exponential, their sum, each probability.
        proofs: What holds for any logits, checked on these.
        effects: What shifting, scaling and temperature do.
        truths: The cross-entropy and its derivative for each class, were it the true one.
        truth: Place of the true class; of the likeliest class where none was named.
    """

    account: SoftmaxAccount
    proofs: tuple[Proof, ...]
    effects: tuple[Effect, ...]
    truths: tuple[TruthAccount, ...]
    truth: int

    @property
    def probabilities(self) -> Float[np.ndarray, " classes"]:
        """Probability of each class."""
        return self.account.probabilities


def measure(account: SoftmaxAccount, truth: int) -> Softmax:
    """Compute the proofs, the effects and the cross-entropies of an account."""
    truths = tuple(softmax_truth(account, place) for place in range(len(account.classes)))
    return Softmax(account, softmax_proofs(account), softmax_effects(account), truths, truth)


def read_account(logits: Float[np.ndarray, " classes"], classes: tuple[str, ...], temperature: float) -> SoftmaxAccount:
    """Take logits through softmax."""
    return softmax_account(logits, classes, temperature=temperature)
