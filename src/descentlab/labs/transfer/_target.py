"""The network whose knowledge is carried over, and the pictures with classes that it is carried to."""

import os
from dataclasses import dataclass
from pathlib import Path

from descentlab.core import RunError, SpecError, unknown_name
from descentlab.data import Dataset
from descentlab.labs.transfer.measure import Source
from descentlab.spec import Experiment, IdxData, known_sets, preset_names
from descentlab.workbench import Changes, Examples, Run, Watcher, as_run, finite_weights, resolve

Shape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Giver:
    """The network that has learned something.

    Attributes:
        run: Its run.
        name: Name of the network.
        source: Its layers and weights.
        shape: Shape of the pictures that it takes.
    """

    run: Run
    name: str
    source: Source
    shape: Shape


def find_giver(run: Run, member: int | None) -> Giver:
    """Read the network of a run.

    Args:
        run: The run.
        member: Number of the network among several seeds; the first by default.

    Returns:
        The network.

    Raises:
        RunError: If it takes no pictures, has nothing but a last layer, or no weights.
    """
    shape = run.data.input_shape
    if len(shape) != 3:
        raise RunError(
            f"{run.path} takes inputs of shape {shape}, which are no pictures: transfer needs a network of pictures, "
            "as of mnist-cnn, digits-cnn or a folder of pictures"
        )
    params, statistics = run.weights(member or 0)
    finite_weights(params, str(run.path))
    if len(params) < 2:
        raise RunError(
            f"{run.path} has learned weights in its last layer alone, which tells its own classes: there is nothing to "
            "carry over"
        )
    experiment = run.experiment
    # The data that is to be learned decides how many outputs there are.
    head = experiment.head.model_copy(update={"outputs": "auto"})
    source = Source(experiment.model, experiment.loss, head, experiment.check, experiment.precision, params, statistics)
    return Giver(run, run.name_of(member or 0), source, (shape[0], shape[1], shape[2]))


@dataclass(frozen=True, eq=False)
class Target:
    """The data that is to be learned.

    Attributes:
        name: Name of the data.
        examples: Its examples, by seed.
        first: The examples of seed 0.
    """

    name: str
    examples: Examples
    first: Dataset


def find_target(to: str | os.PathLike[str] | Experiment | Run, settings: tuple[str, ...], watcher: Watcher) -> Target:
    """Load the data that is to be learned from few examples.

    Args:
        to: A data set's name, a preset, a folder of pictures, an experiment file or a run, whose data is meant.
        settings: Fields of the experiment, as `key=value`.
        watcher: Called while data is loaded.

    Returns:
        The data.

    Raises:
        SpecError: If there is nothing of that name, or it has no pictures or no classes.
    """
    experiment = _experiment(to, settings)
    examples = Examples(experiment, on_loading=watcher.on_loading)
    first = examples.of(0)
    if not first.is_pictures:
        raise SpecError(
            f"'{first.name}' has no pictures: its examples have the shape {first.input_shape}; transfer goes to "
            "pictures, as fashion-mnist, digits or a folder of them"
        )
    if not first.classes:
        raise SpecError(f"'{first.name}' has real targets; transfer goes to pictures with classes")
    return Target(first.name, examples, first)


def _experiment(to: str | os.PathLike[str] | Experiment | Run, settings: tuple[str, ...]) -> Experiment:
    if isinstance(to, Run):
        return to.experiment
    if isinstance(to, Experiment):
        return resolve(to, Changes(settings=settings)).experiment
    text = os.fspath(to)
    run = as_run(text)
    if run is not None:
        return run.experiment
    names = known_sets("idx")
    for name in names:
        if text == name:
            return resolve(Experiment(name=name, data=IdxData(name=name)), Changes(settings=settings)).experiment
    is_word = text.strip() and not Path(text).suffix and os.sep not in text and not Path(text).is_dir()
    if is_word and text not in preset_names():
        raise SpecError(unknown_name("data set, preset or folder", text, {*names, *preset_names()}))
    return resolve(text, Changes(settings=settings)).experiment
