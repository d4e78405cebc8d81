"""Trainings whose outcome is known before they are judged: closed forms, planted noise, and small networks in NumPy."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from descentlab.judgement import Outcome, StuckKind, TrainingCurves

EPOCHS = 100
Draw = np.random.Generator
Curve = Float[np.ndarray, " points"]


def _healthy(loss: Curve, constant: float = 1.0, factors: Curve | None = None) -> TrainingCurves:
    """Return curves of a network with a gradient that lives and without stuck units."""
    return TrainingCurves(
        loss, gradient_norm=np.ones(len(loss)), constant_loss=constant, stuck_share=0.0, rate_factors=factors
    )


def _quadratic(draw: Draw, stretch: float, *, spread: float = 3.0, of_largest: bool = True) -> TrainingCurves:
    """Descend a quadratic in closed form, at `stretch` times the rate of 1 / the largest eigenvalue."""
    values = np.sort(draw.uniform(1.0, spread, 3))
    rate = stretch / values[-1] if of_largest else stretch / values[0]
    start = draw.uniform(0.5, 1.5, 3)
    x = start * (1.0 - rate * values) ** np.arange(EPOCHS + 1)[:, None]
    loss = 0.5 * (values * x**2).sum(axis=1)
    norm = np.sqrt(((values * x) ** 2).sum(axis=1))
    return replace(_healthy(loss, float(loss[0])), gradient_norm=norm)


def _at_the_limit(draw: Draw) -> TrainingCurves:
    loss = np.full(EPOCHS + 1, draw.uniform(0.1, 10.0))
    return _healthy(loss, float(loss[0]))


def _one_cycle(epochs: int) -> Curve:
    place = np.arange(epochs + 1) / epochs
    rise, fall = 0.1 + 0.9 * place / 0.3, 0.5 * (1.0 + np.cos(np.pi * np.clip((place - 0.3) / 0.7, 0.0, 1.0)))
    return np.where(place < 0.3, rise, np.maximum(fall, 1e-4))


def _stochastic(draw: Draw, factors: Curve, rate: float) -> TrainingCurves:
    """Descend a quadratic of 20 dimensions with noisy gradients, 20 steps an epoch; the noise shrinks with the rate."""
    x, loss = draw.normal(size=20), []
    values = draw.uniform(0.5, 2.0, 20)
    for factor in factors:
        loss.append(0.5 * float((values * x**2).mean()))
        for _ in range(20):
            x = x - rate * factor * (values * x + draw.normal(size=20))
    scale = loss[0]
    return _healthy(np.array(loss) / scale + 0.005, 1.0, factors)


def _settled(draw: Draw) -> TrainingCurves:
    level, time = draw.uniform(0.02, 0.4), draw.uniform(2.0, 8.0)
    loss = (level + (1.0 - level) * np.exp(-np.arange(EPOCHS + 1) / time)) * _noise(draw, draw.uniform(0.002, 0.05))
    return _healthy(loss)


def _noise(draw: Draw, deviation: float, num: int = EPOCHS + 1) -> Curve:
    return 1.0 + deviation * np.clip(draw.normal(size=num), -2.5, 2.5)


def _jumping(draw: Draw) -> TrainingCurves:
    level, swing = draw.uniform(0.1, 0.4), draw.uniform(0.25, 0.5)
    jumps = swing * draw.choice([-1.0, 1.0], EPOCHS + 1)
    loss = (level + (1.0 - level) * np.exp(-np.arange(EPOCHS + 1) / 4.0)) * (1.0 + jumps) * _noise(draw, 0.05)
    return _healthy(loss)


def _noisy_line(draw: Draw) -> TrainingCurves:
    epochs = int(draw.integers(25, 80))
    fall = draw.uniform(0.3, 0.6)
    loss = 1.0 - fall * np.arange(epochs + 1) / epochs + 0.02 * np.clip(draw.normal(size=epochs + 1), -2.5, 2.5)
    return _healthy(loss)


def _cosine_too_low(draw: Draw) -> TrainingCurves:
    factors = 0.5 * (1.0 + np.cos(np.pi * np.arange(EPOCHS + 1) / EPOCHS))
    distance = np.concatenate([[0.0], np.cumsum((factors[1:] + factors[:-1]) / 2.0)])
    loss = np.exp(-draw.uniform(0.1, 0.4) * distance / distance[-1]) * _noise(draw, 0.001)
    return _healthy(loss, 1.0, factors)


def _six_epochs(draw: Draw) -> TrainingCurves:
    return _healthy(draw.uniform(0.6, 0.85) ** np.arange(7) * _noise(draw, 0.01, 7))


def _six_of_one_cycle(draw: Draw) -> TrainingCurves:
    loss = 2.3 * np.array([1.0, 0.04, 0.02, 0.012, 0.008, 0.005, 0.004]) * _noise(draw, 0.05, 7)
    return _healthy(loss, 2.3, _one_cycle(6))


def _six_settled(draw: Draw) -> TrainingCurves:
    level = draw.uniform(0.1, 0.4)
    return _healthy(np.concatenate([[1.0], level * _noise(draw, 0.005, 6)]))


def _two_epochs(draw: Draw) -> TrainingCurves:
    return _healthy(np.array([1.0, *draw.uniform(0.3, 0.9, 2)]))


def _network(
    draw: Draw,
    kind: StuckKind | None,
    *,
    stuck_at: int | None = None,
    is_shuffled: bool = False,
    rate: float = 0.3,
    num: int = 80,
    epochs: int = EPOCHS,
) -> TrainingCurves:
    """Train a network of eight hidden units with a logistic loss in batches of 10, and measure its stuck units.

    Args:
        draw: Generator of data, weights and order.
        kind: What to plant: relu units that are dead, tanh units that are saturated, or nothing (tanh).
        stuck_at: Epoch at which every hidden unit's bias is moved far away.
        is_shuffled: Whether labels have nothing to do with the inputs.
        rate: Learning rate.
        num: Number of training examples, and of held-out ones.
        epochs: Number of epochs.
    """
    inputs = draw.normal(size=(2 * num, 2))
    chance = 1.0 / (1.0 + np.exp(-3.0 * inputs[:, 0]))
    labels = (draw.uniform(size=2 * num) < (0.5 if is_shuffled else chance)).astype(float)
    w1, b1, w2, b2 = draw.normal(size=(2, 8)), np.zeros(8), draw.normal(size=8) / 3.0, 0.0
    train, held_out, norms = [], [], [np.nan]

    def hidden(rows: np.ndarray) -> np.ndarray:
        z = inputs[rows] @ w1 + b1
        return np.maximum(z, 0.0) if kind == "dead units" else np.tanh(z)

    def loss_of(rows: np.ndarray) -> float:
        logits = hidden(rows) @ w2 + b2
        return float(np.mean(np.logaddexp(0.0, logits) - labels[rows] * logits))

    for epoch in range(epochs + 1):
        if epoch == stuck_at:
            b1 = b1 + np.where(kind == "dead units", -100.0, 100.0)
        if epoch:
            squares = []
            for rows in draw.permutation(num).reshape(-1, 10):
                h = hidden(rows)
                delta = (1.0 / (1.0 + np.exp(-(h @ w2 + b2))) - labels[rows]) / len(rows)
                slope = (h > 0.0).astype(float) if kind == "dead units" else 1.0 - h**2
                below = np.outer(delta, w2) * slope
                grads = (inputs[rows].T @ below, below.sum(axis=0), h.T @ delta, delta.sum())
                squares.append(sum(float(np.sum(grad**2)) for grad in grads))
                w1, b1, w2, b2 = (value - rate * grad for value, grad in zip((w1, b1, w2, b2), grads, strict=True))
            norms.append(float(np.sqrt(np.mean(squares))))
        train.append(loss_of(np.arange(num)))
        held_out.append(loss_of(np.arange(num, 2 * num)))
    outputs = hidden(np.arange(num))
    is_stuck = (outputs == 0.0) if kind == "dead units" else np.abs(outputs) > 0.99
    return TrainingCurves(
        np.array(train),
        held_out_loss=np.array(held_out),
        gradient_norm=np.array(norms),
        constant_loss=_entropy(labels[:num]),
        held_out_constant_loss=_entropy(labels[num:]),
        stuck_share=float((is_stuck.mean(axis=0) >= 0.99).mean()),
        stuck_kind="saturated units" if kind is None else kind,
    )


def _entropy(labels: np.ndarray) -> float:
    share = labels.mean()
    return float(-share * np.log(share) - (1.0 - share) * np.log(1.0 - share))


def _stopped(draw: Draw) -> TrainingCurves:
    place = np.arange(41)
    train = 0.1 + 0.9 * np.exp(-place / draw.uniform(10.0, 20.0))
    held_out = 0.3 + 0.7 * np.exp(-place / 5.0) + 0.004 * np.maximum(place - 20, 0)
    return replace(_healthy(train), held_out_loss=held_out * _noise(draw, 0.005, 41), has_stopped_early=True)


PLANTED: Mapping[str, tuple[Outcome, Callable[[Draw], TrainingCurves]]] = {
    "quadratic, a rate well below its limit": ("converged", lambda draw: _quadratic(draw, draw.uniform(0.3, 1.2))),
    "quadratic, a rate far too low": ("improving", lambda draw: _quadratic(draw, draw.uniform(2e-4, 2e-3))),
    "quadratic, a rate at its limit": ("not learning", _at_the_limit),
    "quadratic, a rate just above its limit": ("diverged", lambda draw: _quadratic(draw, draw.uniform(2.01, 2.03))),
    "quadratic, a rate above its limit": ("diverged", lambda draw: _quadratic(draw, draw.uniform(2.1, 3.0))),
    "settled among noise": ("converged", _settled),
    "noise around one answer's loss": (
        "not learning", lambda draw: _healthy(_noise(draw, draw.uniform(0.001, 0.02))),
    ),
    "jumps by a quarter to a half": ("oscillating", _jumping),
    "a line down among noise": ("improving", _noisy_line),
    "one cycle of the rate, to its end": (
        "converged", lambda draw: _stochastic(draw, _one_cycle(30), draw.uniform(0.02, 0.06)),
    ),
    "a cosine from a rate far too low": ("improving", _cosine_too_low),
    "six epochs, falling": ("improving", _six_epochs),
    "six epochs of one cycle": ("converged", _six_of_one_cycle),
    "six epochs, settled": ("converged", _six_settled),
    "two epochs": ("too short to tell", _two_epochs),
    "relu units dead from the start": ("dead units", lambda draw: _network(draw, "dead units", stuck_at=0)),
    "relu units dead midway": ("dead units", lambda draw: _network(draw, "dead units", stuck_at=40)),
    "tanh units saturated from the start": (
        "saturated units", lambda draw: _network(draw, "saturated units", stuck_at=0),
    ),
    "tanh units saturated midway": ("saturated units", lambda draw: _network(draw, "saturated units", stuck_at=40)),
    "labels that mean nothing": ("not learning", lambda draw: _network(draw, None, is_shuffled=True)),
    "noisy labels, trained to the end": (
        "converged", lambda draw: _network(draw, None, rate=0.02, num=2_000, epochs=60),
    ),
    "ended by early stopping": ("converged", _stopped),
}  # fmt: skip
"""Each kind with its outcome, and how a training of it is drawn."""
