"""The table of a population's networks."""

from dataclasses import dataclass

from descentlab.results._content import Member
from descentlab.results._csv import Download, download
from descentlab.results._numbers import count, fixed

MAX_ROWS = 200


@dataclass(frozen=True)
class MemberRow:
    """The numbers of one network, in words."""

    seed: int
    cells: tuple[str, ...]
    verdict: str
    has_diverged: bool


@dataclass(frozen=True)
class MembersView:
    columns: tuple[str, ...]
    rows: tuple[MemberRow, ...]
    num: int
    num_left_out: int
    has_verdicts: bool
    saved: Download


def members_view(members: tuple[Member, ...]) -> MembersView | None:
    """Lay out the table of networks; None for a single network."""
    if len(members) < 2:
        return None
    columns = tuple(dict.fromkeys(name for member in members for name in member.values))
    rows = tuple(_row(member, columns) for member in members[:MAX_ROWS])
    saved = (
        (m.seed, *(m.values.get(column, "") for column in columns), "" if m.diverged_at is None else m.diverged_at)
        for m in members
    )
    return MembersView(
        columns,
        rows,
        len(members),
        max(len(members) - MAX_ROWS, 0),
        any(row.verdict for row in rows),
        download("members.csv", ("seed", *columns, "diverged_at_step"), saved),
    )


def _row(member: Member, columns: tuple[str, ...]) -> MemberRow:
    cells = tuple(fixed(member.values[column]) if column in member.values else "" for column in columns)
    diverged = member.diverged_at is not None
    words = f"diverged at step {count(member.diverged_at)}" if member.diverged_at is not None else ""
    return MemberRow(member.seed, cells, member.verdict if member.verdict and not diverged else words, diverged)
