"""A run as a person works with it in Python."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Shaped

from gradlab.core import RunError, Table
from gradlab.data import Dataset, Preparation, preparation_from_json
from gradlab.evaluation import Inference, infer
from gradlab.networks import Network, build_network
from gradlab.objectives import Objective, build_objective
from gradlab.runs import RunFolder
from gradlab.spec import Experiment
from gradlab.training import precision_of, prepare_engine
from gradlab.verbs._predictions import Predictions
from gradlab.verbs._room import count_weights

if TYPE_CHECKING:
    import pandas as pd


WEIGHTS = "weights.safetensors"
MIN_WEIGHT_BYTES = 4


class Scores(Mapping[str, Any]):
    """The scores of one part: `run.test.accuracy`, or `run.test["accuracy"]`.

    With several seeds an attribute is the mean over them, and the item has its deviation and interval too.
    """

    def __init__(self, part: str, values: Mapping[str, Any]) -> None:
        self._part = part
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"the {self._part} part has no '{name}'; it has {', '.join(self._values)}")
        value = self._values[name]
        return value["mean"] if isinstance(value, Mapping) and "mean" in value else value

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def table(self) -> Table:
        """Return the scores that are single numbers as a table of words."""
        rows = [(name, words) for name in self._values if (words := _words(self._values[name]))]
        return Table(header=(self._part, ""), rows=tuple(rows))

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _words(value: Any) -> str:
    if isinstance(value, Mapping) and value.get("mean") is not None:
        return f"{value['mean']:.4g} ± {value['sd']:.2g}" if value.get("sd") is not None else f"{value['mean']:.4g}"
    if isinstance(value, bool) or value is None or isinstance(value, list | Mapping):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Run:
    """A run: what was trained, what came of it, and the trained network to use.

    Attributes:
        folder: Its record on disk.
    """

    folder: RunFolder

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path

    @cached_property
    def experiment(self) -> Experiment:
        """What was trained."""
        return self.folder.experiment

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """All that `metrics.json` holds.

        Raises:
            RunError: If training has not come to its end.
        """
        if not self.folder.is_finished:
            raise RunError(f"{self.path} is not finished; continue it by: gradlab train --resume {self.path}")
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
            raise RunError(f"{self.path} has no {part} part")
        return Scores(part, self.metrics[part])

    @property
    def outcome(self) -> tuple[str, ...]:
        """What came out, in words."""
        return tuple(self.metrics["outcome"])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed and done while the data was read and prepared."""
        return tuple(self.metrics.get("notes", ()))

    @property
    def history(self) -> "pd.DataFrame":
        """What was measured at each epoch, a row per member and epoch."""
        return self.folder.history_frame()

    @cached_property
    def shape_of_data(self) -> dict[str, Any]:
        """What the network needs to know of its data: task, classes, input shape and scale."""
        return _checked_shape(self.folder)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names by id; empty for regression."""
        return tuple(self.shape_of_data["classes"])

    @cached_property
    def objective(self) -> Objective:
        """What the network's logits mean."""
        return build_objective(self.experiment.loss, len(self.classes))

    @cached_property
    def network(self) -> Network:
        """The layers."""
        shape = tuple(self.shape_of_data["input_shape"])
        return build_network(self.experiment.model, shape, self.objective.num_outputs)

    def preparation(self, member: int = 0) -> Preparation:
        """Return how a member's data is prepared."""
        return preparation_from_json(self._member_record(member)["preparation"])

    def target_scaling(self, member: int = 0) -> tuple[float, float]:
        """Return scale and shift that bring an output of a regression to the target's own unit."""
        record = self._member_record(member)
        return float(record["target_scale"]), float(record["target_shift"])

    @property
    def num_members(self) -> int:
        """How many networks the run has: one a seed."""
        return len(self.shape_of_data["members"])

    def _member_record(self, member: int) -> Mapping[str, Any]:
        members = self.shape_of_data["members"]
        if not 0 <= member < len(members):
            has = f"members 0 to {len(members) - 1}" if len(members) > 1 else "one network, member 0,"
            raise RunError(f"{self.path} has {has} and no member {member}")
        return members[member]

    def weights(self, member: int = 0) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, dict[str, np.ndarray]]]:
        """Return a member's learned arrays and its running statistics, by layer and role."""
        self._member_record(member)
        self._check_weights_file()
        params, statistics = self.network.draw(0), self.network.start_statistics()
        tensors = self.folder.load_weights(self.weight_shapes())

        def own(like: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, np.ndarray]]:
            return {
                layer: {role: tensors[f"{layer}/{role}"][member] for role in roles} for layer, roles in like.items()
            }

        return own(params), own(statistics)

    def _check_weights_file(self) -> None:
        """Refuse a description of more weights than the file has bytes for, before arrays of their size are made."""
        path = self.folder.path / WEIGHTS
        if not path.is_file():
            raise RunError(
                f"{self.path} has no trained weights yet; continue it by: gradlab train --resume {self.path}"
            )
        count = count_weights(self.network)
        if count * self.num_members * MIN_WEIGHT_BYTES > path.stat().st_size:
            raise RunError(f"{path} is damaged: it is too short for the {count:,} weights of the network")

    def predict(self, source: Any, *, member: int | None = None) -> Predictions:
        """Predict new examples: a DataFrame, a table's or picture's path, or an array.

        Args:
            source: The examples, in the form they had in training; they are prepared as the training part was.
            member: Which network of several seeds; by default the first.

        Returns:
            Classes with probabilities, or numbers.

        Raises:
            DataError: If the examples lack a column, or cannot be read.
        """
        chosen = member or 0
        prepared = self.preparation(chosen).apply(source)
        told = self.infer(prepared.inputs, member=chosen)
        is_first_of_many = member is None and self.num_members > 1
        which = [f"The run has {self.num_members} networks; these are the first one's predictions."]
        notes = (*prepared.notes, *(which if is_first_of_many else []))
        if self.classes:
            names = np.array(self.classes)[told.outputs.argmax(axis=1)]
            return Predictions(prepared.labels, names, told.outputs, self.classes, notes)
        scale, shift = self.target_scaling(chosen)
        numbers = told.outputs[:, 0].astype(np.float64) * scale + shift
        return Predictions(prepared.labels, numbers, np.zeros((len(numbers), 0)), (), notes)

    def infer(
        self,
        inputs: Shaped[np.ndarray, "examples ..."],
        targets: Shaped[np.ndarray, " examples"] | None = None,
        *,
        member: int = 0,
    ) -> Inference:
        """Apply a member's network to examples that are prepared already.

        Args:
            inputs: Examples as its preparation gives them.
            targets: Class ids or standardised reals, for the losses.
            member: Which network of several seeds.

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
        scale = float(self.shape_of_data["input_scale"])
        with precision_of(self.experiment.precision):
            return infer(self.network, self.objective, params, statistics, inputs, targets, input_scale=scale)

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each array of one member, as the file of weights names them."""
        return {**_shapes(self.network.draw(0)), **_shapes(self.network.start_statistics())}

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


