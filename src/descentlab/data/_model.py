"""Base of all parts of a preparation: plain values, which are checked when they are read."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen, validated record that a run keeps as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
