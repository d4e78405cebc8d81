"""A run's networks with held-out examples and their predictions."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import PARTS, PartName, RunError, generator, unknown_name
from descentlab.data import Dataset
from descentlab.evaluation import infer
from descentlab.labs.errors.measure import Judged
from descentlab.networks import HostArrays
from descentlab.spec import Experiment
from descentlab.training import Plan, make_plan, precision_of
from descentlab.workbench import (
    PartResult,
    Run,
    TrainedNetwork,
    Watcher,
    find_networks,
    measure_parts,
    part_rows,
)

MOST_BYTES = 2**27
"""Most bytes of disturbed examples as float32, of which a few copies are held at a time."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """One trained network with its data and its predictions for the part that is looked at.

    Attributes:
        seed: Seed of its split and of the draw of examples.
        plan: Its layers and objective.
        params: Its weights.
        statistics: Its running statistics.
        dataset: Its data, split as for its training.
        result: Its predictions.
    """

    seed: int
    plan: Plan
    params: HostArrays
    statistics: HostArrays
    dataset: Dataset
    result: PartResult

    def draw_rows(self, count: int) -> Int[np.ndarray, " rows"]:
        """Draw some of the part's examples at random: a fixed part may be easier at its beginning, as MNIST's is."""
        inputs = self.dataset.inputs
        fit = MOST_BYTES // max(4 * int(np.prod(inputs.shape[1:])), 1)
        places = generator(self.seed, "errors").permutation(len(self.result.rows))[: min(count, fit)]
        return self.result.rows[np.sort(places)]

    def judge(self, rows: Int[np.ndarray, " rows"]) -> Judged:
        """Return some examples with the network's credit for changed copies of them."""
        targets = self.dataset.targets[rows]
        spread = float(np.var(targets.astype(np.float64))) or 1.0

        def credit(inputs: Shaped[np.ndarray, "examples *shape"]) -> Float[np.ndarray, " examples"]:
            outputs = self._outputs(inputs)
            if self.dataset.classes:
                return (outputs.argmax(axis=1) == targets).astype(np.float64)
            return 1.0 - (outputs[:, 0].astype(np.float64) - targets.astype(np.float64)) ** 2 / spread

        is_classes = bool(self.dataset.classes)
        return Judged(self.dataset.inputs[rows], self.dataset.real_inputs(rows), credit, is_classes)

    def _outputs(self, inputs: Shaped[np.ndarray, "examples *shape"]) -> Float[np.ndarray, "examples outputs"]:
        plan = self.plan
        with precision_of(plan.precision):
            return infer(
                plan.network, plan.objective, self.params, self.statistics, inputs, input_scale=plan.input_scale
            ).outputs


@dataclass(frozen=True, eq=False)
class Predictors:
    """The networks of a run.

    Attributes:
        run: The run.
        part: The part that is looked at.
        members: The networks; single examples are those of the first.
        notes: What must be known of the networks.
    """

    run: Run
    part: PartName
    members: tuple[Predictor, ...]
    notes: tuple[str, ...]


def find_predictors(run: Run, *, part: str | None, member: int | None, watcher: Watcher) -> Predictors:
    """Load a run's data and let its networks predict.

    Args:
        run: The run.
        part: "test", "validation" or "train"; by default the first of them that has examples.
        member: Number of the network, if the run has several seeds; by default the first five.
        watcher: Callbacks of loading.

    Returns:
        The networks.

    Raises:
        RunError: If there is no such part or member, or the data is gone or has changed.
    """
    if part is not None and part not in PARTS:
        raise RunError(unknown_name("part", part, PARTS))
    networks = find_networks(run, member=member, settings=(), watcher=watcher)
    has = part_rows(networks.members[0].dataset)
    fitting: list[PartName] = [name for name in PARTS[::-1] if name in has and part in (None, name)]
    if not fitting:
        raise RunError(f"{run.path} has no {part} part; it has: {', '.join(has)}")
    members = tuple(_predict(networks.experiment, network, fitting[0]) for network in networks.members)
    return Predictors(run, fitting[0], members, networks.notes)


def _predict(experiment: Experiment, network: TrainedNetwork, part: PartName) -> Predictor:
    plan = make_plan(experiment, network.dataset)
    result = measure_parts(plan, network.params, network.statistics, network.dataset, parts=(part,))[part]
    return Predictor(network.seed, plan, network.params, network.statistics, network.dataset, result)
