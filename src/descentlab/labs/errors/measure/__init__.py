"""Measurements of the errors of trained networks: confusions, doubt, labels, inputs, pixels and disturbances."""

from descentlab.labs.errors.measure._ambiguous import (
    Ambiguity as Ambiguity,
    Doubt as Doubt,
    judge_doubt as judge_doubt,
    measure_ambiguity as measure_ambiguity,
)
from descentlab.labs.errors.measure._confusions import ConfusedPair as ConfusedPair, find_confusions as find_confusions
from descentlab.labs.errors.measure._credits import (
    Estimates as Estimates,
    Judged as Judged,
    estimate_accuracy as estimate_accuracy,
    estimate_loss as estimate_loss,
)
from descentlab.labs.errors.measure._importance import (
    InputImportance as InputImportance,
    columns_of as columns_of,
    measure_importance as measure_importance,
    paint as paint,
    patches_of as patches_of,
    spread_of as spread_of,
)
from descentlab.labs.errors.measure._mislabelled import (
    FlipCheck as FlipCheck,
    Suspects as Suspects,
    check_by_flipping as check_by_flipping,
    find_suspects as find_suspects,
)
from descentlab.labs.errors.measure._pixels import (
    PixelAttribution as PixelAttribution,
    attribute as attribute,
    half_lies_on as half_lies_on,
    likeness as likeness,
    pixel_spread as pixel_spread,
)
from descentlab.labs.errors.measure._robustness import (
    Disturbance as Disturbance,
    Robustness as Robustness,
    crossing as crossing,
    measure_robustness as measure_robustness,
    picture_disturbances as picture_disturbances,
    table_disturbances as table_disturbances,
)
