"""Continue the studies named (all of them by default), and print what each says, how old it is and of which commit."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import descentlab as dl
from evidence import iris_mean, mnist_cnn, planted_outcomes, stops, sweeps_of_nothing, table_fuzz
from evidence._record import Record, commits_since, continue_study, read_record

STUDIES = {
    module.STUDY.name: module.STUDY
    for module in (planted_outcomes, iris_mean, sweeps_of_nothing, mnist_cnn, table_fuzz, stops)
}
HEAD = ("study", "made", "holds", "age", "commit", "since", "what was measured")


def _row(record: Record) -> tuple[str, ...]:
    study, finding, commits = record.study, record.finding, record.commits
    if record.latest is None:
        return (study.name, f"0/{study.repetitions}", "", "never", "", "", study.claim)
    days = (datetime.now(UTC) - datetime.fromisoformat(record.latest)).days
    return (
        study.name,
        f"{len(record.repetitions)}/{study.repetitions}",
        "" if finding is None else "yes" if finding.holds else "NO",
        f"{days} d",
        " ".join(commits),
        commits_since(commits[-1]),
        "not finished" if finding is None else finding.text,
    )


def _print_table(lines: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evidence", description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"one of {', '.join(STUDIES)}; all by default")
    parser.add_argument("--list", action="store_true", help="measure nothing")
    parser.add_argument("--again", action="store_true", help="begin anew instead of continuing")
    asked = parser.parse_args(words)
    for name in asked.studies:
        if name not in STUDIES:
            parser.error(f"unknown study '{name}'; choices: {', '.join(STUDIES)}")
    return asked


def main(words: Sequence[str]) -> int:
    """Continue some studies.

    Args:
        words: The words of the command line.

    Returns:
        0 if every claim that is measured holds, 1 if one does not, 130 if Ctrl-C was pressed.
    """
    asked = _parse(words)
    names = asked.studies or list(STUDIES)
    records = {name: read_record(STUDIES[name]) for name in names}
    is_stopped = False
    for name in [] if asked.list else names:
        try:
            begun = Record(STUDIES[name]) if asked.again else records[name]
            records[name] = continue_study(begun, note=lambda line: print(line, file=sys.stderr, flush=True))
        except (KeyboardInterrupt, dl.Stopped):
            records[name], is_stopped = read_record(STUDIES[name]), True
            break
    _print_table([HEAD, *map(_row, records.values())])
    if is_stopped:
        print("Stopped; the same command continues.", file=sys.stderr)
        return 130
    return int(any(record.finding is not None and not record.finding.holds for record in records.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
