"""Floor 7: many trainings that differ by what was named: their design, their verdicts and what they show together."""

from gradlab.studies._design import Design as Design, Variant as Variant, make_design as make_design
from gradlab.studies._train import (
    Measured as Measured,
    Recorder as Recorder,
    curve_bytes as curve_bytes,
    kept_epochs as kept_epochs,
    plan_variant as plan_variant,
    train_study as train_study,
)
