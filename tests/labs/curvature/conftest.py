"""Curvatures of planted numbers."""

from typing import Any

import numpy as np

from descentlab.labs.curvature._escape import Escape
from descentlab.labs.curvature._measured import Curvature
from descentlab.sharpness import SharpnessTrace, Stop, StopKind, Surroundings
from descentlab.spec import preset


def trace_of(*shares: float, rate: float = 0.5, stop: Stop | None = None, **changes: Any) -> SharpnessTrace:
    """Plant a training at a limit of 4, with so many shares of it."""
    values = {
        "largest": 4.0 * np.array(shares),
        "smallest": np.full(len(shares), -0.5),
        "loss": np.linspace(2.0, 1.0, len(shares)),
    }
    values |= {name: np.broadcast_to(value, len(shares)).astype(np.float64) for name, value in changes.items()}
    errors = np.full(len(shares), 1e-3)
    return SharpnessTrace(
        learning_rate=rate,
        epochs=np.arange(len(shares)),
        limits=np.full(len(shares), 4.0),
        largest_error=errors,
        smallest_error=errors,
        divided=np.full(len(shares), np.nan),
        gradient_norm=np.full(len(shares), 0.1),
        is_divided=False,
        stop=stop,
        **values,
    )


def stop_at(kind: StopKind, *, downhill: float = 0.0, bent: float = 0.0, rise: float = 0.2) -> Stop:
    """Plant a place where training stopped."""
    return Stop(kind, Surroundings(1.0, 0.1, 0.05, downhill, bent, rise))


def curvature_of(*traces: SharpnessTrace, escape: Escape | None = None) -> Curvature:
    """Plant a curvature."""
    return Curvature(preset("iris"), traces, None, escape, 96, 96, 67, 20)
