"""What all studies share: a folder that appears whole, is held by one process, and leaves nothing behind in vain."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from descentlab import training
from descentlab.runs import StudyFolder, create_study, describe_environment
from descentlab.spec import StudySpec
from descentlab.workbench._job import ROOT, Stopped

T = TypeVar("T")


def run_new_study(
    spec: StudySpec, run: Callable[[StudyFolder], T], *, out: Path | None, checksum: str, seeds: Sequence[int]
) -> T:
    """Make a study's folder and train in it.

    Args:
        spec: What is to be trained.
        run: Trains in the folder, which this process holds meanwhile.
        out: The folder; by default the next free one under `./runs`.
        checksum: Of the data.
        seeds: All that networks are trained from.

    Returns:
        What `run` returns.

    Raises:
        DescentlabError: If it fails; nothing is left behind, unless some networks are worth keeping.
        Stopped: If it was asked to stop.
    """
    environment = describe_environment(data_checksum=checksum, seeds=list(seeds), devices=training.device_names())
    parent = ROOT if out is None else out.parent
    made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    folder = create_study(spec, out=out, root=ROOT, environment=environment)
    with folder.lock():
        try:
            return run(folder)
        except Stopped:
            raise
        except BaseException:
            _clean_up(folder, made)
            raise


def _clean_up(folder: StudyFolder, made: Sequence[Path]) -> None:
    try:
        folder.discard_if_untrained()
        for parent in made:
            parent.rmdir()
    except OSError:  # other files are in there, or the disk is in trouble: the first error says more
        pass
