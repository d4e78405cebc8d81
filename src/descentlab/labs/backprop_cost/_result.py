"""What `backprop --cost` found: counts, times, and what they say."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import TextTable
from descentlab.labs.backprop import Subject
from descentlab.labs.backprop_cost.measure import Exponent, Flops, OneByOne, Scaling, Timed, Work, XlaCount
from descentlab.training import device_names


@dataclass(frozen=True, eq=False)
class BackpropCost:
    """What back-propagation through a network costs.

    Attributes:
        subject: The network.
        work: Multiply-adds by the layers' own formulas.
        xla: Operations as XLA counts them.
        timed: What was timed.
        budget_s: About how many seconds the times were to take.
        sentences: What it shows, in words.
        notes: What a reader must know to trust it.
        seconds: What took how long.
        path: Where page and numbers are; None if they were not written.
    """

    subject: Subject
    work: Work
    xla: XlaCount
    timed: Timed
    budget_s: float
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None = None

    @property
    def title(self) -> str:
        """What was counted and timed."""
        return f"{self.subject.experiment.name}: what back-propagation costs"

    def tables(self) -> tuple[TextTable, ...]:
        """Return counts and times as tables of words."""
        from descentlab.labs.backprop_cost import _tables as made

        return (
            made.work_table(self),
            made.step_table(self),
            made.exponent_table(self),
            made.ways_table(self),
            made.batch_table(self),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        timed, work = self.timed, self.work
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "experiment": self.subject.experiment.name,
            "run": None if self.subject.run is None else str(self.subject.run.path),
            "devices": list(device_names()),
            "precision": self.subject.experiment.precision,
            "optimizer": self.subject.experiment.optimizer.kind,
            "batch_size": work.batch_size,
            "num_params": work.num_params,
            "multiply_adds": {
                "forward": work.forward,
                "weight_gradient": work.weight_gradient,
                "input_gradient": work.input_gradient,
                "backward": work.backward,
                "update": work.update,
                "step": work.step,
                "layers": [{**vars(layer), "backward": layer.backward} for layer in work.layers],
            },
            "xla_flops": {
                **_flops_json(self.xla.whole),
                "update": self.xla.update,
                "layers": {name: _flops_json(flops) for name, flops in self.xla.layers.items()},
            },
            "num_rounds": timed.num_rounds,
            "step_seconds": {
                "forward": _quartiles(timed.forward),
                "backward": _quartiles(timed.gradient - timed.forward),
                "gradient": _quartiles(timed.gradient),
                "update": _quartiles(timed.update),
            },
            "backward_over_forward": _quartiles(timed.ratio),
            "scaling": {each.symbol: _scaling_json(each) for each in timed.scalings},
            "one_weight_at_a_time": {
                "differences": _one_by_one_json(timed.differences),
                "chain_rule": None if timed.chain_rule is None else _one_by_one_json(timed.chain_rule),
                "by_weights": {name: values.tolist() for name, values in vars(timed.by_weights).items()},
            },
            "batches": {
                "sizes": timed.batches.sizes.tolist(),
                "forward": np.median(timed.batches.forward, axis=1).tolist(),
                "gradient": np.median(timed.batches.gradient, axis=1).tolist(),
                "called": np.median(timed.batches.called, axis=1).tolist(),
                "backward_over_forward": np.median(timed.batches.ratios, axis=1).tolist(),
            },
            "budget": self.budget_s,
            "seconds": self.seconds,
        }

    def to_page(self) -> str:
        """Write counts and times as a page that needs nothing but itself."""
        from descentlab import results
        from descentlab.labs.backprop_cost._page import build_page

        return results.render_page(build_page(self))

    def __str__(self) -> str:
        words = [self.title, "", *self.sentences]
        for table in self.tables():
            words += ["", str(table)]
        return "\n".join([*words, *([""] if self.notes else []), *(f"Note: {note}" for note in self.notes)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<li>{escape(line)}</li>" for line in self.sentences)
        return f"<ul>{lines}</ul>" + "".join(table._repr_html_() for table in self.tables())


def _flops_json(flops: Flops) -> dict[str, float | None]:
    return {"forward": flops.forward, "backward": flops.backward, "gradient": flops.gradient}


def _quartiles(repeats: np.ndarray) -> dict[str, float]:
    low, middle, high = np.quantile(repeats, [0.25, 0.5, 0.75]).tolist()
    return {"median": middle, "low": low, "high": high}


def _exponent_json(fit: Exponent | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {
        "exponent": fit.value,
        "ci95": [fit.low, fit.high],
        "from": fit.smallest,
        "to": fit.largest,
        "num_sizes": fit.num_sizes,
        "scatter": fit.scatter,
    }


def _scaling_json(scaling: Scaling) -> dict[str, Any]:
    return {
        "grows": scaling.meaning,
        "fixed": scaling.fixed,
        "textbook": scaling.textbook,
        "sizes": scaling.sizes.tolist(),
        "multiply_adds": scaling.multiply_adds.tolist(),
        "seconds": scaling.medians.tolist(),
        "noise": scaling.noise,
        "all": _exponent_json(scaling.fit),
        "smallest": _exponent_json(scaling.smallest),
        "largest": _exponent_json(scaling.largest),
        "as_the_textbook_from": _exponent_json(scaling.reached),
    }


def _one_by_one_json(way: OneByOne) -> dict[str, Any]:
    return {
        "num_measured": way.num_measured,
        "is_extrapolated": way.is_extrapolated,
        "seconds_each": _quartiles(way.seconds),
        "seconds_all": way.whole_s,
        "relative_error": way.error,
    }
