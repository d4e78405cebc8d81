"""Floor 7: the loss along lines and planes through a network's weights, along its path, and between two networks."""

from descentlab.landscapes._barrier import Barrier as Barrier, find_barrier as find_barrier
from descentlab.landscapes._directions import (
    NORMALIZATIONS as NORMALIZATIONS,
    Normalization as Normalization,
    draw_direction as draw_direction,
    length_of_weights as length_of_weights,
)
from descentlab.landscapes._line import LineReading as LineReading, read_line as read_line
from descentlab.landscapes._matching import Matching as Matching, match_units as match_units
from descentlab.landscapes._path import PathPlane as PathPlane, path_plane as path_plane
from descentlab.landscapes._rescaling import Rescaled as Rescaled, rescale as rescale
from descentlab.landscapes._space import WeightSpace as WeightSpace, weight_space as weight_space
from descentlab.landscapes._survey import Readings as Readings, Sample as Sample, Survey as Survey
