"""A map of an outcome over two hyperparameters, trained tile by tile in bounded memory."""

import dataclasses
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, Float, Shaped

from descentlab.data import Dataset
from descentlab.judgement import OUTCOMES, Judgement, Outcome, StuckKind, TrainingCurves, judge_training
from descentlab.objectives import best_constant_loss
from descentlab.spec import StudySpec
from descentlab.studies._measure import stuck_shares
from descentlab.studies._train import MeasuredBlock, Recorder
from descentlab.training import Compiler, Member, Plan, Progress, Stacked, make_plan, rate_factors, train_blocks

MapView = Literal["converges", "loss", "epochs", "verdict"]
MAP_VIEWS: tuple[MapView, ...] = get_args(MapView)

FIRST_OUTCOMES: tuple[Outcome, ...] = (
    "diverged", "saturated units", "dead units", "oscillating", "not learning", "improving", "converged",
    "too short to tell",
)  # fmt: skip
"""Outcomes in the order of the numbers that unfinished maps of earlier versions hold as `verdict`."""

TILE = 1_024
"""Networks in a tile: the numbers of a tile are kept, and its networks are dropped from memory."""
WINDOW = 20
"""A network converges when its loss over the last so many epochs, divided by its first, averages under 1
(Sohl-Dickstein, 2024)."""
LANES = 4
"""Networks side by side if their layers are too large for the lanes of a population of small networks.

Measured for `fractal` on two AVX2 cores, networks a second: 94 one by one, 149-173 in lanes of 2, 202-209 of 4, 151-155
of 8, 127-134 of 16.
"""
LANES_LAYER = 2**18
"""Multiply-adds of the largest layer and batch up to which `LANES` pays; larger networks train one by one."""


@dataclass(frozen=True)
class Atlas:
    """The outcome of every network of a map over two variables.

    Attributes:
        spec: The two varied settings and their experiment.
        x: Values of the first variable, rising.
        y: Values of the second variable, rising.
        columns: Numbers of each network by name, of shape `(y, x)`: `first_loss`; `loss`, the mean over the last 20
            epochs; `share`, the mean of the last 20 losses divided by the first (infinite if it overflowed); `path`,
            the sum over the epochs of the loss divided by the first if the network converges, else minus the sum of
            the inverse; `epochs`, the first epoch at which the loss is below the threshold's share of the first, or
            -1; `diverged_at`, or -1; `outcome`, a position in `judgement.OUTCOMES`.
    """

    spec: StudySpec
    x: Float[np.ndarray, " x"]
    y: Float[np.ndarray, " y"]
    columns: Mapping[str, Shaped[np.ndarray, "y x"]]

    @property
    def names(self) -> tuple[str, str]:
        """Names of the variables along x and along y."""
        return self.spec.variables[0].name, self.spec.variables[1].name

    @property
    def converges(self) -> Bool[np.ndarray, "y x"]:
        """Whether each network's loss, on average over the last 20 epochs, is below its first loss."""
        return self.columns["share"] < 1.0


def plan_atlas(spec: StudySpec, dataset: Dataset) -> Plan:
    """Plan the program of a map, which measures only the loss of each batch.

    Raises:
        SpecError: If a variable's name is unknown.
    """
    plan = make_plan(
        spec.experiment,
        dataset,
        num_members=spec.num_members,
        varied=[variable.name for variable in spec.variables],
        is_brief=True,
    )
    largest = max(layer.multiply_adds for layer in plan.network.layers) * plan.batch_size
    if plan.lanes == 1 and largest <= LANES_LAYER:
        return dataclasses.replace(plan, lanes=LANES)
    return plan


