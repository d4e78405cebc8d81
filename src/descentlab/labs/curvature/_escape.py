"""What noise and a fresh start do beside going on from where training stopped, paired over seeds."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from descentlab.evaluation import PairedDifference, compare_paired, holm

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
            pairs[name] = replace(pairs[name], p_value=p_value, is_real=p_value < LEVEL)
        return pairs
