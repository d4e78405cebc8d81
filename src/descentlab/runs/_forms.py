"""The form of a run's JSON files, so that one from a stranger is refused where it is read and not where it is used."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from descentlab.core import RunError
from descentlab.runs._files import short_line


class Form(BaseModel):
    """What a file may hold. Keys that are not named here may hold anything."""

    model_config = ConfigDict(extra="allow", strict=True)


class EnvironmentForm(Form):
    """What `environment.json` may hold."""

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
    def _check_lengths(self) -> "MetricsForm":
        for name in ("epochs", "diverged_at", "best_epoch"):
            values = getattr(self, name)
            if isinstance(values, list) and values and len(values) != len(self.seeds):
                raise ValueError(f"`{name}` has {len(values)} items for {len(self.seeds)} seeds")
        return self


class LossForm(Form):
    """A loss over the seeds of a setting."""

    mean: float | None = None
    sd: float | None = None


class FirstPartForm(Form):
    """A part of the data in format 1, as a setting's networks did on it."""

    loss: LossForm = LossForm()


class FirstSettingForm(Form):
    """One setting of a study in format 1: what became of its networks."""

    setting: str
    train: FirstPartForm | None = None
    validation: FirstPartForm | None = None
    test: FirstPartForm | None = None
    verdicts: dict[str, int] = {}
    is_stable: bool = False


class FirstBestForm(Form):
    """The best setting of a study in format 1; its values stand beside these, by their names."""

    loss: float | None = None
    loss_on_fresh_seeds: float | None = None


class FirstStudyMetricsForm(Form):
    """What a study's `metrics.json` may hold in format 1: a sweep's, or an atlas's."""

    verb: str = ""
    outcome: list[str] = []
    notes: list[str] = []
    judged_on: str = ""
    best: FirstBestForm | None = None
    stable_region: list[float] | None = None
    settings: list[FirstSettingForm] = []
    verdicts: dict[str, int] = {}
    converges: float | None = None
    dimension: float | None = None
    dimension_error: float | None = None
    networks_per_second: float | None = None
    seconds: dict[str, float] = {}


class StatementForm(Form):
    """One sentence that a laboratory says."""

    text: str


class SettingForm(Form):
    """One setting of a study: its losses, and by the verdicts' names how many networks have each."""

    setting: str
    train_loss: LossForm | None = None
    validation_loss: LossForm | None = None
    test_loss: LossForm | None = None
    is_stable: bool = False


class StudySummaryForm(Form):
    """Facts about the whole of a study: of a sweep the first ones, of an atlas the last."""

    best: str | None = None
    loss: float | None = None
    loss_on_fresh_seeds: float | None = None
    judged_on: str = ""
    share: float | None = None
    dimension: float | None = None
    dimension_error: float | None = None


class VerdictForm(Form):
    """A verdict, and of how many networks it is."""

    verdict: str
    networks: int


class StudyTablesForm(Form):
    """The tables of a study that are read again."""

    settings: list[SettingForm] = []
    summary: StudySummaryForm = StudySummaryForm()
    verdicts: list[VerdictForm] = []


class StudyMetricsForm(Form):
    """What a study's `metrics.json` may hold."""

    laboratory: str = ""
    answer: StatementForm | None = None
    statements: list[StatementForm] = []
    notes: list[str] = []
    tables: StudyTablesForm = StudyTablesForm()
    seconds: dict[str, float] = {}


class ResultForm(Form):
    """What an analysis's `result.json` may hold: an answer and statements, or the sentences that format 1 has."""

    answer: StatementForm | None = None
    statements: list[StatementForm] = []
    outcome: list[str] = []
    notes: list[str] = []
    seconds: dict[str, float] = {}


def check_form(values: dict[str, Any], form: type[Form], where: Path) -> dict[str, Any]:
    """Check that values have a form, and return them.

    Args:
        values: Values from a file.
        form: Form that they should have.
        where: Path of the file.

    Raises:
        RunError: If they do not have the form; it names the first key that is wrong.
    """
    try:
        form.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        reason = f"`{place}`: {problem['msg']}" if place else problem["msg"].removeprefix("Value error, ")
        raise RunError(f"{where} does not have the form of a run's: {short_line(reason)}") from None
    return values
