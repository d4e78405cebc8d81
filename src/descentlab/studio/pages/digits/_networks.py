"""The trained networks that a digit can be drawn for, and their example pictures."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab import data
from descentlab.core import DescentlabError, PartName, RunError, SpecError
from descentlab.live import PadStyle, PictureReader, centre_drawing, pad_style
from descentlab.runs import list_runs
from descentlab.spec import ArraysData, IdxData
from descentlab.workbench import Run, open_run


@dataclass(frozen=True)
class RunChoice:
    """A run that can be chosen.

    Attributes:
        name: Name of the run's folder.
        label: Label for a person.
    """

    name: str
    label: str


@dataclass(frozen=True, eq=False)
class ExamplePicture:
    """A picture of the run's data.

    Attributes:
        number: Position of the picture in its part, from 0.
        picture: Picture in the form of the network's input.
        label: Class of the picture.
    """

    number: int
    picture: Float[np.ndarray, "rows columns colours"]
    label: int


def find_choices(root: Path) -> list[RunChoice]:
    """Find the finished runs of a folder whose network takes pictures of a known size, the newest first.

    Args:
        root: Folder of runs.

    Returns:
        The runs, without damaged ones.
    """
    choices = []
    for summary in reversed(list_runs(root).runs):
        if not summary.is_finished:
            continue
        try:
            run = open_run(summary.path)
            shape = run.data
            pad_style(shape.input_shape)
            _read_preparation(run)
        except DescentlabError:
            continue
        if shape.task == "classification":
            score = "" if summary.score is None else f", test accuracy {summary.score:.1%}"
            size = "x".join(map(str, shape.input_shape[:2]))
            choices.append(RunChoice(summary.name, f"{summary.name}: {size} pixels{score}"))
    return choices


def _read_preparation(run: Run) -> data.Preparation:
    preparation = run.member_data(0).read_preparation()
    if preparation.input_scale != preparation.brightness_scale:
        raise RunError(
            f"{run.folder.name} was trained on pixels as they are (data.preparation.inputs=none), and drawings have "
            "values from 0 to 1; take another"
        )
    return preparation


class PictureNetwork:
    """A run's network, which classifies the drawings of the pad."""

    def __init__(self, run: Run) -> None:
        """Open a run.

        Raises:
            DescentlabError: If its network does not take pictures of a known size with values from 0 to 1, or its
                weights are not finite.
        """
        self.run = run
        self.style: PadStyle = pad_style(run.network.input_shape)
        params, statistics = run.weights(0)
        if not all(np.isfinite(array).all() for roles in params.values() for array in roles.values()):
            raise RunError(
                f"{run.folder.name}: its weights are no finite numbers, since training diverged; take another"
            )
        self.reader = PictureReader(run.network, run.objective, params, statistics)
        self.classes = run.classes
        self._preparation = _read_preparation(run)

    def warm_up(self) -> "PictureNetwork":
        """Compile all programs, so that the first stroke is answered as fast as all others."""
        blank = np.zeros(self.run.network.input_shape, np.float32)
        self.reader.look(blank)
        self.reader.attribute(blank)
        self.reader.wanted_change(blank, 0)
        return self

    def lay_out(self, drawing: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "height width colours"]:
        """Turn a drawing into the network's input."""
        return self.prepare(centre_drawing(drawing, self.style))

    def prepare(self, picture: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "rows columns colours"]:
        """Turn a picture with values from 0 to 1 into the network's input, as its training data was."""
        prepared = self._preparation.apply(np.clip(picture, 0.0, 1.0)[None])
        scale = self.run.data.input_scale
        return (prepared.inputs[np.arange(1)].astype(np.float32) * np.float32(scale))[0]

    @property
    def has_examples(self) -> bool:
        """Whether the run's data can be read without a download."""
        spec = self.run.experiment.data
        return not isinstance(spec, ArraysData) and (not isinstance(spec, IdxData) or data.is_idx_here(spec.name))

    @cached_property
    def _examples(self) -> tuple[data.Dataset, PartName]:
        experiment = self.run.experiment
        seed = experiment.seed if experiment.data_seed is None else experiment.data_seed
        dataset = data.prepare(data.load(experiment.data), experiment.split, seed)
        parts: tuple[PartName, ...] = ("test", "validation", "train")
        part: PartName = next(name for name in parts if len(dataset.part(name)))
        return dataset, part

    def example(self, number: int) -> ExamplePicture:
        """Return a picture of the test part (or the part that there is) by its number. The first call reads the data.

        Raises:
            SpecError: If there is no such number, or the data would have to be downloaded.
            DescentlabError: If the data cannot be read.
        """
        if not self.has_examples:
            raise SpecError(f"the pictures of {self.run.folder.name} are not on this machine")
        dataset, part = self._examples
        rows = dataset.part(part)
        if not 0 <= number < len(rows):
            raise SpecError(
                f"there is no example {number}: the {part} part has {len(rows):,}, from 0 to {len(rows) - 1:,}"
            )
        row = rows[number : number + 1]
        return ExamplePicture(number, dataset.real_inputs(row)[0], int(dataset.targets[row[0]]))

    def describe_examples(self) -> str:
        """Return the number of example pictures in words, after they were read."""
        dataset, part = self._examples
        return f"of the {len(dataset.part(part)):,} of the {part} part, from 0"


def open_network(root: Path, name: Any) -> PictureNetwork:
    """Open a run of the folder of runs by its name, with its programs compiled.

    Raises:
        DescentlabError: If there is no such run, or its network does not take drawings.
    """
    if not isinstance(name, str) or Path(name).name != name or name in ("", ".", ".."):
        raise RunError("name a run of the list")
    return PictureNetwork(open_run(root / name)).warm_up()
