"""The folder of runs: its runs are listed, described, compared, deleted and restored."""

from descentlab.studio.shelf._reports import (
    add_reports as add_reports,
    file_address as file_address,
    report_address as report_address,
)
from descentlab.studio.shelf._run_comparison import RunComparison as RunComparison
from descentlab.studio.shelf._run_details import Details as Details
from descentlab.studio.shelf._run_files import RunFile as RunFile, word_size as word_size
from descentlab.studio.shelf._run_list import RunEntry as RunEntry
from descentlab.studio.shelf._run_names import Kind as Kind
from descentlab.studio.shelf._shelf import Shelf as Shelf
from descentlab.studio.shelf._trash import Trash as Trash
