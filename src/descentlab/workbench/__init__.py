"""A run from request to record (resolve, train, evaluate, predict, report), and what the laboratories share."""

from descentlab.workbench._answers import PartPredictions as PartPredictions
from descentlab.workbench._changes import (
    Changes as Changes,
    Settings as Settings,
    settings_as_texts as settings_as_texts,
)
from descentlab.workbench._environment import describe_environment as describe_environment
from descentlab.workbench._evaluate import Evaluation as Evaluation, evaluate as evaluate, layer_table as layer_table
from descentlab.workbench._examples import Examples as Examples
from descentlab.workbench._finish import save_result as save_result
from descentlab.workbench._follow import follow as follow, moment_at as moment_at
from descentlab.workbench._job import Stopped as Stopped, continuing as continuing
from descentlab.workbench._keep import keep as keep
from descentlab.workbench._measure import (
    PartResult as PartResult,
    measure_parts as measure_parts,
    part_rows as part_rows,
)
from descentlab.workbench._networks import (
    Networks as Networks,
    TrainedNetwork as TrainedNetwork,
    find_networks as find_networks,
)
from descentlab.workbench._predict import predict as predict
from descentlab.workbench._predictions import Predictions as Predictions
from descentlab.workbench._report_again import report as report
from descentlab.workbench._resolve import resolve as resolve, resolve_arrays as resolve_arrays
from descentlab.workbench._room import check_atlas_room as check_atlas_room, check_room as check_room
from descentlab.workbench._run import (
    Run as Run,
    as_run as as_run,
    finite_weights as finite_weights,
    need_run as need_run,
    open_run as open_run,
)
from descentlab.workbench._scores import Scores as Scores
from descentlab.workbench._stopping import stop_on_signals as stop_on_signals
from descentlab.workbench._study_job import (
    StudyJob as StudyJob,
    TrainedStudy as TrainedStudy,
    open_unfinished as open_unfinished,
    options_of as options_of,
    save_study as save_study,
)
from descentlab.workbench._study_record import StudyRecord as StudyRecord
from descentlab.workbench._study_values import read_axis as read_axis, read_variables as read_variables
from descentlab.workbench._subject import Subject as Subject, find_subject as find_subject
from descentlab.workbench._sweep_job import ExamplesByData as ExamplesByData, SweepJob as SweepJob, Swept as Swept
from descentlab.workbench._train import check_same_data as check_same_data, resume as resume, train as train
from descentlab.workbench._train_seeds import train_seeds as train_seeds
from descentlab.workbench._watcher import SILENT as SILENT, OnLoading as OnLoading, Watcher as Watcher
