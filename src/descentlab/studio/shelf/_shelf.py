"""The folder of runs as a page uses it: to list, describe, compare, delete and restore runs."""

from collections.abc import Callable, Sequence
from pathlib import Path

from descentlab.core import RunError
from descentlab.runs import RunFolder, StudyFolder
from descentlab.studio.shelf._run_comparison import RunComparison, compare_runs
from descentlab.studio.shelf._run_details import Details, describe
from descentlab.studio.shelf._run_list import RunEntry, list_entries
from descentlab.studio.shelf._run_names import find_folder, kind_of
from descentlab.studio.shelf._study_comparison import compare_studies
from descentlab.studio.shelf._trash import Trash


class Shelf:
    """The folder of runs, as one page uses it."""

    def __init__(self, runs: Path, is_open: Callable[[str], bool] = lambda _: False) -> None:
        """Prepare for a folder, which need not exist.

        Args:
            runs: Folder of runs.
            is_open: Returns whether a page uses an upload, by the name of its folder.
        """
        self._runs = runs
        self._trash = Trash(runs, is_open)

    def entries(self) -> list[RunEntry]:
        """List runs, studies and analyses, newest first.

        Raises:
            RunError: If the folder cannot be read.
        """
        return list_entries(self._runs)

    def details(self, name: str) -> Details:
        """Describe a run, a study or an analysis.

        Raises:
            RunError: If there is none of that name, or it is damaged.
        """
        return describe(self._path(name))

    def compare(self, names: Sequence[str]) -> RunComparison:
        """Compare runs, or studies.

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
        """Delete a run, a study or an analysis; `put_back` undoes it, `seal` makes it final.

        Returns:
            A ticket for `put_back`.

        Raises:
            RunError: If there is none of that name, or another process trains it.
            StorageError: If it cannot be moved.
        """
        return self._trash.take(self._path(name))

    def put_back(self, ticket: str) -> str:
        """Restore what was deleted.

        Returns:
            Its name.

        Raises:
            RunError: If there is no deletion of this ticket, or its name is in use again.
            StorageError: If it cannot be moved.
        """
        return self._trash.put_back(ticket)

    def seal(self) -> None:
        """Make the deletions final, at once; `forget` removes the files, which may take a while."""
        self._trash.seal()

    def forget(self) -> None:
        """Remove the files of all deletions, and the uploads that no run needs any more."""
        self._trash.seal()
        self._trash.empty()

    def _path(self, name: str) -> Path:
        """Return the folder of that name, which cannot lead out of the folder of runs."""
        path = find_folder(self._runs, name)
        if path is None:
            raise RunError(f"there is no run or study '{name[:80]}' in {self._runs}")
        return path
