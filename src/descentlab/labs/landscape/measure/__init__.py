"""Floor 7: the loss along lines and planes through a network's weights, along its path, and between two networks."""

from descentlab.labs.landscape.measure._barrier import Barrier as Barrier, find_barrier as find_barrier
from descentlab.labs.landscape.measure._directions import (
    NORMALIZATIONS as NORMALIZATIONS,
    Normalization as Normalization,
    draw_direction as draw_direction,
    length_of_weights as length_of_weights,
)
from descentlab.labs.landscape.measure._line import LineReading as LineReading, read_line as read_line
from descentlab.labs.landscape.measure._matching import Matching as Matching, match_units as match_units
from descentlab.labs.landscape.measure._path import PathPlane as PathPlane, path_plane as path_plane
from descentlab.labs.landscape.measure._rescaling import (
    Rescaled as Rescaled,
    not_rescalable as not_rescalable,
    rescale as rescale,
)
from descentlab.labs.landscape.measure._space import WeightSpace as WeightSpace, weight_space as weight_space
from descentlab.labs.landscape.measure._survey import Readings as Readings, Sample as Sample, Survey as Survey
