"""Floor 10: one function a verb. The command line and the Python interface are its two faces."""

from gradlab.verbs._environment import describe_environment as describe_environment
from gradlab.verbs._evaluate import Evaluation as Evaluation, evaluate as evaluate, layer_table as layer_table
from gradlab.verbs._job import Stopped as Stopped
from gradlab.verbs._predict import predict as predict
from gradlab.verbs._predictions import Predictions as Predictions
from gradlab.verbs._report_again import report as report
from gradlab.verbs._run import Run as Run, open_run as open_run
from gradlab.verbs._scores import Scores as Scores
from gradlab.verbs._softmax import Softmax as Softmax, softmax as softmax
from gradlab.verbs._train import resume as resume, train as train
from gradlab.verbs._watcher import Watcher as Watcher
from gradlab.verbs.backpropagation import Backprop as Backprop, backprop as backprop
from gradlab.verbs.complexity import BackpropCost as BackpropCost, backprop_cost as backprop_cost
from gradlab.verbs.landscapes import Landscape as Landscape, landscape as landscape
from gradlab.verbs.representations import Features as Features, features as features
from gradlab.verbs.sharpness import Curvature as Curvature, curvature as curvature
from gradlab.verbs.studies import (
    AtlasResult as AtlasResult,
    LearningRate as LearningRate,
    SweepResult as SweepResult,
    atlas as atlas,
    learning_rate as learning_rate,
    resume_atlas as resume_atlas,
    resume_sweep as resume_sweep,
    sweep as sweep,
)
from gradlab.verbs.surfaces import SurfaceResult as SurfaceResult, list_surfaces as list_surfaces, surface as surface
