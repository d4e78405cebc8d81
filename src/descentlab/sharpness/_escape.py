"""Whether training was stuck where it stopped: beside going on, noise and a fresh start, paired over seeds."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from descentlab.evaluation import PairedDifference, compare_paired, holm

LITTLE = 0.05
"""A loss that is lower by less than this share is not called better, however sure it is."""
LEVEL = 0.05


@dataclass(frozen=True)
class Escape:
    """Each seed's training loss where it stopped, and after as long a training again from three places.

    Attributes:
        seeds: The networks' seeds.
        stop: Loss where training stopped.
        go_on: Loss after going on from there.
        noise: Loss after going on from there with noise added to the weights.
        restart: Loss after a training as long from a fresh draw.
        noise_scale: Standard deviation of the noise, as a share of the root mean square of each array of weights.
    """

    seeds: Int[np.ndarray, " seeds"]
    stop: Float[np.ndarray, " seeds"]
    go_on: Float[np.ndarray, " seeds"]
    noise: Float[np.ndarray, " seeds"]
    restart: Float[np.ndarray, " seeds"]
    noise_scale: float

    @property
    def is_known(self) -> np.ndarray:
        """Seeds of which no loss is missing, infinite or 0."""
        rows = np.stack([self.stop, self.go_on, self.noise, self.restart])
        return np.all(np.isfinite(rows) & (rows > 0.0), axis=0)

    def compare(self) -> dict[str, PairedDifference]:
        """Compare logarithms of the losses, pair by pair: going on with the stop, and the other two with going on.

        Returns:
            By "go_on", "noise" and "restart"; the p-values of the latter two are corrected for being two (Holm). Empty
            where no seed is known.
        """
        known = self.is_known
        if not known.any():
            return {}
        logs = {name: np.log(getattr(self, name)[known]) for name in ("stop", "go_on", "noise", "restart")}
        pairs = {
            "go_on": compare_paired(logs["go_on"], logs["stop"]),
            "noise": compare_paired(logs["noise"], logs["go_on"]),
            "restart": compare_paired(logs["restart"], logs["go_on"]),
        }
        corrected = holm([pairs["noise"].p_value, pairs["restart"].p_value])
        for name, p_value in zip(("noise", "restart"), corrected, strict=True):
            old = pairs[name]
            pairs[name] = PairedDifference(
                old.mean, old.ci95, p_value, old.num_seeds, old.num_above, is_real=p_value < LEVEL
            )
        return pairs

    def sentences(self) -> tuple[str, ...]:
        """Say whether training was stuck, no more surely than the numbers allow."""
        pairs = self.compare()
        if not pairs:
            return ("Whether training was stuck cannot be told: no seed came through all four trainings.",)
        going = _worded(pairs["go_on"])
        told = [
            f"Training as long again from where it stopped brought the training loss to {going} of it, over "
            f"{pairs['go_on'].num_seeds} seeds.",
            f"Noise of {self.noise_scale:g} of the weights' size, added before that, ended at "
            f"{_worded(pairs['noise'])} of the loss of simply going on; a fresh start of the same length at "
            f"{_worded(pairs['restart'])} of it.",
            _verdict(pairs),
        ]
        ratios = (self.restart / self.go_on)[self.is_known]
        below, above = int((ratios < 0.5).sum()), int((ratios > 2.0).sum())
        if below:
            told.append(
                f"Single draws differ: on {below} of {len(ratios)} seeds a fresh start ended at less than half the "
                f"loss of going on, on {above} at more than twice."
            )
        left_out = int((~self.is_known).sum())
        if left_out:
            told.append(f"{left_out} of {len(self.seeds)} seeds are left out, since one of their trainings diverged.")
        return tuple(told)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "noise_scale": self.noise_scale,
            **{name: values.tolist() for name, values in self.columns().items()},
            "comparisons": {
                name: {
                    "ratio": math.exp(pair.mean),
                    "ci95": None if pair.ci95 is None else [math.exp(end) for end in pair.ci95],
                    "p_value": pair.p_value,
                    "is_real": pair.is_real,
                    "num_seeds": pair.num_seeds,
                    "num_above": pair.num_above,
                }
                for name, pair in self.compare().items()
            },
            "outcome": list(self.sentences()),
        }

    def columns(self) -> dict[str, np.ndarray]:
        """Return one row a seed."""
        names = ("seeds", "stop", "go_on", "noise", "restart")
        return {"seed" if name == "seeds" else name: getattr(self, name) for name in names}


def _worded(pair: PairedDifference) -> str:
    """Write a mean difference of logarithms as a ratio with its interval."""
    mean = f"{math.exp(pair.mean):.3g}"
    if pair.ci95 is None:
        return mean
    low, high = (f"{math.exp(min(end, 700.0)):.3g}" for end in pair.ci95)
    return f"{mean} (95% interval {low} to {high}, p = {pair.p_value:.2g})"


def _verdict(pairs: dict[str, PairedDifference]) -> str:
    least = math.log1p(-LITTLE)
    better = {name: pairs[name].is_real and pairs[name].mean < least for name in pairs}
    others = [word for name, word in (("noise", "noise"), ("restart", "a fresh start")) if better[name]]
    if pairs["go_on"].num_seeds < 6:
        return "Of fewer than 6 seeds no difference can be told from chance; give more by --seeds."
    if others:
        way = " and ".join(others)
        held = (
            "Going on lowered it too, so it was not held fast, but slow or on a worse course."
            if better["go_on"]
            else "Going on did not lower it: this much speaks for having been stuck there. In what kind of place, the "
            "curvature tells, not this test."
        )
        return f"On average {way} reached a lower loss than going on. {held}"
    if better["go_on"]:
        return "It was not stuck: it had not finished. Neither noise nor a fresh start did better than simply going on."
    return (
        "Neither going on nor noise nor a fresh start reached a lower loss, as far as these seeds tell: nothing here "
        "speaks for a bad local minimum."
    )
