"""Records of runs, studies and analyses on disk, which it creates, lists and reads."""

from descentlab.runs._checkpoint import Checkpoint as Checkpoint
from descentlab.runs._create import create_run as create_run
from descentlab.runs._environment import describe_environment as describe_environment
from descentlab.runs._files import replace_file as replace_file
from descentlab.runs._find import find_run as find_run, list_runs as list_runs, open_run as open_run
from descentlab.runs._folder import RunFolder as RunFolder, Snapshots as Snapshots
from descentlab.runs._format import check_continues as check_continues
from descentlab.runs._lock import held_to_move as held_to_move, locked as locked
from descentlab.runs._manage import (
    DiskUse as DiskUse,
    disk_use as disk_use,
    find_folder as find_folder,
    read_note as read_note,
    rename as rename,
    write_note as write_note,
)
from descentlab.runs._results import (
    AnalysisFolder as AnalysisFolder,
    is_analysis as is_analysis,
    list_analyses as list_analyses,
    save_results as save_results,
)
from descentlab.runs._study import (
    StudyFolder as StudyFolder,
    create_study as create_study,
    find_study as find_study,
    list_studies as list_studies,
)
from descentlab.runs._summary import (
    DamagedRun as DamagedRun,
    RunListing as RunListing,
    RunSummary as RunSummary,
    data_name as data_name,
    read_moment as read_moment,
)
