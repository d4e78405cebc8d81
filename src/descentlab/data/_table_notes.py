"""Notes on what was done with the cells of a table."""

from collections.abc import Sequence

from descentlab.data._dataset import Task
from descentlab.data._names import counted, quoted
from descentlab.data._table import Column
from descentlab.spec import PreparationSpec


def say_filled(columns: Sequence[Column]) -> list[str]:
    """Say in which columns missing cells were filled in."""
    missing = {column.name: int(column.is_missing.sum()) for column in columns if column.is_missing.any()}
    if not missing:
        return []
    return [
        f"Filled in {counted(sum(missing.values()), 'missing cell')} in {quoted(list(missing))} with the "
        "median or most frequent word of the training set; one more input for each of these columns marks them."
    ]


def say_unprepared(preparation: PreparationSpec, task: Task) -> list[str]:
    """Say what is not standardised, by the name of its setting."""
    notes = []
    if preparation.inputs == "none":
        notes.append(
            "Inputs are not standardised (data.preparation.inputs=none): the network reads each number in its unit."
        )
    if preparation.targets == "none" and task == "regression":
        notes.append("The target is not standardised (data.preparation.targets=none): the network predicts its unit.")
    return notes


def say_unknown(unknown: dict[str, int]) -> list[str]:
    """Say how many cells outside of the training set have a word that it lacks."""
    if not unknown:
        return []
    count = counted(sum(unknown.values()), "cell")
    return [f"The training set lacks the words of {count} outside it, in {quoted(list(unknown))}."]
