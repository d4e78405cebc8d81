"""A trained study: every network's numbers, curves and outcome."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.evaluation import Best, find_best
from descentlab.judgement import Judgement, StuckKind, TrainingCurves, judge_training
from descentlab.spec import StudySpec
from descentlab.studies._design import StudyDesign, Value
from descentlab.studies._train import MeasuredBlock
from descentlab.training import Plan, rate_factors

if TYPE_CHECKING:
    import pandas as pd

HELD_OUT = ("validation", "test")


@dataclass(frozen=True)
class Study:
    """All networks of a study, trained and judged.

    Attributes:
        spec: The varied settings and their experiment.
        variables: Values of each variable, by its name.
        columns: Value of each variable in each network, by its name, and the networks' `seed`.
        epochs: Epochs at which the curves were kept; 0 is before the first step.
        curves: Curves by name, such as `train_loss`, of shape `(networks, points)`.
        finals: Final numbers of each network, by name.
        judgements: Judgement on each network, with its evidence.
    """

    spec: StudySpec
    variables: Mapping[str, tuple[Value, ...]]
    columns: Mapping[str, Shaped[np.ndarray, " networks"]]
    epochs: Int[np.ndarray, " points"]
    curves: Mapping[str, Float[np.ndarray, "networks points"]]
    finals: Mapping[str, Shaped[np.ndarray, " networks"]]
    judgements: Sequence[Judgement]

    @property
    def num_networks(self) -> int:
        """Number of networks."""
        return len(self.judgements)

    @property
    def num_seeds(self) -> int:
        """Number of networks of each setting, one a seed."""
        return self.spec.experiment.num_seeds

    @property
    def num_settings(self) -> int:
        """Number of combinations of the variables' values."""
        return self.num_networks // self.num_seeds

    @property
    def held_out(self) -> str:
        """Name of the part on which settings are compared: the validation part, else the test or the training part."""
        return next((part for part in HELD_OUT if f"{part}_loss" in self.finals), "train")

    @cached_property
    def outcomes(self) -> Shaped[np.ndarray, " networks"]:
        """Outcome of each network's training."""
        return np.array([judgement.outcome for judgement in self.judgements], dtype=object)

    def by_setting(self, values: Shaped[np.ndarray, " networks"]) -> Shaped[np.ndarray, "settings seeds"]:
        """Arrange numbers of the networks by setting and seed."""
        return np.asarray(values).reshape(self.num_settings, self.num_seeds)

    def places_of(self, setting: int) -> range:
        """Return the positions of a setting's networks."""
        return range(setting * self.num_seeds, (setting + 1) * self.num_seeds)

    def settings(self) -> list[dict[str, Value]]:
        """Return the value of each variable in each setting."""
        places = np.arange(0, self.num_networks, self.num_seeds)
        # Plain numbers and words of Python, since a writer of JSON does not take those of NumPy.
        columns = {name: np.asarray(self.columns[name])[places].tolist() for name in self.variables}
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def final_loss(self, part: str | None = None) -> Float[np.ndarray, "settings seeds"]:
        """Return the final loss by setting and seed; infinite for a network that diverged."""
        loss = self.by_setting(self.finals[f"{part or self.held_out}_loss"]).astype(np.float64)
        has_diverged = self.by_setting(self.outcomes) == "diverged"
        return np.where(has_diverged | ~np.isfinite(loss), np.inf, loss)

    @cached_property
    def best(self) -> Best | None:
        """Setting of the lowest mean loss on the held-out part, and how sure the choice is; None if all diverged."""
        return find_best(self.final_loss())

    def table(self) -> "pd.DataFrame":
        """Return a table of one row a network, with its settings, seed, numbers and outcome."""
        import pandas as pd

        return pd.DataFrame(self.member_columns())

    def member_columns(self) -> dict[str, Shaped[np.ndarray, " networks"]]:
        """Return the columns of `table`, one row a network."""
        return {
            **{name: _plain(values) for name, values in self.columns.items()},
            **self.finals,
            "verdict": self.outcomes,
            "fit": np.array([judgement.fit for judgement in self.judgements], dtype=object),
            "evidence": np.array([judgement.evidence for judgement in self.judgements], dtype=object),
        }


