"""What `curvature` found, as plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import TextTable
from descentlab.sharpness import Density, Escape, SharpnessTrace, trace_values
from descentlab.spec import Experiment
from descentlab.workbench._told import Told


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The whole spectrum at one place, as far as products with the Hessian tell.

    Attributes:
        learning_rate: Of the training whose end it is.
        trace: The trace's estimate.
        trace_error: Its standard error.
        density: How the eigenvalues are spread.
        num_probes: Random vectors behind the trace.
    """

    learning_rate: float
    trace: float
    trace_error: float
    density: Density
    num_probes: int


@dataclass(frozen=True, eq=False, repr=False)
class Curvature(Told):
    """The curvature of a network's training loss.

    Attributes:
        experiment: What was trained.
        traces: One a learning rate.
        spectrum: At the end of the first training that did not diverge; None if all did.
        escape: Whether noise or a restart does better than going on; None if it was not asked.
        num_examples: Training examples that the loss was averaged over.
        num_train: Training examples in all.
        num_params: Weights of the network.
        steps_per_epoch: Updates in an epoch.
        sentences: What it shows, in words.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
    """

    experiment: Experiment
    traces: tuple[SharpnessTrace, ...]
    spectrum: Spectrum | None
    escape: Escape | None
    num_examples: int
    num_train: int
    num_params: int
    steps_per_epoch: int
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        spectrum = self.spectrum
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "num_examples": self.num_examples,
            "num_train": self.num_train,
            "num_params": self.num_params,
            "rates": [trace_values(one) for one in self.traces],
            "trace": None if spectrum is None else {
                "estimate": spectrum.trace, "standard_error": spectrum.trace_error, "probes": spectrum.num_probes,
            },
            "escape": None if self.escape is None else self.escape.to_json(),
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }  # fmt: skip

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        names = (
            "limits", "largest", "largest_error", "smallest", "smallest_error", "divided", "loss", "gradient_norm",
        )  # fmt: skip
        points = [
            {
                "learning_rate": np.full(len(one.epochs), one.learning_rate),
                "epoch": one.epochs,
                **{name.removesuffix("s") if name == "limits" else name: getattr(one, name) for name in names},
            }
            for one in self.traces
        ]
        found = {"sharpness": {name: np.concatenate([one[name] for one in points]) for name in points[0]}}
        if self.spectrum is not None:
            density = self.spectrum.density
            found["density"] = {"eigenvalue": density.at, "share_per_unit": density.density}
            found["spectrum"] = {"eigenvalue": density.nodes, "share": density.weights}
        if self.escape is not None:
            found["escape"] = self.escape.columns()
        return found

    def table(self) -> TextTable:
        """Return one row a learning rate: the eigenvalues with their errors, the limit, and where it stopped."""
        divided = any(one.is_divided for one in self.traces)
        head = ("rate", "loss", "gradient", "smallest", "largest", *(["divided"] if divided else []), "limit", "share",
                "place")  # fmt: skip
        rows = []
        for one in self.traces:
            if not len(one.epochs):
                rows.append((f"{one.learning_rate:g}", *["-"] * (len(head) - 2), "diverged"))
                continue
            rows.append(
                (
                    f"{one.learning_rate:g}",
                    f"{one.loss[-1]:.3g}",
                    f"{one.gradient_norm[-1]:.3g}",
                    f"{one.smallest[-1]:.3g} ± {one.smallest_error[-1]:.1g}",
                    f"{one.largest[-1]:.4g} ± {one.largest_error[-1]:.1g}",
                    *([f"{one.divided[-1]:.4g}"] if divided else []),
                    f"{one.limit:.4g}",
                    share_words(float(one.shares[-1])),
                    "diverged" if one.stop is None else one.stop.kind,
                )
            )
        return TextTable(header=head, rows=tuple(rows))


def share_words(share: float) -> str:
    """Write a share of the limit: with three decimals where it is near, else with three digits."""
    return f"{share:.3f}" if 0.1 <= abs(share) < 10.0 else f"{share:.3g}"


@dataclass(frozen=True)
class Effort:
    """How much is spent on a measurement.

    Attributes:
        examples: Training examples that the loss is averaged over.
        products: Most products with the Hessian for the ends of a spectrum.
        probes: Random vectors for the trace; a third as many for the density.
    """

    examples: int
    products: int
    probes: int
