"""The folder of runs under a person's hands: listed, looked into, compared, taken away and put back."""

from gradlab.studio.shelf._reports import (
    add_reports as add_reports,
    file_address as file_address,
    report_address as report_address,
)
from gradlab.studio.shelf._run_comparison import RunComparison as RunComparison
from gradlab.studio.shelf._run_details import Details as Details
from gradlab.studio.shelf._run_files import RunFile as RunFile, word_size as word_size
from gradlab.studio.shelf._run_list import Entry as Entry
from gradlab.studio.shelf._run_names import Kind as Kind
from gradlab.studio.shelf._shelf import Shelf as Shelf
from gradlab.studio.shelf._trash import Trash as Trash