def train_atlas(
    spec: StudySpec,
    plan: Plan,
    dataset: Dataset,
    recorder: Recorder,
    *,
    done: Collection[int] = (),
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> float:
    """Train every network of a map.

    Args:
        spec: The two varied settings, x first, and their experiment.
        plan: Program of the map.
        dataset: The data, which all networks share.
        recorder: Takes the numbers of each block; a network's position is `row * columns + column`.
        done: Positions of networks that were trained before.
        on_progress: Called after every slice.
        stop: When set, training ends at the next slice.

    Returns:
        Seconds spent compiling.

    Raises:
        training.Interrupted: If `stop` was set before the end.
    """
    compiler = Compiler()
    (x_name, x), (y_name, y) = ((variable.name, variable.values) for variable in spec.variables)
    total = len(x) * len(y)
    for begin in range(0, total, TILE):
        places = [place for place in range(begin, min(begin + TILE, total)) if place not in done]
        members = [
            Member(
                spec.experiment.seed,
                ((x_name, float(x[place % len(x)])), (y_name, float(y[place // len(x)]))),
            )
            for place in places
        ]
        if not members:
            continue
        train_blocks(
            spec.experiment,
            plan,
            members,
            lambda _: dataset,
            _BlockSummariser(places, recorder, spec, plan, dataset),
            on_progress=_share(on_progress, begin, total),
            stop=stop,
            compiler=compiler,
        )
    return compiler.seconds


def _share(on_progress: Callable[[Progress], None] | None, begin: int, total: int) -> Callable[[Progress], None] | None:
    if on_progress is None:
        return None

    def tell(now: Progress) -> None:
        done = begin + now.share * now.num_members
        on_progress(Progress(done / total, now.epoch, now.num_epochs, begin + now.members_done, total, now.latest))

    return tell


class _BlockSummariser:
    """Reduces a block's curves to a few numbers, and gives them to the recorder."""

    def __init__(self, places: list[int], recorder: Recorder, spec: StudySpec, plan: Plan, dataset: Dataset) -> None:
        self._places = places
        self._recorder = recorder
        self._threshold = spec.threshold
        self._experiment = spec.experiment
        self._plan = plan
        self._dataset = dataset
        rows = dataset.train
        self._constant_loss = best_constant_loss(plan.objective, dataset.targets[rows], dataset.weights_at(rows))
        self._stuck_kind: StuckKind = "dead units" if plan.network.has_dying_units else "saturated units"

    def __call__(self, places: Iterable[int], stacked: Stacked) -> None:
        networks = np.array([self._places[place] for place in places])
        losses, norms = stacked.trace["batch_loss"].T, stacked.trace["gradient_norm"].T
        finals = {
            **outcome_columns(losses, self._threshold),
            "diverged_at": stacked.diverged_at.astype(np.int64),
            "outcome": np.array([OUTCOMES.index(judged.outcome) for judged in self._judge(losses, norms, stacked)]),
        }
        self._recorder.take(MeasuredBlock(networks, np.zeros(0, np.int64), {}, finals))

    def _judge(
        self,
        losses: Float[np.ndarray, "networks epochs"],
        norms: Float[np.ndarray, "networks epochs"],
        stacked: Stacked,
    ) -> list[Judgement]:
        curves = [
            self._judgeable(curve, norm, int(diverged_at), member)
            for curve, norm, diverged_at, member in zip(
                losses, norms, stacked.diverged_at, stacked.members, strict=True
            )
        ]
        judgements = [judge_training(each) for each in curves]
        # Stuck units are measured where they would explain the loss, since few maps have such networks in every block.
        if any("stuck units" in judgement.missing for judgement in judgements):
            shares = np.concatenate(
                [
                    stuck_shares(self._plan, part.params, part.statistics, self._dataset, count=len(part.members))
                    for part in stacked.divided(self._plan.lanes)
                ]
            )
            judgements = [
                judge_training(dataclasses.replace(each, stuck_share=float(share)))
                for each, share in zip(curves, shares, strict=True)
            ]
        return judgements

    def _judgeable(
        self,
        losses: Float[np.ndarray, " epochs"],
        norms: Float[np.ndarray, " epochs"],
        diverged_at: int,
        member: Member,
    ) -> TrainingCurves:
        return TrainingCurves(
            losses,
            gradient_norm=np.concatenate([[np.nan], norms])[: len(losses)],
            diverged_at=diverged_at // self._plan.steps_per_epoch if diverged_at >= 0 else None,
            constant_loss=self._constant_loss,
            stuck_kind=self._stuck_kind,
            rate_factors=rate_factors(self._experiment, self._plan.steps_per_epoch, member)[: len(losses)],
        )


def outcome_columns(
    losses: Float[np.ndarray, "networks epochs"], threshold: float
) -> dict[str, Shaped[np.ndarray, " networks"]]:
    """Reduce loss curves to a few numbers; see `Atlas.columns`.

    Args:
        losses: Loss before each epoch's update (the mean of its batches, if there are several); NaN once diverged.
        threshold: Share of the first loss that `epochs` waits for.

    Returns:
        Columns by name.
    """
    first = losses[:, :1].astype(np.float64)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        shares = np.where(np.isfinite(losses), losses.astype(np.float64), np.inf) / first
        tail = shares[:, -WINDOW:].mean(axis=1)
        path = np.where(tail < 1.0, shares.sum(axis=1), -(1.0 / shares).sum(axis=1))
    is_below = shares <= threshold
    return {
        "first_loss": first[:, 0],
        "loss": np.where(np.isfinite(tail), tail * first[:, 0], np.inf),
        "share": np.where(np.isnan(tail), np.inf, tail),
        "path": path,
        "epochs": np.where(is_below.any(axis=1), is_below.argmax(axis=1), -1),
    }


def gather_atlas(spec: StudySpec, parts: Iterable[MeasuredBlock]) -> Atlas:
    """Put a map together from its blocks."""
    x, y = (np.array(variable.values, np.float64) for variable in spec.variables)
    columns: dict[str, np.ndarray] = {}
    for part in parts:
        for name, values in _current(part.finals).items():
            columns.setdefault(name, np.zeros(len(x) * len(y), values.dtype))[part.places] = values
    x_order, y_order = np.argsort(x), np.argsort(y)
    laid_out = {name: values.reshape(len(y), len(x))[np.ix_(y_order, x_order)] for name, values in columns.items()}
    return Atlas(spec, x[x_order], y[y_order], laid_out)


def _current(finals: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Number the outcomes as this version does, in a map that an earlier one began."""
    current = dict(finals)
    if "verdict" in current:
        numbers = np.array([OUTCOMES.index(outcome) for outcome in FIRST_OUTCOMES])
        current["outcome"] = numbers[current.pop("verdict")]
    return current


def outcome_values(atlas: Atlas, view: MapView) -> tuple[Float[np.ndarray, "y x"], tuple[str, ...]]:
    """Return the values that a map shows.

    Args:
        atlas: The trained map.
        view: What to show. "converges" ranks how fast networks converge (below 0, faster is lower) or diverge
            (above 0).

    Returns:
        One value a cell (NaN if it has none), and the names of the classes, if the values are classes.
    """
    if view == "verdict":
        return atlas.columns["outcome"].astype(np.float64), OUTCOMES
    if view == "epochs":
        epochs = atlas.columns["epochs"].astype(np.float64)
        return np.where(epochs < 0, np.nan, epochs), ()
    if view == "loss":
        return np.where(np.isfinite(atlas.columns["loss"]), atlas.columns["loss"], np.nan), ()
    return _shade(atlas), ()


def _shade(atlas: Atlas) -> Float[np.ndarray, "y x"]:
    """Rank the converging networks (below 0, faster is lower) and the diverging ones (above 0), separately."""
    path, converges = atlas.columns["path"], atlas.converges
    shaded = np.zeros(path.shape)
    for cells, sign in ((converges, -1.0), (~converges, 1.0)):
        if cells.any():
            ranks = np.argsort(np.argsort(-path[cells] if sign < 0 else path[cells], kind="stable"), kind="stable")
            shaded[cells] = sign * (0.15 + 0.85 * (1 + ranks) / cells.sum())
    return shaded


def is_log(values: Float[np.ndarray, " values"]) -> bool:
    """Return whether values rise by equal factors."""
    if values.min() <= 0.0 or len(values) < 3:
        return False
    steps = np.diff(np.log(values))
    return bool(np.ptp(steps) < 1e-3 * abs(steps.mean()) and np.ptp(np.diff(values)) > 1e-6 * np.ptp(values))
