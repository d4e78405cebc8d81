"""Floor 7: the loss along lines and planes through a network's weights, along its path, and between two networks."""

from gradlab.landscapes._barrier import Barrier as Barrier, find_barrier as find_barrier
from gradlab.landscapes._directions import (
    NORMALIZATIONS as NORMALIZATIONS,
    Normalization as Normalization,
    draw_direction as draw_direction,
    length_of_weights as length_of_weights,
)
from gradlab.landscapes._line import LineReading as LineReading, read_line as read_line
from gradlab.landscapes._matching import Matching as Matching, match_units as match_units
from gradlab.landscapes._path import PathPlane as PathPlane, path_plane as path_plane
from gradlab.landscapes._rescaling import Rescaled as Rescaled, rescale as rescale
from gradlab.landscapes._space import WeightSpace as WeightSpace, weight_space as weight_space
from gradlab.landscapes._survey import Readings as Readings, Sample as Sample, Survey as Survey
