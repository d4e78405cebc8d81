"""Floor 4: the record of a run on disk: its format, how it is made, listed and read."""

from gradlab.runs._checkpoint import Checkpoint as Checkpoint
from gradlab.runs._create import create_run as create_run
from gradlab.runs._environment import describe_environment as describe_environment
from gradlab.runs._find import find_run as find_run, list_runs as list_runs, open_run as open_run
from gradlab.runs._folder import RunFolder as RunFolder, Snapshots as Snapshots
from gradlab.runs._lock import locked as locked
from gradlab.runs._results import (
    AnalysisFolder as AnalysisFolder,
    is_analysis as is_analysis,
    list_analyses as list_analyses,
    save_results as save_results,
)
from gradlab.runs._study import (
    StudyFolder as StudyFolder,
    create_study as create_study,
    find_study as find_study,
    list_studies as list_studies,
)
from gradlab.runs._summary import (
    DamagedRun as DamagedRun,
    RunListing as RunListing,
    RunSummary as RunSummary,
    data_name as data_name,
    read_moment as read_moment,
)
