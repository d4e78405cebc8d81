"""Updates of the parameters. It knows nothing of what the parameters mean."""

from descentlab.optimizers._rule import (
    RATE_OF as RATE_OF,
    Hyper as Hyper,
    numeric_fields as numeric_fields,
    penalty as penalty,
    start as start,
    update as update,
)
from descentlab.optimizers._schedules import schedule_factors as schedule_factors
