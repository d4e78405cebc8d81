"""What every part of an experiment's description shares: frozen, closed to unknown keys, checked when built."""

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Spec(BaseModel):
    """A frozen, validated description. Unknown keys are refused, so that a misspelt one never passes silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def _accept_kind_alone(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


KindAlone = BeforeValidator(_accept_kind_alone)
"""Lets a part that is told from its siblings by `kind` be written as that word alone."""
