"""A run in Python: its experiment, its metrics, and its trained network."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import PartName, RunError
from descentlab.data import StoredPictures, say_far
from descentlab.evaluation import Inference, infer
from descentlab.networks import HostArrays, Network, build_network
from descentlab.objectives import Objective, build_objective
from descentlab.runs import RunFolder, find_run
from descentlab.spec import Experiment
from descentlab.training import precision_of, prepare_engine
from descentlab.workbench._data_shape import DataShape, MemberData, read_shape
from descentlab.workbench._predictions import Predictions, read_outputs
from descentlab.workbench._room import count_weights
from descentlab.workbench._scores import Scores
from descentlab.workbench._symptoms import read_symptoms
from descentlab.workbench._target_facts import TargetFacts

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

    from descentlab import results


WEIGHTS = "weights.safetensors"
MIN_WEIGHT_BYTES = 4


@dataclass(frozen=True)
class Run:
    """A run: its experiment, its metrics, and the trained network to use.

    Attributes:
        folder: Record of the run on disk.
    """

    folder: RunFolder

    @property
    def path(self) -> Path:
        """Path of the run's folder."""
        return self.folder.path

    @cached_property
    def experiment(self) -> Experiment:
        """Experiment that was trained."""
        return self.folder.experiment

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Content of `metrics.json`.

        Raises:
            RunError: If training is not finished.
        """
        if not self.folder.is_finished:
            raise RunError(f"{self.path} is not finished; continue it by: descentlab train --resume {self.path}")
        return self.folder.metrics()

    @property
    def train(self) -> Scores:
        """Scores of the training part."""
        return self._scores("train")

    @property
    def validation(self) -> Scores:
        """Scores of the validation part."""
        return self._scores("validation")

    @property
    def test(self) -> Scores:
        """Scores of the test part."""
        return self._scores("test")

    def _scores(self, part: str) -> Scores:
        if part not in self.metrics:
            known = ", ".join(name for name in ("train", "validation", "test") if name in self.metrics)
            raise RunError(f"{self.path} has no {part} part; its parts are: {known}")
        return Scores(part, self.metrics[part])

    @property
    def outcome(self) -> tuple[str, ...]:
        """Outcome of the training in words."""
        return tuple(self.metrics["outcome"])

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on reading and preparing the data."""
        return tuple(self.metrics.get("notes", ()))

    @property
    def history(self) -> "pd.DataFrame":
        """Measurements at each epoch, one row for each member and epoch."""
        return self.folder.history_frame()

    @property
    def symptoms(self) -> "results.Table":
        """What was recorded of each layer at some steps: a row for each member, step and layer.

        `run.symptoms.frame()` is a DataFrame.

        Raises:
            RunError: If the training recorded none.
        """
        return read_symptoms(self.folder)

    @cached_property
    def data(self) -> DataShape:
        """Facts on the data that the network needs: task, classes, input shape and scale, names of features."""
        return read_shape(self.folder)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes by id; empty for regression."""
        return self.data.classes

    @cached_property
    def objective(self) -> Objective:
        """Loss function, and the meaning of the logits."""
        # What was trained is shown, whatever may be trained today.
        experiment = self.experiment
        return build_objective(experiment.loss, experiment.head, self.target_facts().task, check="off")

    @cached_property
    def network(self) -> Network:
        """Layers of the network."""
        return build_network(self.experiment.model, self.data.input_shape, self.objective.num_outputs)

    @property
    def num_members(self) -> int:
        """Number of networks of the run, one a seed."""
        return len(self.data.members)

    def name_of(self, member: int) -> str:
        """Return the name of one of the networks in sentences."""
        return self.folder.name if self.num_members == 1 else f"network {member} of {self.folder.name}"

    def member_data(self, member: int = 0) -> MemberData:
        """Return the preparation of a member's data, and the scale of its target.

        Raises:
            RunError: If the run has no such member.
        """
        num = self.num_members
        if not 0 <= member < num:
            has = f"the members 0 to {num - 1}" if num > 1 else "one network, member 0"
            raise RunError(f"{self.path} has no member {member}; it has {has}")
        return self.data.members[member]

    def target_facts(self, member: int = 0) -> TargetFacts:
        """Return what a member's network answers, and how it is read."""
        data, shape = self.member_data(member), self.data
        return TargetFacts(shape.kind, shape.classes, shape.target_names, data.target_scale, data.target_shift)

    def weights(self, member: int = 0) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, dict[str, np.ndarray]]]:
        """Return a member's learned arrays and running statistics, by layer and role."""
        self.member_data(member)
        self._check_weights_file()
        params, statistics = self.network.draw(0), self.network.start_statistics()
        tensors = self.folder.load_weights(self.weight_shapes())

        def arrays_like(like: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, np.ndarray]]:
            return {
                layer: {role: tensors[f"{layer}/{role}"][member] for role in roles} for layer, roles in like.items()
            }

        return arrays_like(params), arrays_like(statistics)

    def _check_weights_file(self) -> None:
        """Check that the weights file has bytes for all weights, before arrays of their size are made."""
        path = self.folder.path / WEIGHTS
        if not path.is_file():
            raise RunError(
                f"{self.path} has no trained weights yet; continue it by: descentlab train --resume {self.path}"
            )
        count = count_weights(self.network)
        if count * self.num_members * MIN_WEIGHT_BYTES > path.stat().st_size:
            raise RunError(f"{path} is damaged: it is too short for the {count:,} weights of the network")

    def predict(self, source: Any, *, member: int | None = None) -> Predictions:
        """Predict new examples: a DataFrame, a table's or picture's path, or an array.

        Args:
            source: The examples, in the form that they had in training; they are prepared as the training part was.
            member: Number of the network, if the run has several seeds; by default the first.

        Returns:
            Classes or labels with probabilities, or numbers; `far` says of each example what in it training lacked.

        Raises:
            DataError: If the examples lack a column, or cannot be read.
        """
        chosen = member or 0
        member_data = self.member_data(chosen)
        prepared = member_data.read_preparation().apply(source)
        inference = self.infer(prepared.inputs, member=chosen)
        is_first_of_many = member is None and self.num_members > 1
        which = [f"The run has {self.num_members} networks; these are the first one's predictions."]
        far = say_far(prepared.far, prepared.labels) if prepared.far else []
        notes = (*prepared.notes, *far, *(which if is_first_of_many else []))
        return read_outputs(inference.outputs, self.target_facts(chosen), prepared.labels, notes, prepared.far)

    def infer(
        self,
        inputs: Shaped[np.ndarray, "examples ..."] | StoredPictures,
        targets: Shaped[np.ndarray, "examples *targets"] | None = None,
        *,
        member: int = 0,
    ) -> Inference:
        """Apply a member's network to examples that are prepared already.

        Args:
            inputs: Examples in the form that the member's preparation returns.
            targets: Class ids, labels or standardised reals, for the losses.
            member: Number of the network, if the run has several seeds.

        Returns:
            Logits, outputs and losses.

        Raises:
            RunError: If the run's preparation does not fit its network.
        """
        if inputs.shape[1:] != self.network.input_shape:
            raise RunError(
                f"{self.path} is damaged: its preparation gives inputs of shape {inputs.shape[1:]}, and its network "
                f"takes {self.network.input_shape}"
            )
        prepare_engine()
        params, statistics = self.weights(member)
        with precision_of(self.experiment.precision):
            return infer(
                self.network, self.objective, params, statistics, inputs, targets, input_scale=self.data.input_scale
            )

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each array of one member, by its name in the weights file."""
        return {**_shapes(self.network.draw(0)), **_shapes(self.network.start_statistics())}

    def plot(self, title: str | None = None) -> "matplotlib.figure.Figure":
        """Draw the curves of the training and its confusion matrix with Matplotlib.

        Args:
            title: Title of the one to draw, as "accuracy (share correct)". Default: all of them.

        Returns:
            The figure; of a run with several networks the curves are means, in a band from the 10th to the 90th
            percentile, and the matrix counts the predictions of all of them.

        Raises:
            RunError: If training is not finished.
            SpecError: If nothing has that title.
        """
        from descentlab import results

        return results.plot_training(self._curves(), self._confusion(), title, self.folder.name)

    def _curves(self) -> "results.History":
        from descentlab.results import History

        columns = self.folder.history()
        epochs, members = np.unique(columns["epoch"]), columns["member"]
        place = members, np.searchsorted(epochs, columns["epoch"])

        def curve(name: str) -> np.ndarray | None:
            if name not in columns:
                return None
            values = np.full((self.num_members, len(epochs)), np.nan)
            values[place] = columns[name]
            return values

        best = self.metrics.get("best_epoch") if self.num_members == 1 else None
        train_loss = curve("train_loss")
        assert train_loss is not None
        return History(
            epochs, train_loss, curve("validation_loss"), curve("train_accuracy"), curve("validation_accuracy"),
            loss_name=self.objective.title, chosen_epoch=best[0] if best else None,
        )  # fmt: skip

    def _confusion(self) -> "results.Confusion | None":
        from descentlab.results import Confusion

        parts: tuple[PartName, ...] = ("test", "validation", "train")
        for part in parts:
            if counts := self.metrics.get(part, {}).get("confusion"):
                return Confusion(self.classes, np.array(counts), part)
        return None

    def __str__(self) -> str:
        if not self.folder.is_finished:
            return f"{self.folder.name}: not finished"
        return "\n".join([f"{self.folder.name}  ({self.path})", *self.outcome])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        lines = str(self).splitlines()
        items = "".join(f"<li>{escape(line)}</li>" for line in lines[1:])
        return f"<strong>{escape(lines[0])}</strong><ul>{items}</ul>"


def _shapes(arrays: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, tuple[int, ...]]:
    return {f"{layer}/{role}": array.shape for layer, roles in arrays.items() for role, array in roles.items()}


def open_run(name: str | Path) -> Run:
    """Open a run by its folder, or by its name under `./runs`.

    Args:
        name: Name or folder, such as `iris-001` or `runs/iris-001`.

    Returns:
        The run.

    Raises:
        RunError: If there is no such run, or it is damaged.
    """
    return Run(find_run(str(name)))


def as_run(what: str | os.PathLike[str] | Experiment | Run) -> Run | None:
    """Return the run that a name stands for, or None if it is a preset, a file or an experiment.

    Args:
        what: A run, its folder or name, or anything that `train` takes.

    Returns:
        The run, or None.

    Raises:
        RunError: If the run is damaged.
    """
    if isinstance(what, Run):
        return what
    if isinstance(what, Experiment):
        return None
    text = os.fspath(what)
    try:
        is_run = any((place / "environment.json").is_file() for place in (Path(text), Path("runs") / text))
    except (OSError, ValueError):  # a name too long for the system, or with a null in it
        return None
    return Run(find_run(text)) if is_run else None


def need_run(what: str | os.PathLike[str] | Experiment | Run) -> Run:
    """Return the run that a name stands for.

    Raises:
        RunError: If there is no such run.
    """
    run = as_run(what)
    return open_run(str(what)) if run is None else run


def finite_weights(params: HostArrays, name: str) -> HostArrays:
    """Return the weights if all are finite numbers.

    Raises:
        RunError: If one is not.
    """
    if not all(np.isfinite(array).all() for roles in params.values() for array in roles.values()):
        raise RunError(f"the weights of {name} are not finite, since training diverged; lower the learning rate")
    return params
