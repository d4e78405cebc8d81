"""Floor 8: training under a person's hands: networks that are stepped, changed, raced, looked at and taken back."""

from gradlab.live._maps import Maps as Maps, draw_answer as draw_answer, draw_maps as draw_maps
from gradlab.live._plane import GRID as GRID, SHOWN as SHOWN, Plane as Plane, plane_of as plane_of
from gradlab.live._racer import Racer as Racer, Reading as Reading
from gradlab.live._session import (
    MOST_EPOCHS as MOST_EPOCHS,
    MOST_RACERS as MOST_RACERS,
    Race as Race,
    Session as Session,
    Varied as Varied,
    race_variants as race_variants,
)
