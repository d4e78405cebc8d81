"""What every part of a preparation shares: plain values, checked when they are read back."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen, validated record that is kept in a run as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
