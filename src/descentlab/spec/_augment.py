"""How training pictures are varied."""

from typing import Annotated, Literal

from pydantic import Field

from descentlab.spec._base import NothingIsNone, Spec


class AugmentSpec(Spec):
    """What is done to each training picture at random, anew at every step. What is measured is never varied."""

    shift: float = Field(default=0.0, ge=0.0, le=4096.0, description="Most pixels up, down, left and right.")
    rotate: float = Field(default=0.0, ge=0.0, le=180.0, description="Most degrees either way.")
    flip: Annotated[Literal["none", "horizontal"], NothingIsNone] = Field(
        default="none", description="'horizontal' mirrors every other picture."
    )

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing."""
        return self.shift == 0.0 and self.rotate == 0.0 and self.flip == "none"
