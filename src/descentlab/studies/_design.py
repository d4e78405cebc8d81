"""From a study's description to its networks: those that share a program, and the numbers in which they differ."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from descentlab.core import SpecError, unknown_name
from descentlab.spec import Experiment, PlaygroundData, StudySpec, override
from descentlab.training import Member

Value = int | float | str

NOISE = "noise"
STRUCTURE = ("batch_size", "activation", "width", "depth", NOISE)
"""Names that may be varied besides the numbers of a program and the dotted names of an experiment's fields."""


@dataclass(frozen=True)
class StudyVariant:
    """The networks of a study that share one program.

    Attributes:
        experiment: Experiment that the networks have in common.
        places: Position of each network in the study.
        members: Seed and differing numbers of each network.
    """

    experiment: Experiment
    places: tuple[int, ...]
    members: tuple[Member, ...]


@dataclass(frozen=True)
class StudyDesign:
    """All networks of a study.

    The networks are ordered by the variables' values, the last variable changing fastest, and by seed within them.

    Attributes:
        variables: Values of each variable, by its name.
        seeds: Seeds with which each combination of values is trained.
        variants: Networks grouped by program.
        varied: Names of the variables that are numbers of a program.
    """

    variables: Mapping[str, tuple[Value, ...]]
    seeds: tuple[int, ...]
    variants: tuple[StudyVariant, ...]
    varied: tuple[str, ...]

    @property
    def num_members(self) -> int:
        """Number of networks."""
        return sum(len(variant.members) for variant in self.variants)

    def columns(self) -> dict[str, list[Value]]:
        """Return the value of each variable in each network, by its name, and the networks' `seed`."""
        rows = [(*values, seed) for values in itertools.product(*self.variables.values()) for seed in self.seeds]
        names = (*self.variables, "seed")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def make_design(study: StudySpec, adjustable: Mapping[str, float]) -> StudyDesign:
    """Work out the networks of a study.

    Args:
        study: The settings to vary and their experiment.
        adjustable: Numbers in which networks of one program may differ (`training.adjustable_numbers`).

    Returns:
        The design.

    Raises:
        SpecError: If a variable's name is unknown, or a value is out of its range.
    """
    experiment = study.experiment
    seeds = tuple(range(experiment.seed, experiment.seed + experiment.num_seeds))
    inside = [variable for variable in study.variables if variable.name in adjustable]
    for variable in study.variables:
        _check_name(variable.name, experiment, adjustable)
        if variable in inside:
            _check_numbers(variable.name, variable.values, experiment)
    groups: dict[tuple[Value, ...], tuple[list[int], list[Member]]] = {}
    place = 0
    for values in itertools.product(*(variable.values for variable in study.variables)):
        named = dict(zip((variable.name for variable in study.variables), values, strict=True))
        outside = tuple(value for name, value in named.items() if name not in adjustable)
        hyper = tuple((variable.name, float(named[variable.name])) for variable in inside)
        places, members = groups.setdefault(outside, ([], []))
        for seed in seeds:
            places.append(place)
            members.append(Member(seed, hyper))
            place += 1
    names = [variable.name for variable in study.variables if variable not in inside]
    variants = tuple(
        StudyVariant(_vary(experiment, dict(zip(names, outside, strict=True))), tuple(places), tuple(members))
        for outside, (places, members) in groups.items()
    )
    variables = {variable.name: variable.values for variable in study.variables}
    return StudyDesign(variables, seeds, variants, tuple(variable.name for variable in inside))


def check_values(study: StudySpec, adjustable: Mapping[str, float]) -> None:
    """Check that all variables are numbers of a program, and their values in range.

    Raises:
        SpecError: If one is not.
    """
    for variable in study.variables:
        if variable.name not in adjustable:
            raise SpecError(unknown_name("hyperparameter", variable.name, adjustable))
        _check_numbers(variable.name, variable.values, study.experiment)


