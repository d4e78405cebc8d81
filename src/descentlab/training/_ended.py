"""Members that have ended while their block goes on, as named arrays for a checkpoint."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from descentlab.core import RunError
from descentlab.training._plan import Plan
from descentlab.training._results import Trained, put_side_by_side
from descentlab.training._state import Member, first_state, flatten_state, unflatten_state


def pack(ended: Mapping[int, Trained]) -> dict[str, np.ndarray]:
    """Return the members, by their places, as arrays with members on the last axis; nothing if there are none."""
    if not ended:
        return {}
    places = sorted(ended)
    members = [ended[place] for place in places]
    trees = put_side_by_side([{"params": each.params, "statistics": each.statistics} for each in members])
    longest = max(each.num_epochs for each in members)
    traces = {name: np.stack([each.padded(name, longest) for each in members], axis=-1) for name in members[0].trace}
    numbers = [
        (each.num_epochs, each.steps, -1 if each.diverged_at is None else each.diverged_at, each.best_epoch or 0)
        for each in members
    ]
    named = {f"trace/{name}": array for name, array in traces.items()}
    return flatten_state(trees) | named | {"places": np.array(places, np.int64), "numbers": np.array(numbers, np.int64)}


def unpack(arrays: Mapping[str, np.ndarray], plan: Plan, members: Sequence[Member]) -> dict[int, Trained]:
    """Return the members that `pack` was given.

    Raises:
        RunError: If the arrays do not fit the members.
    """
    if not arrays:
        return {}
    places, numbers = arrays.get("places", np.zeros(0)), arrays.get("numbers", np.zeros(0))
    if places.ndim != 1 or numbers.shape != (len(places), 4) or any(not 0 <= at < len(members) for at in places):
        raise RunError("the checkpoint's members that have ended do not fit its experiment; train anew")
    first = first_state(plan, members[0])
    like = put_side_by_side([{name: first[name] for name in ("params", "statistics")}] * len(places))
    kept = unflatten_state(dict(arrays), like)
    traces = {name.removeprefix("trace/"): array for name, array in arrays.items() if name.startswith("trace/")}
    if any(
        rows.ndim != 2 or rows.shape[1] != len(places) or len(rows) < numbers[:, 0].max() for rows in traces.values()
    ):
        raise RunError("the checkpoint's curves of members that have ended do not fit them; train anew")
    return {
        place: _member(plan, members[place], kept, traces, column, numbers[column].tolist())
        for column, place in enumerate(places.tolist())
    }


def _member(
    plan: Plan, member: Member, kept: Any, traces: Mapping[str, np.ndarray], column: int, numbers: Sequence[int]
) -> Trained:
    epochs, steps, diverged_at, best_epoch = numbers
    arrays = jax.tree.map(lambda leaf: leaf[..., column].copy(), kept)
    return Trained(
        params=arrays["params"],
        statistics=arrays["statistics"],
        initial_params=first_state(plan, member)["params"],
        trace={name: rows[:epochs, column].copy() for name, rows in traces.items()},
        snapshots={},
        steps=steps,
        diverged_at=diverged_at if diverged_at >= 0 else None,
        best_epoch=best_epoch,
    )
