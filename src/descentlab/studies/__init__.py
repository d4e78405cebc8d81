"""Studies of many trainings that differ in chosen settings: their design, training, outcomes and results."""

from descentlab.studies._atlas import (
    MAP_VIEWS as MAP_VIEWS,
    Atlas as Atlas,
    MapView as MapView,
    gather_atlas as gather_atlas,
    is_log as is_log,
    outcome_values as outcome_values,
    plan_atlas as plan_atlas,
    train_atlas as train_atlas,
)
from descentlab.studies._design import (
    StudyDesign as StudyDesign,
    StudyVariant as StudyVariant,
    check_values as check_values,
    make_design as make_design,
)
from descentlab.studies._fractal import BoxCount as BoxCount, border_cells as border_cells, box_count as box_count
from descentlab.studies._measure import STUCK_EXAMPLES as STUCK_EXAMPLES, stuck_share as stuck_share
from descentlab.studies._page import (
    sweep_facts as sweep_facts,
    sweep_figures as sweep_figures,
    sweep_notes as sweep_notes,
    sweep_sections as sweep_sections,
)
from descentlab.studies._range_test import (
    RangeTest as RangeTest,
    read_range_test as read_range_test,
    run_range_test as run_range_test,
)
from descentlab.studies._study import ConstantLoss as ConstantLoss, Study as Study, gather as gather
from descentlab.studies._summary import (
    band_over_seeds as band_over_seeds,
    low_right_high as low_right_high,
    name_setting as name_setting,
    only_numbers as only_numbers,
    stable_region as stable_region,
    stable_settings as stable_settings,
    typical_network as typical_network,
    word_value as word_value,
)
from descentlab.studies._tables import sweep_tables as sweep_tables
from descentlab.studies._train import (
    MeasuredBlock as MeasuredBlock,
    Recorder as Recorder,
    curve_bytes as curve_bytes,
    kept_epochs as kept_epochs,
    plan_variant as plan_variant,
    train_study as train_study,
)
from descentlab.studies._words import (
    state_best as state_best,
    state_none as state_none,
    state_rest as state_rest,
    word_difference as word_difference,
    word_outcome as word_outcome,
    word_reality as word_reality,
)
