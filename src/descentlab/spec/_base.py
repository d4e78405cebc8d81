"""Base class of all parts of an experiment's description: frozen, without unknown keys, checked when built."""

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Spec(BaseModel):
    """A frozen, validated description. Unknown keys are refused, so that a misspelt key is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def _accept_kind_alone(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


KindAlone = BeforeValidator(_accept_kind_alone)
"""Validator by which a part, such as an optimizer, can be written as the name of its `kind` alone."""


def _name_nothing(value: Any) -> Any:
    return "none" if value is None else value


NothingIsNone = BeforeValidator(_name_nothing)
"""Validator of a choice that may be "none": on the command line and in Python, none and None mean it too."""
