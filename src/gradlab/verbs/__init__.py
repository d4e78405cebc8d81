"""Floor 10: one function a verb. The command line and the Python interface are its two faces.

The verbs of an analysis are in its own folder here, with a face of their own, so that training loads none of them.
"""

from gradlab.verbs._environment import describe_environment as describe_environment
from gradlab.verbs._evaluate import Evaluation as Evaluation, evaluate as evaluate, layer_table as layer_table
from gradlab.verbs._job import Stopped as Stopped
from gradlab.verbs._keep import keep as keep
from gradlab.verbs._measure import measure_parts as measure_parts
from gradlab.verbs._predict import predict as predict
from gradlab.verbs._predictions import Predictions as Predictions
from gradlab.verbs._report_again import report as report
from gradlab.verbs._run import Run as Run, open_run as open_run
from gradlab.verbs._scores import Scores as Scores
from gradlab.verbs._softmax import Softmax as Softmax, softmax as softmax
from gradlab.verbs._train import resume as resume, train as train
from gradlab.verbs._watcher import Watcher as Watcher
