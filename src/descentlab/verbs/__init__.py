"""Floor 10: one function a verb. The command line and the Python interface are its two faces.

The verbs of an analysis are in its own folder here, with a face of their own, so that training loads none of them.
"""

from descentlab.verbs._environment import describe_environment as describe_environment
from descentlab.verbs._evaluate import Evaluation as Evaluation, evaluate as evaluate, layer_table as layer_table
from descentlab.verbs._job import Stopped as Stopped
from descentlab.verbs._keep import keep as keep
from descentlab.verbs._measure import measure_parts as measure_parts
from descentlab.verbs._predict import predict as predict
from descentlab.verbs._predictions import Predictions as Predictions
from descentlab.verbs._report_again import report as report
from descentlab.verbs._run import Run as Run, open_run as open_run
from descentlab.verbs._scores import Scores as Scores
from descentlab.verbs._softmax import Softmax as Softmax, softmax as softmax
from descentlab.verbs._train import resume as resume, train as train
from descentlab.verbs._watcher import Watcher as Watcher
