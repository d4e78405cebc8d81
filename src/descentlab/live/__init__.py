"""Interactive training: networks that a person steps, changes, races, inspects and takes back."""

from descentlab.live._example import account_of as account_of, nearest_example as nearest_example
from descentlab.live._gauge import Stability as Stability, StabilityGauge as StabilityGauge
from descentlab.live._maps import (
    Maps as Maps,
    draw_answer as draw_answer,
    draw_maps as draw_maps,
    drawn_layers as drawn_layers,
)
from descentlab.live._pad import (
    DIGITS as DIGITS,
    MNIST as MNIST,
    PadStyle as PadStyle,
    centre_drawing as centre_drawing,
    pad_style as pad_style,
)
from descentlab.live._plane import GRID as GRID, SHOWN as SHOWN, plane_of as plane_of
from descentlab.live._python import as_python as as_python
from descentlab.live._racer import NetworkScores as NetworkScores, Racer as Racer
from descentlab.live._reader import (
    STEP as STEP,
    Contributions as Contributions,
    Glance as Glance,
    Nudge as Nudge,
    PictureReader as PictureReader,
    WantedChange as WantedChange,
)
from descentlab.live._session import (
    MOST_EPOCHS as MOST_EPOCHS,
    MOST_RACERS as MOST_RACERS,
    Race as Race,
    Session as Session,
    Varied as Varied,
    race_variants as race_variants,
)
