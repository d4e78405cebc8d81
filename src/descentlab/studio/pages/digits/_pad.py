"""The pad on which a person draws a digit, and the messages that it sends."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from nicegui import ui

from descentlab.core import SpecError
from descentlab.studio.pages._web import WEB

RASTER = 112
"""Side length of the raster that the pad sends, in pixels; `pad.js` has the same number."""
LABEL = (
    "Pad: draw a digit with mouse, finger or pen. With keys: arrows move the pencil (with shift, finely), space sets "
    "it down and lifts it, backspace takes back a stroke, delete clears."
)


class Pad(ui.element, component=WEB / "pad.js"):
    """Sends the event `draw` with a raster while somebody draws; it sends the next after `answer` was called."""

    def __init__(self) -> None:
        super().__init__()
        self._props["label"] = LABEL
        self._props["pen"] = 0.1

    def set_pen(self, width: float) -> None:
        """Set the width of the pen, as a share of the pad."""
        self._props["pen"] = width
        self.update()

    def show(self, picture: Float[np.ndarray, "side side"]) -> None:
        """Show a picture, with values from 0 to 1, on the pad."""
        grey = np.rint(255.0 * np.clip(picture, 0.0, 1.0)).astype(np.uint8)
        self.run_method("show", base64.b64encode(grey.tobytes()).decode(), len(grey))

    def answer(self) -> None:
        """Tell the pad that its last raster was processed."""
        self.run_method("answered")


@dataclass(frozen=True, eq=False)
class Sent:
    """A message of the pad.

    Attributes:
        drawing: Ink of each pixel, from 0 to 1.
        is_settled: Whether the pen is lifted.
    """

    drawing: Float[np.ndarray, "rows columns"]
    is_settled: bool


def read_sent(message: Any) -> Sent:
    """Read a message of the pad, which may hold anything, since it comes from a browser.

    Raises:
        SpecError: If it is no raster of `RASTER` pixels a side.
    """
    raster = message.get("raster") if isinstance(message, dict) else None
    # The length is checked before anything is decoded.
    if not isinstance(raster, str) or len(raster) != 4 * -(-(RASTER**2) // 3):
        raise SpecError(f"the pad sent no raster of {RASTER}x{RASTER} bytes; reload the page")
    try:
        grey = np.frombuffer(base64.b64decode(raster, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        grey = np.zeros(0, np.uint8)
    if grey.size != RASTER**2:
        raise SpecError(f"the pad sent no raster of {RASTER}x{RASTER} bytes; reload the page")
    return Sent(grey.reshape(RASTER, RASTER) / 255.0, is_settled=message.get("settled") is True)
