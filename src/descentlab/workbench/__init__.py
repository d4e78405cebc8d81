"""A run from request to record: resolve, train, evaluate, predict, report. What laboratories share stands here too."""

from descentlab.workbench._environment import describe_environment as describe_environment
from descentlab.workbench._evaluate import Evaluation as Evaluation, evaluate as evaluate, layer_table as layer_table
from descentlab.workbench._finish import save_result as save_result
from descentlab.workbench._job import Stopped as Stopped
from descentlab.workbench._keep import keep as keep
from descentlab.workbench._measure import measure_parts as measure_parts
from descentlab.workbench._predict import predict as predict
from descentlab.workbench._predictions import Predictions as Predictions
from descentlab.workbench._report_again import report as report
from descentlab.workbench._run import Run as Run, open_run as open_run
from descentlab.workbench._scores import Scores as Scores
from descentlab.workbench._train import resume as resume, train as train
from descentlab.workbench._watcher import Watcher as Watcher
