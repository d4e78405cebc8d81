"""`sweep`, `learning-rate` and `atlas`: studies trained, kept on disk, told in words and laid out as pages."""

from descentlab.verbs.studies._atlas import AtlasResult as AtlasResult, atlas as atlas, resume_atlas as resume_atlas
from descentlab.verbs.studies._learning_rate import LearningRate as LearningRate, learning_rate as learning_rate
from descentlab.verbs.studies._sweep import SweepResult as SweepResult, resume_sweep as resume_sweep, sweep as sweep
from descentlab.verbs.studies._sweep_outcome import settings_table as settings_table
