"""`sweep`, `learning-rate` and `atlas`: studies trained, kept on disk, told in words and laid out as pages."""

from gradlab.verbs.studies._atlas import AtlasResult as AtlasResult, atlas as atlas, resume_atlas as resume_atlas
from gradlab.verbs.studies._learning_rate import LearningRate as LearningRate, learning_rate as learning_rate
from gradlab.verbs.studies._sweep import SweepResult as SweepResult, resume_sweep as resume_sweep, sweep as sweep
from gradlab.verbs.studies._sweep_outcome import settings_table as settings_table
