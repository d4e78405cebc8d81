"""The folder of runs under a person's hands: listed, compared, taken away and put back."""

from collections.abc import Callable, Sequence
from pathlib import Path

from descentlab.core import RunError
from descentlab.runs import RunFolder, StudyFolder
from descentlab.studio.shelf._run_comparison import RunComparison, compare_runs
from descentlab.studio.shelf._run_details import Details, describe
from descentlab.studio.shelf._run_list import Entry, list_entries
from descentlab.studio.shelf._run_names import find_folder, kind_of
from descentlab.studio.shelf._study_comparison import compare_studies
from descentlab.studio.shelf._trash import Trash


class Shelf:
    """The folder of runs, as one page works on it."""

    def __init__(self, runs: Path, is_open: Callable[[str], bool] = lambda _: False) -> None:
        """Know the folder; it need not exist.

        Args:
            runs: The folder of runs.
            is_open: Whether an upload, by its folder's name, is in the hands of a page.
        """
        self._runs = runs
        self._trash = Trash(runs, is_open)

    def entries(self) -> list[Entry]:
        """List runs, studies and analyses, newest first.

        Raises:
            RunError: If the folder cannot be read.
        """
        return list_entries(self._runs)

    def details(self, name: str) -> Details:
        """Say what there is to say of a run, a study or an analysis.

        Raises:
            RunError: If there is none of that name, or it is damaged.
        """
        return describe(self._path(name))

    def compare(self, names: Sequence[str]) -> RunComparison:
        """Put runs, or studies, beside each other.

        Raises:
            RunError: If there are too few or too many, they are of two kinds, or one of them is not finished.
        """
        paths = [self._path(name) for name in names]
        kinds = {kind_of(path) for path in paths}
        if len(kinds) > 1 or kinds == {"analysis"}:
            raise RunError(
                "runs are compared with runs, and studies with studies; an analysis has no score: open the reports of "
                "two beside each other"
            )
        if kinds == {"study"}:
            return compare_studies([StudyFolder(path) for path in paths])
        return compare_runs([RunFolder(path) for path in paths])

    def take_away(self, name: str) -> str:
        """Take a run, a study or an analysis away; `put_back` undoes it, `seal` makes it final.

        Returns:
            By which it is put back.

        Raises:
            RunError: If it is none of this folder, or another process trains it.
            StorageError: If it cannot be moved.
        """
        return self._trash.take(self._path(name))

    def put_back(self, ticket: str) -> str:
        """Put back what was taken away.

        Returns:
            Its name.

        Raises:
            RunError: If nothing was taken by this ticket, or its name is used by another by now.
            StorageError: If it cannot be moved.
        """
        return self._trash.put_back(ticket)

    def seal(self) -> None:
        """Make what was taken away final, at once; `forget` removes it, which may take a while."""
        self._trash.seal()

    def forget(self) -> None:
        """Delete for good what was taken away, and the uploads that no run needs any more."""
        self._trash.seal()
        self._trash.empty()

    def _path(self, name: str) -> Path:
        """Return the folder of that name; a name leads nowhere else."""
        path = find_folder(self._runs, name)
        if path is None:
            raise RunError(f"there is no run or study '{name[:80]}' in {self._runs}")
        return path
