"""The calibration diagram: predicted probability against the share of correct predictions."""

from dataclasses import dataclass

import numpy as np

from descentlab.core import PART_WORDS
from descentlab.results._content import Calibration
from descentlab.results._csv import Download, download
from descentlab.results._marks import line_path
from descentlab.results._scales import Scale, Tick

LEFT, RIGHT, TOP, BOTTOM = 44.0, 388.0, 24.0, 360.0


@dataclass(frozen=True)
class Bin:
    """Examples predicted with about the same probability: place and radius of their dot, and its words."""

    x: float
    y: float
    radius: float
    text: str


@dataclass(frozen=True)
class CalibrationView:
    part: str
    x: Scale
    y: Scale
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    path: str
    bins: tuple[Bin, ...]
    saved: Download


def calibration_view(calibration: Calibration) -> CalibrationView | None:
    """Lay out the diagram; None if no bin holds an example."""
    filled = calibration.counts > 0
    if not filled.any():
        return None
    x, y = Scale(0.0, 1.0, LEFT, RIGHT), Scale(0.0, 1.0, BOTTOM, TOP)
    confidence, accuracy = calibration.confidence[filled], calibration.accuracy[filled]
    counts = calibration.counts[filled]
    radii = 3.0 + 7.0 * np.sqrt(counts / counts.max())
    texts = [
        f"{n} examples predicted with probability {c:.2f}: {a:.2f} right"
        for n, c, a in zip(counts, confidence, accuracy, strict=True)
    ]
    across, up = x.place(confidence), y.place(accuracy)
    bins = tuple(Bin(float(a), float(b), float(r), t) for a, b, r, t in zip(across, up, radii, texts, strict=True))
    rows = ((f"{c:.5g}", f"{a:.5g}", int(n)) for c, a, n in zip(confidence, accuracy, counts, strict=True))
    return CalibrationView(
        PART_WORDS[calibration.part],
        x,
        y,
        x.ticks(),
        y.ticks(),
        line_path(across, up),
        bins,
        download("calibration.csv", ("mean_probability", "share_right", "examples"), rows),
    )