def describe_shape(dataset: Dataset, members: list[Dataset]) -> dict[str, Any]:
    """Lay out what a run keeps of its data, so that it can be used where the data is not."""
    return {
        "task": dataset.task,
        "classes": list(dataset.classes),
        "input_shape": list(dataset.input_shape),
        "input_scale": dataset.input_scale,
        "feature_names": list(dataset.feature_names),
        "members": [
            {
                "preparation": each.preparation.to_json(),
                "target_scale": each.target_scale,
                "target_shift": each.target_shift,
            }
            for each in members
        ],
    }


MAX_INPUTS = 2**26


def _checked_shape(folder: RunFolder) -> dict[str, Any]:
    """Read `preparation.json` and refuse what would build an absurd network."""
    values = folder.preparation()
    try:
        shape = [int(side) for side in values["input_shape"]]
        is_sound = 1 <= len(shape) <= 3 and min(shape) >= 1 and int(np.prod(shape, dtype=object)) <= MAX_INPUTS
        is_sound &= all(isinstance(name, str) for name in values["classes"]) and isinstance(values["members"], list)
        is_sound &= all(isinstance(record, dict) and "preparation" in record for record in values["members"])
        float(values["input_scale"])
    except (KeyError, TypeError, ValueError, OverflowError):
        is_sound = False
    if not is_sound:
        raise RunError(f"{folder.path / 'preparation.json'} is damaged: it does not describe the network's inputs")
    return values


def _shapes(arrays: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, tuple[int, ...]]:
    return {f"{layer}/{role}": array.shape for layer, own in arrays.items() for role, array in own.items()}


def open_run(name: str | Path) -> Run:
    """Open a run by its folder, or by its name under `./runs`.

    Args:
        name: As `iris-001` or `runs/iris-001`.

    Returns:
        The run.

    Raises:
        RunError: If there is no such run, or it is damaged.
    """
    from gradlab.runs import find_run

    return Run(find_run(str(name)))
