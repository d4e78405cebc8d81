"""The trained networks that a digit can be drawn for, and their example pictures."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab import data
from descentlab.core import DescentlabError, RunError, SpecError
from descentlab.data import PartName
from descentlab.live import PadStyle, PictureReader, centre_drawing, pad_style
from descentlab.runs import list_runs
from descentlab.spec import ArraysData, IdxData
from descentlab.workbench import Run, open_run


@dataclass(frozen=True)
class Choice:
    """A run that can be chosen.

    Attributes:
        name: Its folder's name.
        label: What a person reads.
    """

    name: str
    label: str


@dataclass(frozen=True, eq=False)
class ExamplePicture:
    """A picture of the run's data.

    Attributes:
        number: Its place in its part, from 0.
        picture: As the network sees it.
        label: Its class.
    """

    number: int
    picture: Float[np.ndarray, "rows columns colours"]
    label: int


def find_choices(root: Path) -> list[Choice]:
    """Find the finished runs of a folder whose network takes pictures of a known size, the newest first.

    Args:
        root: The folder of runs.

    Returns:
        The runs; those that are damaged are left out.
    """
    found = []
    for one in reversed(list_runs(root).runs):
        if not one.is_finished:
            continue
        try:
            shape = open_run(one.path).data
            pad_style(shape.input_shape)
        except DescentlabError:
            continue
        if shape.task == "classification":
            score = "" if one.score is None else f", test accuracy {one.score:.1%}"
            size = "x".join(map(str, shape.input_shape[:2]))
            found.append(Choice(one.name, f"{one.name}: {size} pixels{score}"))
    return found


class PictureNetwork:
    """A run's network under the pad."""

    def __init__(self, run: Run) -> None:
        """Open a run.

        Raises:
            DescentlabError: If its network takes no pictures of a known size, or its weights are no numbers.
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
        self._preparation = run.member_data(0).read_preparation()

    def warm_up(self) -> "PictureNetwork":
        """Compile what will be needed, so that the first stroke is answered as fast as all others."""
        blank = np.zeros(self.run.network.input_shape, np.float32)
        self.reader.look(blank)
        self.reader.attribute(blank)
        self.reader.wanted_change(blank, 0)
        return self

    def lay_out(self, drawing: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "height width colours"]:
        """Bring a drawing to what the network sees."""
        return self.prepare(centre_drawing(drawing, self.style))

    def prepare(self, picture: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "rows columns colours"]:
        """Bring a picture from 0 to 1 to the levels that the network sees, as its data were."""
        prepared = self._preparation.apply(np.clip(picture, 0.0, 1.0)[None])
        scale = self.run.data.input_scale
        return (prepared.inputs[np.arange(1)].astype(np.float32) * np.float32(scale))[0]

    @property
    def has_examples(self) -> bool:
        """Whether its data can be read without a download."""
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
        """Return a picture of the test part, or of what there is, by its number. The first call reads the data.

        Raises:
            SpecError: If there is no such number, or the data cannot be had without a download.
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
        """Say how many there are, once they are read."""
        dataset, part = self._examples
        return f"of the {len(dataset.part(part)):,} of the {part} part, from 0"


def open_network(root: Path, name: Any) -> PictureNetwork:
    """Open a run of the folder of runs by its name, ready for the first stroke.

    Raises:
        DescentlabError: If there is no such run, or it fits no pad.
    """
    if not isinstance(name, str) or Path(name).name != name or name in ("", ".", ".."):
        raise RunError("name a run of the list")
    return PictureNetwork(open_run(root / name)).warm_up()
