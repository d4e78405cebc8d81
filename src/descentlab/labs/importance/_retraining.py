"""What came of training variants of a network, as plain data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.core import TextTable
from descentlab.evaluation import PairedDifference
from descentlab.labs.importance.measure import LEVELS, Claim, Distortion, Gain, Trial, compare
from descentlab.results import number
from descentlab.studies import word_reality

SHOWN_LEVELS: dict[Distortion, float] = {"rotation": 15.0, "noise": 0.3}
"""What tables show of each distortion beside the shift."""


@dataclass(frozen=True, eq=False)
class Retraining:
    """Variants of a network, each trained from the same seeds.

    Attributes:
        trials: The network itself, then its variants.
        claims: What textbooks say, beside the evidence.
        refused: Changes that the shapes do not allow, a sentence each.
        seeds: That all were trained from.
        epochs: Of each training.
        num_train: Training examples.
        num_scored: Examples of the training part, and of the part held out, that are scored.
        num_distorted: Examples that are distorted; 0 where there are no pictures.
        shift: Pixels of the shift that claims look at.
        is_classes: Whether scores are points of accuracy; else losses with their sign turned.
        is_varied: Whether training pictures were varied at random.
    """

    trials: tuple[Trial, ...]
    claims: tuple[Claim, ...]
    refused: tuple[str, ...]
    seeds: tuple[int, ...]
    epochs: int
    num_train: int
    num_scored: tuple[int, int]
    num_distorted: int
    shift: float
    is_classes: bool
    is_varied: bool

    @property
    def base(self) -> Trial:
        """The network as it is."""
        return self.trials[0]

    @property
    def num_networks(self) -> int:
        """All that were trained."""
        return len(self.trials) * len(self.seeds)

    def gain(self, trial: Trial) -> Gain | None:
        """Compare a variant's test score with that of the network itself."""
        return compare(trial.variant.name, trial.test_scores, self.base.test_scores)

    def gap_gain(self, trial: Trial) -> Gain | None:
        """Compare a variant's overfitting with that of the network itself."""
        return compare(trial.variant.name, trial.gaps, self.base.gaps)

    def score(self, values: np.ndarray) -> str:
        """Write the mean of scores: a percentage, or a loss."""
        known = values[np.isfinite(values)]
        if not len(known):
            return "diverged"
        return f"{known.mean():.2f}" if self.is_classes else number(float(-known.mean()))

    def difference(self, gain: Gain | None) -> str:
        """Write a difference with its interval."""
        if gain is None:
            return ""
        ends = self.ends(gain)
        return self._signed(gain.difference.mean) + (f" ({ends})" if ends else "")

    def ends(self, gain: Gain) -> str:
        """Write the interval of a difference, or nothing where there is none."""
        ends = gain.difference.ci95
        return "" if ends is None else f"{self._signed(ends[0])} to {self._signed(ends[1])}"

    def _signed(self, value: float) -> str:
        # Rounded first, so that no zero has a sign.
        words = f"{round(value, 2) + 0.0:+.2f}" if self.is_classes else f"{value:+.3g}"
        return words.replace("-", "−")

    def rows(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Lay the variants out: the head, then a row each."""
        shown: dict[Distortion, float] = {"shift": self.shift, **SHOWN_LEVELS} if self.num_distorted else {}
        head = ("network", "weights", "multiply-adds", "seconds", "train", "test", "gap")
        rows = tuple(
            (
                one.variant.name,
                f"{one.num_params:,}",
                f"{one.multiply_adds:,}",
                number(one.seconds),
                self.score(one.train_scores),
                self.score(one.test_scores),
                self._gap(one),
                *[self.score(one.at(kind, level)) for kind, level in shown.items()],
            )
            for one in self.trials
        )
        return (*head, *[f"{kind} {level:g}" for kind, level in shown.items()]), rows

    def _gap(self, one: Trial) -> str:
        known = one.gaps[np.isfinite(one.gaps)]
        return self._signed(float(known.mean())) if len(known) else ""

    def table(self) -> TextTable:
        """Return one row a variant, with its difference from the network as it is."""
        head, rows = self.rows()
        gains = [None, *[self.gain(one) for one in self.trials[1:]]]
        wide = tuple(
            (*row, self.difference(gain), "" if gain is None else f"{gain.difference.p_value:.2g}")
            for row, gain in zip(rows, gains, strict=True)
        )
        unit = "points of accuracy" if self.is_classes else "loss"
        title = f"Trained anew from {len(self.seeds)} seeds each, in {unit}:"
        return TextTable(header=(*head, "test, better by", "p"), rows=wide, title=title)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "seeds": list(self.seeds),
            "epochs": self.epochs,
            "num_train": self.num_train,
            "num_scored_train": self.num_scored[0],
            "num_scored_test": self.num_scored[1],
            "num_distorted": self.num_distorted,
            "score": "accuracy_points" if self.is_classes else "minus_loss",
            "claims": [
                {
                    "claim": one.claim,
                    "verdict": one.verdict,
                    "evidence": one.evidence,
                    "gains": [gain_json(gain) for gain in one.gains],
                    "asides": [gain_json(gain) for gain in one.asides],
                }
                for one in self.claims
            ],
            "variants": [self._trial_json(one) for one in self.trials],
            "refused": list(self.refused),
        }

    def _trial_json(self, one: Trial) -> dict[str, Any]:
        gain, gap = (None, None) if one is self.base else (self.gain(one), self.gap_gain(one))
        return {
            "name": one.variant.name,
            "change": one.variant.change,
            "parameters": one.num_params,
            "multiply_adds": one.multiply_adds,
            "seconds": one.seconds,
            "num_diverged": one.num_diverged,
            "train_scores": one.train_scores.tolist(),
            "test_scores": one.test_scores.tolist(),
            "test_difference": None if gain is None else gain_json(gain),
            "gap_difference": None if gap is None else gain_json(gap),
            "distorted": {
                kind: {"levels": list(LEVELS[kind]), "accuracy_points": values.tolist()}
                for kind, values in one.distorted.items()
            },
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return every network's numbers as columns."""
        networks = [
            (one.variant.name, seed, one.num_params, one.multiply_adds, one.seconds, *numbers)
            for one in self.trials
            for seed, *numbers in zip(self.seeds, one.train_scores, one.test_scores, strict=True)
        ]
        names = ("variant", "seed", "parameters", "multiply_adds", "seconds", "train_score", "test_score")
        found = {"retrained": _columns(names, networks)}
        distorted = [
            (one.variant.name, seed, kind, level, float(values[place, k]))
            for one in self.trials
            for kind, values in one.distorted.items()
            for place, seed in enumerate(self.seeds)
            for k, level in enumerate(LEVELS[kind])
        ]
        if distorted:
            found["distorted"] = _columns(("variant", "seed", "distortion", "level", "accuracy_points"), distorted)
        return found


def reality(gain: Gain) -> str:
    """Say whether a difference is real."""
    return word_reality({"is_real": gain.difference.is_real, "p_value": gain.difference.p_value}, 1)


def gain_json(gain: Gain) -> dict[str, Any]:
    """Return plain values."""
    one: PairedDifference = gain.difference
    return {"name": gain.name, **vars(one), "ci95": None if one.ci95 is None else list(one.ci95)}


def _columns(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> dict[str, np.ndarray]:
    return {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}
