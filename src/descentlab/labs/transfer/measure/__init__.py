"""How far what a network has learned carries to other pictures, from a few examples of them."""

from descentlab.labs.transfer.measure._curves import Curves as Curves, interval_of as interval_of
from descentlab.labs.transfer.measure._linear import features_of as features_of, linear_accuracy as linear_accuracy
from descentlab.labs.transfer.measure._shots import (
    Shots as Shots,
    count_classes as count_classes,
    draw_shots as draw_shots,
    fit_pictures as fit_pictures,
)
from descentlab.labs.transfer.measure._ways import (
    LINEAR as LINEAR,
    RATES as RATES,
    TRAINED as TRAINED,
    WAYS as WAYS,
    Choice as Choice,
    Learner as Learner,
    Source as Source,
    Way as Way,
    nearest as nearest,
)
