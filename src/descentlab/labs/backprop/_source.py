"""Which network back-propagation is accounted for, at which weights, and on which examples."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab import training
from descentlab.backpropagation import Problem
from descentlab.core import DescentlabError, RunError, ShapeError, SpecError, unknown_name
from descentlab.data import Dataset
from descentlab.networks import Network, build_network
from descentlab.objectives import Objective, build_objective
from descentlab.spec import Experiment
from descentlab.workbench import (
    PARTS,
    Changes,
    Examples,
    PartName,
    Run,
    Watcher,
    as_run,
    check_room,
    check_same_data,
    resolve,
)


@dataclass(frozen=True, eq=False)
class Chosen:
    """The examples that were asked for.

    Attributes:
        inputs: As the network sees them.
        targets: Class ids, or standardised reals.
        places: Where they stand in their part, counted from 0; empty for values that were typed.
        part: Their part of the data.
        labels: A word for each.
    """

    inputs: Float[np.ndarray, "batch ..."]
    targets: Shaped[np.ndarray, " batch"]
    places: Int[np.ndarray, " places"]
    part: PartName
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Subject:
    """A network at certain weights, with the data that it is for.

    Attributes:
        experiment: What it belongs to.
        network: The layers.
        objective: What the logits mean and cost.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        weights: Where the weights come from, in words.
        classes: The classes' names; empty for regression.
        feature_names: A name per input; empty for pictures.
        dataset: The examples; None where a run's data is gone and values are typed instead.
        run: The run, or None.
    """

    experiment: Experiment
    network: Network
    objective: Objective
    params: dict[str, dict[str, np.ndarray]]
    statistics: dict[str, dict[str, np.ndarray]]
    weights: str
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]
    dataset: Dataset | None
    run: Run | None

    def problem(self, chosen: Chosen, *, is_training: bool) -> Problem:
        """Ask for back-propagation through it, on some examples."""
        return Problem(
            self.network, self.objective, self.params, self.statistics, chosen.inputs, chosen.targets,
            is_training=is_training, dropout_seed=self.experiment.seed,
        )  # fmt: skip


def find_subject(
    what: Any, changes: Changes, *, epochs: int, member: int, needs_data: bool, watcher: Watcher
) -> Subject:
    """Find the network that a person means.

    Args:
        what: A run, or what `train` takes.
        changes: What to change in an experiment.
        epochs: How long to train an experiment first; 0 takes its initial weights.
        member: Which network of a run with several seeds.
        needs_data: Whether examples are wanted, or values come from the person.
        watcher: What is called while data is loaded and the network is trained.

    Returns:
        The network with its weights and data.

    Raises:
        RunError: If a run's data is gone, or it cannot be changed as asked.
        DescentlabError: If the experiment does not fit its data.
    """
    run = as_run(what)
    if run is not None:
        if epochs or changes != Changes():
            raise RunError(f"{run.path} is a run with weights of its own; --epochs, --hidden, --seed and --set are for "
                           "experiments")  # fmt: skip
        return _of_run(run, member, needs_data=needs_data, watcher=watcher)
    if member:
        raise SpecError(f"member={member}: only a run has several networks")
    wish = resolve(what, changes)
    loaded = Examples(wish.experiment, on_loading=watcher.on_loading)
    dataset = loaded.of(wish.experiment.seed)
    experiment = wish.settle(dataset).model_copy(update={"epochs": epochs, "num_seeds": 1, "early_stopping": None})
    objective = build_objective(experiment.loss, len(dataset.classes))
    network = build_network(experiment.model, dataset.input_shape, objective.num_outputs)
    params, statistics = network.draw(experiment.seed), network.start_statistics()
    weights = f"at its initial weights, seed {experiment.seed}"
    if epochs:
        params, statistics = _train(experiment, dataset, watcher)
        weights = f"after {epochs:,} epoch{'s' if epochs > 1 else ''} of training, seed {experiment.seed}"
    return Subject(
        experiment, network, objective, params, statistics, weights, dataset.classes, dataset.feature_names, dataset,
        None,
    )  # fmt: skip


def _of_run(run: Run, member: int, *, needs_data: bool, watcher: Watcher) -> Subject:
    params, statistics = run.weights(member)
    experiment = run.experiment.model_copy(update={"seed": run.experiment.seed + member})
    dataset = None
    try:
        loaded = Examples(run.experiment, on_loading=watcher.on_loading)
        check_same_data(run.folder, loaded.of(run.experiment.seed))
        dataset = loaded.of(experiment.seed)
    except DescentlabError as error:
        if needs_data:
            raise RunError(
                f"the examples of {run.path} cannot be had: {error}. Its weights are there: give the inputs yourself, "
                f"as the network sees them, by --input NUMBER,NUMBER,... --truth CLASS (it takes "
                f"{'x'.join(map(str, run.data.input_shape))})"
            ) from None
    which = f", network {member} of {run.num_members}" if run.num_members > 1 else ""
    return Subject(
        experiment, run.network, run.objective, params, statistics, f"as trained{which}", run.classes,
        run.data.feature_names, dataset, run,
    )  # fmt: skip


def _train(experiment: Experiment, dataset: Dataset, watcher: Watcher) -> tuple[Any, Any]:
    plan = training.make_plan(experiment, dataset)
    check_room(plan, experiment.epochs)
    trained = training.train_population(
        experiment, plan, [training.Member(experiment.seed)], lambda _: dataset, on_progress=watcher.on_training
    ).trained[0]
    if trained.diverged_at is not None:
        raise SpecError(
            f"the network diverged at step {trained.diverged_at:,}; there is nothing to account for. Lower the "
            "learning rate, or ask for fewer --epochs"
        )
    return trained.params, trained.statistics


def choose(subject: Subject, *, example: int | None, batch: str | tuple[int, int] | None, part: str) -> Chosen:
    """Take examples from a part of the data.

    Args:
        subject: The network with its data.
        example: One example by its place in the part, from 0. Default: 0, unless a batch is asked for.
        batch: Places as "0:32", the second not included.
        part: "train", "validation" or "test".

    Returns:
        The examples.

    Raises:
        SpecError: If there are no such examples or no such part.
    """
    dataset = subject.dataset
    assert dataset is not None
    parts: dict[str, PartName] = {name: name for name in PARTS}
    if part not in parts:
        raise SpecError(unknown_name("part", part, PARTS))
    rows = dataset.part(parts[part])
    if batch is None:
        places = np.array([_checked(example or 0, len(rows), part)])
    else:
        begin, end = _range(batch)
        _checked(begin, len(rows), part)
        _checked(end - 1, len(rows), part)
        places = np.arange(begin, end)
    chosen = rows[places]
    labels = tuple(dataset.labels[row] for row in chosen) if dataset.labels else tuple(f"row {row}" for row in chosen)
    return Chosen(dataset.real_inputs(chosen).astype(np.float64), dataset.targets[chosen], places, parts[part], labels)


def _checked(place: int, count: int, part: str) -> int:
    if not 0 <= place < count:
        raise SpecError(
            f"there is no example {place} in the {part} part: it has {count:,}"
            + (f", counted from 0 to {count - 1:,}" if count else "")
        )
    return place


def _range(batch: str | tuple[int, int]) -> tuple[int, int]:
    if isinstance(batch, tuple):
        begin, end = batch
    else:
        found = re.fullmatch(r"\s*([0-9]{0,9})\s*:\s*([0-9]{1,9})\s*", batch)
        if not found:
            raise SpecError(f"batch={batch}: expected the places of examples as BEGIN:END, END not included, as 0:32")
        begin, end = int(found[1] or 0), int(found[2])
    if not 0 <= begin < end:
        raise SpecError(f"batch={begin}:{end} holds no examples; expected BEGIN:END with BEGIN below END, as 0:32")
    return begin, end


def typed(subject: Subject, values: Sequence[float], truth: str | float | None) -> Chosen:
    """Take one example from numbers that a person gives.

    Args:
        subject: The network.
        values: Its inputs as the network sees them, a picture row by row.
        truth: Its class by name or number, or its real target in the network's own unit.

    Returns:
        The example.

    Raises:
        ShapeError: If there are too many or too few values.
        SpecError: If the truth is missing, or is no class.
    """
    shape = subject.network.input_shape
    if len(values) != int(np.prod(shape)):
        raise ShapeError(
            f"the network takes {int(np.prod(shape))} numbers ({'x'.join(map(str, shape))}); given are {len(values)}"
        )
    inputs = np.array(values, np.float64).reshape(1, *shape)
    if not np.all(np.isfinite(inputs)):
        raise SpecError("inputs must be finite numbers")
    targets = np.array([_truth(subject, truth)])
    return Chosen(inputs, targets, np.zeros(0, np.int64), "train", ("typed",))


def _truth(subject: Subject, truth: str | float | None) -> int | float:
    if truth is None:
        raise SpecError("values without a truth cost nothing: name their class or target by --truth")
    text = str(truth).strip()
    if not subject.classes:
        try:
            return float(text)
        except ValueError:
            raise SpecError(f"truth={text}: expected a number, the target in the network's own unit") from None
    if text in subject.classes:
        return subject.classes.index(text)
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) < len(subject.classes):
        return int(text)
    raise SpecError(unknown_name("class", text, subject.classes))