def _check_name(name: str, experiment: Experiment, adjustable: Mapping[str, float]) -> None:
    if name in adjustable or name in STRUCTURE or name in ("optimizer", "loss", "schedule") or "." in name:
        return
    usable = [word for word in STRUCTURE if word != NOISE or isinstance(experiment.data, PlaygroundData)]
    raise SpecError(unknown_name("hyperparameter", name, [*adjustable, *usable]))


def _check_numbers(name: str, values: Sequence[Value], experiment: Experiment) -> None:
    """Check the range of the values, by building the experiment with the extremes if it has such a field."""
    for value in values:
        if isinstance(value, str):
            raise SpecError(f"{name}={value} is not a number; give numbers, as {name}=0.1,0.2")
    field = name.partition(".")[0]
    numbers = [float(value) for value in values]
    if field in type(experiment.optimizer).model_fields:
        for number in {min(numbers), max(numbers)}:
            override(experiment, [f"optimizer.{field}={number!r}"])
    elif field in ("schedule", "augment"):
        for number in {min(numbers), max(numbers)}:
            override(experiment, [f"{name}={number!r}"])
    elif field == "dropout" and not all(0.0 <= number < 1.0 for number in numbers):
        wrong = next(number for number in numbers if not 0.0 <= number < 1.0)
        raise SpecError(f"dropout={wrong:g} is not a share from 0 to below 1; give such shares, as dropout=0,0.2,0.5")
    elif field == "initial_scale" and min(numbers) < 0.0:
        raise SpecError(
            f"initial_scale={min(numbers):g} is negative; give factors of 0 or more, as initial_scale=0.5,1,2"
        )


def _vary(experiment: Experiment, settings: Mapping[str, Value]) -> Experiment:
    for name, value in settings.items():
        experiment = _set(experiment, name, value)
    return experiment


def _set(experiment: Experiment, name: str, value: Value) -> Experiment:
    match name:
        case "activation":
            return _change_hidden(experiment, {"activation": value}, name, value)
        case "width":
            return _change_hidden(experiment, {"units": _whole(name, value)}, name, value)
        case "depth":
            return _with_depth(experiment, _whole(name, value))
        case "noise":
            return override(experiment, [f"data.noise={value}"])
        case _:
            text = f'"{value}"' if isinstance(value, str) else repr(value)
            return override(experiment, [f"{name}={text}"])


def _whole(name: str, value: Value) -> int:
    if isinstance(value, str) or float(value) != int(value) or value < (0 if name == "depth" else 1):
        least = 0 if name == "depth" else 1
        raise SpecError(f"{name}={value} is not a whole number of at least {least}; give such, as {name}=1,2,4")
    return int(value)


def _change_hidden(experiment: Experiment, changes: dict[str, Any], name: str, value: Value) -> Experiment:
    hidden = experiment.model[:-1]
    places = [place for place, layer in enumerate(hidden) if changes.keys() <= type(layer).model_fields.keys()]
    if not places:
        raise SpecError(
            f"{name}={value} cannot be set, since the network has no hidden layer; add one, as by `--set model=...`"
        )
    settings = [f"model.{place}.{key}={_toml(new)}" for place in places for key, new in changes.items()]
    return override(experiment, settings)


def _with_depth(experiment: Experiment, depth: int) -> Experiment:
    hidden = [layer for layer in experiment.model[:-1] if layer.weighs == "all inputs"]
    others = [layer for layer in experiment.model[:-1] if layer.weighs != "all inputs"]
    if not hidden:
        raise SpecError(
            f"depth={depth} cannot be set, since the network has no hidden dense layer to repeat; add one, as by "
            "`--set model=...`"
        )
    layers = [
        layer.model_copy(update={"name": f"hidden{place + 1}"})
        for place, layer in enumerate((hidden + [hidden[-1]] * depth)[:depth])
    ]
    return experiment.model_copy(update={"model": (*others, *layers, experiment.model[-1])})


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
