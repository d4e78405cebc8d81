"""The form of a run's JSON files, so that one from a stranger is refused where it is read and not where it is used."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from gradlab.core import RunError
from gradlab.runs._files import short_line


class Form(BaseModel):
    """What a file may hold. Keys that are not named here may hold anything."""

    model_config = ConfigDict(extra="allow", strict=True)


class EnvironmentForm(Form):
    """What `environment.json` may hold."""

    created: str = ""
    seeds: list[int] = []
    data_checksum: str = ""
    devices: list[str] = []
    machine: dict[str, Any] = {}
    python: str = ""
    packages: dict[str, str] = {}


class MetricsForm(Form):
    """What `metrics.json` may hold. A list of members has one item a seed."""

    train: dict[str, Any] = {}
    validation: dict[str, Any] = {}
    test: dict[str, Any] = {}
    outcome: list[str] = []
    notes: list[str] = []
    seeds: list[int] = []
    epochs: list[int] | int = []
    diverged_at: list[int | None] = []
    best_epoch: list[int | None] = []
    seconds: dict[str, float] = {}

    @model_validator(mode="after")
    def _one_item_a_seed(self) -> "MetricsForm":
        for name in ("epochs", "diverged_at", "best_epoch"):
            values = getattr(self, name)
            if isinstance(values, list) and values and len(values) != len(self.seeds):
                raise ValueError(f"`{name}` has {len(values)} items for {len(self.seeds)} seeds")
        return self


def check_form(values: dict[str, Any], form: type[Form], where: Path) -> dict[str, Any]:
    """Return the values, once they are known to have the form.

    Raises:
        RunError: If they have not; it names the first key that is wrong.
    """
    try:
        form.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        told = f"`{place}`: {problem['msg']}" if place else problem["msg"].removeprefix("Value error, ")
        raise RunError(f"{where} does not have the form of a run's: {short_line(told)}") from None
    return values
