"""Floor 7: many trainings that differ by what was named: their design, their verdicts and what they show together."""

from gradlab.studies._design import Design as Design, Variant as Variant, make_design as make_design
from gradlab.studies._study import Study as Study, gather as gather
from gradlab.studies._summary import (
    describe_study as describe_study,
    name_setting as name_setting,
    only_numbers as only_numbers,
    stable_region as stable_region,
    stable_settings as stable_settings,
    word_value as word_value,
)
from gradlab.studies._train import (
    Measured as Measured,
    Recorder as Recorder,
    curve_bytes as curve_bytes,
    kept_epochs as kept_epochs,
    plan_variant as plan_variant,
    train_study as train_study,
)
