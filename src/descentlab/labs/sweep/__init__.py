"""Laboratory `sweep`: networks at many learning rates, or at many values of anything else."""

from descentlab.labs.sweep._outcome import settings_table as settings_table
from descentlab.labs.sweep._sweep import (
    LOG_NAMES as LOG_NAMES,
    ExamplesByData as ExamplesByData,
    Introduction as Introduction,
    SweepJob as SweepJob,
    SweepResult as SweepResult,
    resume_sweep as resume_sweep,
    sweep as sweep,
)
