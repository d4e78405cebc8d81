"""Properties of softmax, each stated, proved and checked on given logits."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError
from descentlab.evaluation._softmax import SoftmaxAccount, softmax_account

STEP = 1e-5
"""Step of central differences: their error of about STEP^2 / 6 is as large as that of rounding, eps / STEP."""


@dataclass(frozen=True)
class Proof:
    """A statement about softmax with its proof, and its check on given logits.

    Attributes:
        claim: Statement about softmax.
        reason: Proof that it holds for any logits.
        numbers: Numbers that check the statement on the given logits, in words.
        holds: Whether the statement holds on the given logits, up to rounding.
    """

    claim: str
    reason: str
    numbers: str
    holds: bool


@dataclass(frozen=True, eq=False)
class Effect:
    """The effect of a change to the logits.

    Attributes:
        change: Change of the logits, in words.
        probabilities: Probabilities after the change.
        entropy: Entropy of the probabilities after the change, in nats.
    """

    change: str
    probabilities: Float[np.ndarray, " classes"]
    entropy: float


@dataclass(frozen=True, eq=False)
class TruthAccount:
    """The cross-entropy if one class is the true one, and why its derivative is p - y.

    With C = -ln p_t, ∂C/∂p_t = -1/p_t, and ∂p_t/∂z_j = p_t ([j = t] - p_j) / T. In the product p_t cancels, and
    (p_j - y_j) / T is left, where y is 1 for the true class t and 0 for the others.

    Attributes:
        truth: Number of the true class t.
        loss: Cross-entropy C = -ln p_t in nats; infinite if the true class is ruled out.
        towards: Derivative ∂C/∂p_t = -1/p_t.
        delta: Derivative ∂C/∂z as (p - y) / T.
        by_chain: Derivative ∂C/∂z by the chain rule, -1/p_t times row t of the Jacobian.
        by_difference: Derivative ∂C/∂z by central differences of C.
    """

    truth: int
    loss: float
    towards: float
    delta: Float[np.ndarray, " classes"]
    by_chain: Float[np.ndarray, " classes"]
    by_difference: Float[np.ndarray, " classes"]

    @property
    def error(self) -> float:
        """Largest difference between `delta` and the derivatives computed in the other two ways; NaN if those are."""
        return float(np.max(np.abs(np.stack([self.by_chain, self.by_difference]) - self.delta)))


def softmax_proofs(account: SoftmaxAccount) -> tuple[Proof, ...]:
    """State what holds for any logits, with proofs, and check it on given logits.

    Args:
        account: Softmax of the given logits.

    Returns:
        The statements: probabilities are not negative, they sum to one, a shift of all logits does not change them,
        their ratios are exponentials of differences, and the rows of the Jacobian sum to zero.
    """
    p, count = account.probabilities, len(account.probabilities)
    total, smallest, room = math.fsum(p), float(p.min()), 4.0 * count * float(np.finfo(np.float64).eps)
    moved = softmax_account(account.logits + 1.0, account.classes, temperature=account.temperature)
    # Adding 1 rounds the logits themselves, by an error that grows with them.
    rounded = float(np.max(np.abs(account.logits[np.isfinite(account.logits)]))) * room / account.temperature
    apart = float(np.max(np.abs(moved.probabilities - p)))
    rows = float(np.max(np.abs(account.jacobian.sum(axis=1))))
    return (
        Proof(
            "No probability is negative.",
            "e^x > 0 for every x, and a sum of positive numbers is positive; one over the other is positive too. (It "
            "is 0 for a logit of -inf, and where it is too small for 64 bits.)",
            f"the smallest is {smallest:.4g}",
            smallest >= 0.0,
        ),
        Proof(
            "The probabilities sum to one.",
            "With S = Σ_j e^z_j, Σ_i p_i = Σ_i e^z_i / S = S / S = 1.",
            f"their sum is {total:.17g}",
            abs(total - 1.0) <= room,
        ),
        Proof(
            "Adding the same to every logit changes nothing.",
            "e^(z+c) = e^c e^z: e^c stands above and below and cancels. So the largest logit may be taken off first, "
            "and no exponential overflows.",
            f"with 1 added, they differ by at most {apart:.2g}",
            apart <= room + rounded,
        ),
        _ratios(account, room),
        Proof(
            "What one class gains, the others lose.",
            "Σ_j ∂p_i/∂z_j = p_i (1 - Σ_j p_j) / T = 0: each row of the Jacobian sums to zero, as raising all logits "
            "alike changes nothing.",
            f"the rows sum to at most {rows:.2g}",
            rows <= room / account.temperature,
        ),
    )


def _ratios(account: SoftmaxAccount, room: float) -> Proof:
    claim = "The ratio of two probabilities is the exponential of their logits' difference."
    reason = "p_i / p_j = e^z_i / e^z_j = e^(z_i - z_j): a lead of 1 means e = 2.72 times, of 2 means 7.39 times."
    order = np.argsort(-account.logits, kind="stable")
    if len(order) < 2 or account.probabilities[order[1]] == 0.0:
        return Proof(claim, reason, "there are no two classes with a probability above 0 to compare", holds=True)
    first, second = (int(k) for k in order[:2])
    lead = float(account.logits[first] - account.logits[second]) / account.temperature
    ratio = float(account.probabilities[first] / account.probabilities[second])
    numbers = (
        f"{account.called(first)} leads {account.called(second)} by {lead:.4g}: e^{lead:.4g} = {math.exp(lead):.6g}, "
        f"and their probabilities' ratio is {ratio:.6g}"
    )
    return Proof(claim, reason, numbers, abs(ratio / math.exp(lead) - 1.0) <= room)


def softmax_effects(account: SoftmaxAccount) -> tuple[Effect, ...]:
    """Compute the effect of shifting and scaling given logits, and of the temperature.

    Args:
        account: Softmax of the given logits.

    Returns:
        The probabilities without a change, and after each change.
    """
    z, heat = account.logits, account.temperature
    with np.errstate(over="ignore"):
        changes = (
            ("as they are", z, heat),
            ("10 added to each", z + 10.0, heat),
            ("each doubled", z * 2.0, heat),
            ("each halved", z / 2.0, heat),
            (f"temperature {heat / 10:g}", z, heat / 10),
            (f"temperature {heat * 10:g}", z, heat * 10),
        )
    effects = []
    for change, logits, temperature in changes:
        if np.any(logits == np.inf) or not 0.0 < temperature < math.inf:
            continue
        after = softmax_account(logits, account.classes, temperature=temperature)
        effects.append(Effect(change, after.probabilities, after.entropy))
    return tuple(effects)


def softmax_truth(account: SoftmaxAccount, truth: int) -> TruthAccount:
    """Compute the cross-entropy of a prediction, and its derivative by the logits in three ways.

    Args:
        account: Softmax of the logits.
        truth: Number of the true class.

    Returns:
        Loss and derivatives.

    Raises:
        ShapeError: If there is no such class.
    """
    count = len(account.classes)
    if not 0 <= truth < count:
        raise ShapeError(f"there is no class {truth}; the classes are 0 to {count - 1}")
    wanted = np.where(np.arange(count) == truth, 1.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        towards = float(-1.0 / account.probabilities[truth])
        by_chain = towards * account.jacobian[truth]
    return TruthAccount(
        truth=truth,
        loss=float(-account.log_probabilities[truth]) + 0.0,
        towards=towards,
        delta=(account.probabilities - wanted) / account.temperature,
        by_chain=by_chain,
        by_difference=_differences(account, truth),
    )


def _differences(account: SoftmaxAccount, truth: int) -> Float[np.ndarray, " classes"]:
    """Take central differences of C, on logits minus the largest, so that adding the step rounds least."""
    centred = account.logits - account.largest

    def loss(moved: Float[np.ndarray, " classes"]) -> float:
        return float(-softmax_account(moved, account.classes, temperature=account.temperature).log_probabilities[truth])

    step = STEP * account.temperature
    slopes = []
    for nudge in step * np.eye(len(centred)):
        with np.errstate(invalid="ignore"):
            slopes.append((loss(centred + nudge) - loss(centred - nudge)) / (2.0 * step))
    return np.array(slopes)
