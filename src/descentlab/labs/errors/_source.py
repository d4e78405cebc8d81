"""A run's networks with their held-out examples and what they answer."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import RunError, generator, unknown_name
from descentlab.data import Dataset
from descentlab.evaluation import infer
from descentlab.labs.errors.measure import Judged
from descentlab.networks import HostArrays
from descentlab.spec import Experiment
from descentlab.training import Plan, make_plan, precision_of
from descentlab.workbench import (
    PARTS,
    PartName,
    PartResult,
    Run,
    TrainedNetwork,
    Watcher,
    find_networks,
    measure_parts,
    part_rows,
)

MOST_BYTES = 2**27
"""What examples that are disturbed may take as float32: each is held a few times over."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One trained network with its data and what it answers to the part that is looked at.

    Attributes:
        seed: Of its split and draw.
        plan: Its layers and objective.
        params: Its weights.
        statistics: Its running statistics.
        dataset: Its data, divided as for its training.
        result: What it answers.
    """

    seed: int
    plan: Plan
    params: HostArrays
    statistics: HostArrays
    dataset: Dataset
    result: PartResult

    def chosen(self, count: int) -> Int[np.ndarray, " rows"]:
        """Draw some of the part's examples: a fixed part may be easier at its beginning, as that of MNIST is."""
        inputs = self.dataset.inputs
        fit = MOST_BYTES // max(4 * int(np.prod(inputs.shape[1:])), 1)
        own = generator(self.seed, "errors").permutation(len(self.result.rows))[: min(count, fit)]
        return self.result.rows[np.sort(own)]

    def judged(self, rows: Int[np.ndarray, " rows"]) -> Judged:
        """Return some examples with the network's credit for what is made of them."""
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
class Source:
    """All that is looked into.

    Attributes:
        run: The run.
        part: The part that is looked at.
        members: Its networks; examples are shown of the first.
        notes: What a reader must know.
    """

    run: Run
    part: PartName
    members: tuple[Seen, ...]
    notes: tuple[str, ...]


def find_source(run: Run, *, part: str | None, member: int | None, watcher: Watcher) -> Source:
    """Load a run's data and let its networks answer.

    Args:
        run: The run.
        part: "test", "validation" or "train"; by default the first of them that has examples.
        member: Which network of a run with several seeds; by default the first five.
        watcher: What is called while data is loaded.

    Returns:
        The networks.

    Raises:
        RunError: If there is no such part or member, or the data is gone or has changed.
    """
    if part is not None and part not in PARTS:
        raise RunError(unknown_name("part", part, PARTS))
    found = find_networks(run, member=member, settings=(), watcher=watcher)
    has = part_rows(found.members[0].dataset)
    fitting: list[PartName] = [name for name in PARTS[::-1] if name in has and part in (None, name)]
    if not fitting:
        raise RunError(f"{run.path} has no {part} part; it has: {', '.join(has)}")
    members = tuple(_seen(found.experiment, one, fitting[0]) for one in found.members)
    return Source(run, fitting[0], members, (*_notes(run, fitting[0], len(members)), *found.notes))


def _seen(experiment: Experiment, one: TrainedNetwork, part: PartName) -> Seen:
    plan = make_plan(experiment, one.dataset)
    result = measure_parts(plan, one.params, one.statistics, one.dataset, parts=(part,))[part]
    return Seen(one.seed, plan, one.params, one.statistics, one.dataset, result)


def _notes(run: Run, part: PartName, num_members: int) -> tuple[str, ...]:
    notes = []
    if part == "train":
        notes.append(
            "These are training examples: the network has learned their labels, so that it errs less than it will on "
            "others, and hides labels that are wrong."
        )
    if num_members > 1:
        notes.append(
            f"Single examples are of the first network; importance and robustness are means over {num_members} "
            "networks, with intervals over them (Student's t)."
        )
    elif run.num_members == 1:
        notes.append(
            "Intervals are over examples; one network cannot tell how much another seed would differ. Train with "
            "--seeds 5."
        )
    return tuple(notes)
