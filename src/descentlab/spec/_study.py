"""The description of a study: one experiment, and what is varied in it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from descentlab.core import SpecError
from descentlab.spec._base import Spec
from descentlab.spec._experiment import Experiment

MAX_MEMBERS = 2**21


class VariableSpec(Spec):
    """One thing that is varied, with all its values."""

    name: str = Field(max_length=80)
    values: tuple[int | float | str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _values_differ(self) -> "VariableSpec":
        if len(set(self.values)) < len(self.values):
            twice = next(value for value in self.values if self.values.count(value) > 1)
            raise ValueError(f"{self.name} has the value {twice} twice; name each value once")
        return self


class StudySpec(Spec):
    """Every combination of the variables' values, each trained from every seed of the experiment."""

    kind: Literal["sweep", "atlas", "learning-rate"] = Field(
        default="sweep", description="Command that the study belongs to, which alone can continue it."
    )
    variables: Annotated[tuple[VariableSpec, ...], Field(min_length=1)]
    threshold: float = Field(
        default=0.1, gt=0.0, description="Of an atlas: share of its first loss that a network is to get down to."
    )
    options: dict[str, bool | int | float | str] = Field(
        default={}, description="Options of the command that change its result but not the training."
    )
    experiment: Experiment
    requested: Experiment | None = Field(
        default=None, description="Experiment that was asked for, where the study trains a shorter one."
    )

    @model_validator(mode="after")
    def _check_variables(self) -> "StudySpec":
        names = [variable.name for variable in self.variables]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"{twice[0]} is varied twice; name each variable once")
        if self.num_members > MAX_MEMBERS:
            raise ValueError(f"{self.num_members:,} networks are too many for one study; at most {MAX_MEMBERS:,}")
        return self

    @property
    def num_members(self) -> int:
        """Networks in all."""
        count = self.experiment.num_seeds
        for variable in self.variables:
            count *= len(variable.values)
        return count


def study_to_toml(study: StudySpec) -> str:
    """Write a study as TOML, every field given, so that a later change of defaults cannot change it."""
    import tomli_w

    left_out = None if study.options else {"options"}
    return tomli_w.dumps(study.model_dump(mode="json", exclude_none=True, exclude=left_out))


def parse_study(values: Mapping[str, Any], where: str = "study") -> StudySpec:
    """Build a study from plain values, wording what is wrong in one line.

    Args:
        values: The study's fields, nested as in its TOML file.
        where: Named at the head of an error message.

    Returns:
        The study.

    Raises:
        SpecError: If a key is unknown or a value out of range.
    """
    try:
        return StudySpec.model_validate(dict(values))
    except ValidationError as error:
        problem = error.errors()[0]
        message = problem["msg"].removeprefix("Value error, ")
        place = ".".join(str(part) for part in problem["loc"])
        raise SpecError(f"{where}: {place}: {message}" if place else f"{where}: {message}") from None
