"""Forms of a run's JSON files, so that a wrong file is refused when it is read and not when it is used."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from descentlab.core import RunError
from descentlab.runs._files import short_line


class Form(BaseModel):
    """Keys of a file with the types of their values. Other keys may hold anything."""

    model_config = ConfigDict(extra="allow", strict=True)


class EnvironmentForm(Form):
    """Keys of `environment.json`."""

    format: int = 1
    written_by: str = ""
    created: str = ""
    seeds: list[int] = []
    data_checksum: str = ""
    devices: list[str] = []
    machine: dict[str, Any] = {}
    python: str = ""
    packages: dict[str, str] = {}


class MetricsForm(Form):
    """Keys of a run's `metrics.json`. A list over members has one item per seed."""

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


class LossForm(Form):
    """Loss of a setting over its seeds."""

    mean: float | None = None
    sd: float | None = None
    n: int = 0


class PartForm(Form):
    """Results of a setting's networks on one part of the data."""

    loss: LossForm = LossForm()


class SettingForm(Form):
    """Results of one setting of a study."""

    setting: str
    train: PartForm | None = None
    validation: PartForm | None = None
    test: PartForm | None = None
    verdicts: dict[str, int] = {}
    is_stable: bool = False


class BestForm(Form):
    """Results of the best setting of a study. The values of the setting stand beside them, by their names."""

    loss: float | None = None
    loss_on_fresh_seeds: float | None = None


class StudyMetricsForm(Form):
    """Keys of the `metrics.json` of a study: of a sweep or of an atlas."""

    verb: str = ""
    outcome: list[str] = []
    judged_on: str = ""
    best: BestForm | None = None
    settings: list[SettingForm] = []
    verdicts: dict[str, int] = {}
    converges: float | None = None
    dimension: float | None = None
    dimension_error: float | None = None
    networks_per_second: float | None = None
    seconds: dict[str, float] = {}


class StatementForm(Form):
    """A statement of a laboratory."""

    text: str


class ResultForm(Form):
    """Keys of an analysis's `result.json`: an answer and statements, or the sentences of format 1."""

    answer: StatementForm | None = None
    statements: list[StatementForm] = []
    outcome: list[str] = []
    notes: list[str] = []
    seconds: dict[str, float] = {}


def check_form(values: dict[str, Any], form: type[Form], where: Path) -> dict[str, Any]:
    """Return the values after checking that they have the form.

    Raises:
        RunError: If they do not have it; the message names the first wrong key.
    """
    try:
        form.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        reason = f"`{place}`: {problem['msg']}" if place else problem["msg"].removeprefix("Value error, ")
        raise RunError(f"{where} does not have the form of a run's file: {short_line(reason)}") from None
    return values
