"""What the layers of a network that takes pictures have learned, as measurements."""

from descentlab.representations._ascent import (
    Preferred as Preferred,
    answer_tap as answer_tap,
    find_preferred as find_preferred,
    middle_of as middle_of,
)
from descentlab.representations._cka import gram_of as gram_of, linear_cka as linear_cka
from descentlab.representations._depth import (
    Depth as Depth,
    MemberReadings as MemberReadings,
    follow_depth as follow_depth,
    read_member as read_member,
)
from descentlab.representations._kernels import (
    Kernels as Kernels,
    first_kernels as first_kernels,
    window_share as window_share,
)
from descentlab.representations._probe import (
    Division as Division,
    Property as Property,
    Reading as Reading,
    by_class as by_class,
    chance as chance,
    difference_interval as difference_interval,
    read_properties as read_properties,
    ridge_path as ridge_path,
    score_interval as score_interval,
)
from descentlab.representations._properties import (
    CLASS as CLASS,
    DIRECTION as DIRECTION,
    ENDS as ENDS,
    HOLES as HOLES,
    measure_properties as measure_properties,
)
from descentlab.representations._receptive import (
    Box as Box,
    ReceptiveField as ReceptiveField,
    layers_of_unknown_field as layers_of_unknown_field,
    receptive_field as receptive_field,
)
from descentlab.representations._reduce import (
    Axes as Axes,
    Reduced as Reduced,
    find_axes as find_axes,
    reduce_layers as reduce_layers,
)
from descentlab.representations._saliency import (
    METHODS as METHODS,
    Attribution as Attribution,
    Method as Method,
    Saliency as Saliency,
    attribute as attribute,
    explain as explain,
    rank_correlation as rank_correlation,
)
from descentlab.representations._stimuli import bars as bars, gratings as gratings
from descentlab.representations._strokes import (
    count_ends as count_ends,
    count_holes as count_holes,
    find_ink as find_ink,
    stroke_direction as stroke_direction,
    thin as thin,
    to_grey as to_grey,
)
from descentlab.representations._strongest import Strongest as Strongest, find_strongest as find_strongest
from descentlab.representations._tuning import (
    Tuning as Tuning,
    compare_selectivity as compare_selectivity,
    measure_tuning as measure_tuning,
    selectivity as selectivity,
)
from descentlab.representations._weighted import (
    PIXELS as PIXELS,
    WeightedNetwork as WeightedNetwork,
    depth_names as depth_names,
    untrained as untrained,
    weighted_layers as weighted_layers,
)