def _plain(values: Shaped[np.ndarray, " networks"]) -> Shaped[np.ndarray, " networks"]:
    return np.array([str(value) for value in values], dtype=object) if values.dtype.kind == "O" else values


@dataclass(frozen=True)
class ConstantLoss:
    """Losses of the best constant prediction, of one seed's data.

    Attributes:
        train: That of the training part.
        held_out: That of the part on which networks are compared; None if there is none.
    """

    train: float
    held_out: float | None = None


def gather(
    spec: StudySpec,
    design: StudyDesign,
    parts: Iterable[MeasuredBlock],
    *,
    plans: Sequence[Plan],
    constant_loss: Mapping[int, ConstantLoss],
) -> Study:
    """Put a study together from its blocks, and judge every network.

    Args:
        spec: The varied settings and their experiment.
        design: Networks of the study.
        parts: Measured blocks in any order, with every network once.
        plans: Plan of each variant.
        constant_loss: Losses of the best constant prediction, by seed.

    Returns:
        The study.
    """
    count = design.num_members
    curves: dict[str, np.ndarray] = {}
    finals: dict[str, np.ndarray] = {}
    epochs = np.zeros(0, np.int64)
    for part in parts:
        epochs = part.epochs
        for name, values in part.curves.items():
            curves.setdefault(name, np.full((count, values.shape[1]), np.nan, np.float32))[part.places] = values
        for name, values in part.finals.items():
            empty = np.zeros(count, values.dtype) if values.dtype.kind in "iu" else np.full(count, np.nan)
            finals.setdefault(name, empty)[part.places] = values
    columns = {name: np.array(values) for name, values in design.columns().items()}
    judgements: dict[int, Judgement] = {}
    for variant, plan in zip(design.variants, plans, strict=True):
        kind: StuckKind = "dead units" if plan.network.has_dying_units else "saturated units"
        for place, member in zip(variant.places, variant.members, strict=True):
            factors = rate_factors(variant.experiment, plan.steps_per_epoch, member)
            constant = constant_loss.get(int(columns["seed"][place]))
            judged = _curves_of(place, epochs, curves, finals, constant)
            judged = dataclasses.replace(
                judged, stuck_kind=kind, rate_factors=factors[epochs][: len(judged.train_loss)]
            )
            judgements[place] = judge_training(judged)
    return Study(spec, design.variables, columns, epochs, curves, finals, [judgements[place] for place in range(count)])


def _curves_of(
    place: int,
    epochs: Int[np.ndarray, " points"],
    curves: Mapping[str, np.ndarray],
    finals: Mapping[str, np.ndarray],
    constant: ConstantLoss | None,
) -> TrainingCurves:
    held_out = next((curves[f"{part}_loss"][place] for part in HELD_OUT if f"{part}_loss" in curves), None)
    # If the parts were not measured, the loss of the batches before their updates takes their place.
    train = (curves["train_loss"] if "train_loss" in curves else curves["batch_loss"][:, 1:])[place]
    diverged_at = _diverged_epoch(place, epochs, train, finals)
    return TrainingCurves(
        train_loss=train,
        held_out_loss=held_out,
        gradient_norm=curves["gradient_norm"][place],
        diverged_at=diverged_at,
        constant_loss=None if constant is None else constant.train,
        held_out_constant_loss=None if constant is None else constant.held_out,
        stuck_share=float(finals["stuck"][place]) if "stuck" in finals else None,
        # A network that ended before its last epoch, and did not diverge, was ended by early stopping.
        has_stopped_early=diverged_at is None and bool(np.isnan(train[-1])) and bool(np.isfinite(train[0])),
        epochs=epochs[: len(train)],
    )


def _diverged_epoch(
    place: int, epochs: Int[np.ndarray, " points"], train: np.ndarray, finals: Mapping[str, Any]
) -> int | None:
    if finals["diverged_at"][place] < 0:
        return None
    broken = np.flatnonzero(~np.isfinite(train))
    return int(epochs[broken[0]]) if broken.size else int(epochs[-1])
