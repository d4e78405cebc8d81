"""Floor 10: one function a verb. The command line and the Python interface are its two faces."""

from gradlab.verbs._atlas import AtlasResult as AtlasResult, atlas as atlas, resume_atlas as resume_atlas
from gradlab.verbs._backprop import backprop as backprop
from gradlab.verbs._backprop_cost import backprop_cost as backprop_cost
from gradlab.verbs._backprop_cost_result import BackpropCost as BackpropCost
from gradlab.verbs._backprop_result import Backprop as Backprop
from gradlab.verbs._curvature import curvature as curvature
from gradlab.verbs._curvature_result import Curvature as Curvature
from gradlab.verbs._environment import describe_environment as describe_environment
from gradlab.verbs._evaluate import Evaluation as Evaluation, evaluate as evaluate, layer_table as layer_table
from gradlab.verbs._features import features as features
from gradlab.verbs._features_result import Features as Features
from gradlab.verbs._job import Stopped as Stopped
from gradlab.verbs._landscape import landscape as landscape
from gradlab.verbs._landscape_result import Landscape as Landscape
from gradlab.verbs._learning_rate import LearningRate as LearningRate, learning_rate as learning_rate
from gradlab.verbs._predict import predict as predict
from gradlab.verbs._predictions import Predictions as Predictions
from gradlab.verbs._report_again import report as report
from gradlab.verbs._run import Run as Run, open_run as open_run
from gradlab.verbs._scores import Scores as Scores
from gradlab.verbs._softmax import Softmax as Softmax, softmax as softmax
from gradlab.verbs._surface import list_surfaces as list_surfaces, surface as surface
from gradlab.verbs._surface_result import SurfaceResult as SurfaceResult
from gradlab.verbs._sweep import SweepResult as SweepResult, resume_sweep as resume_sweep, sweep as sweep
from gradlab.verbs._train import resume as resume, train as train
from gradlab.verbs._watcher import Watcher as Watcher
