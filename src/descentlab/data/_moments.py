"""Dates and times of day, as they are written in tables."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float

Order = Literal["ymd", "dmy", "mdy", "time"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy", "time")
ORDER_WORDS = {"ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year", "time": "time of day"}

START = 10
"""Number of words among which the first date must be."""

MOSTLY = 0.95
"""Smallest share of dates at which a column holds dates, and its few words are missing cells."""

MIN_DATES = 20
"""Smallest number of different dates in such a column."""

SECONDS_PER_DAY = 86_400.0
DAYS = "days since the first"
PARTS = ("year", "month", "weekday", "hour", DAYS)
"""Numbers that a date becomes; a weekday counts from 0 for Monday."""

CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
TIME = rf"(?:(?:T|,?\s+){CLOCK}\s?(?P<zone>Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}})?)?"
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
ISO = re.compile(rf"(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?:(?P=sep)(?P<d>\d{{1,2}}))?{TIME}")
COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})T(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})")
DAY_NAME = r"(?:[A-Za-z]{3,9},?\s)?"
MONTH = r"(?P<b>[A-Za-z]{3,9})\.?"
NAMED = (
    re.compile(
        rf"{DAY_NAME}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-\s.]{{1,2}}{MONTH}[-\s,]{{1,2}}(?P<y>\d{{4}}|\d{{2}}){TIME}"
    ),
    re.compile(rf"{DAY_NAME}{MONTH}[-\s](?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[-\s](?P<y>\d{{4}}){TIME}"),
    re.compile(rf"{MONTH}[-\s](?P<y>\d{{4}})"),
    re.compile(r"(?P<m>\d{1,2})/(?P<y>\d{4})"),
)
DMY = re.compile(rf"(?P<d>\d{{1,2}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}|\d{{2}}){TIME}")
MDY = re.compile(rf"(?P<m>\d{{1,2}})(?P<sep>[-/.])(?P<d>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}|\d{{2}}){TIME}")
CLOCK_ALONE = re.compile(CLOCK)
EPOCH = dt.datetime(1970, 1, 1)
PATTERNS = {
    "ymd": (ISO, COMPACT, *NAMED),
    "dmy": (DMY, ISO, COMPACT, *NAMED),
    "mdy": (MDY, ISO, COMPACT, *NAMED),
    "time": (CLOCK_ALONE,),
}


def parse_moment(word: str, order: Order) -> float | None:
    """Read a date or a time of day.

    Args:
        word: The cell, without blanks around it.
        order: Order of day, month and year, if all are numbers; or "time" for a time of day.

    Returns:
        Seconds since 1970-01-01 UTC, or since midnight; None if the word is something else.

    Example:
        >>> parse_moment("1970-01-02", "ymd"), parse_moment("03.01.1970 12:00", "dmy"), parse_moment("x", "mdy")
        (86400.0, 216000.0, None)
    """
    for pattern in PATTERNS[order]:
        if match := pattern.fullmatch(word):
            return _seconds(match.groupdict())
    return None


def _seconds(pieces: dict[str, str | None]) -> float | None:
    try:
        hour, minute, second = (int(pieces.get(key) or 0) for key in "HMS")
        if half := pieces.get("half"):
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half in "Pp" else 0)
        month = int(pieces.get("m") or 1)
        if name := pieces.get("b"):
            month = 1 + [full.startswith(name.lower().replace("sept", "sep")) for full in MONTHS].index(True)
        moment = dt.datetime(_year(pieces.get("y")), month, int(pieces.get("d") or 1), hour, minute, min(second, 59))
    except ValueError:
        return None
    return (moment - EPOCH).total_seconds() - _offset(pieces.get("zone"))


def _year(text: str | None) -> int:
    if text is None:
        return 1970
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 69 else 1900)  # as POSIX does


def _offset(zone: str | None) -> float:
    if zone in (None, "Z", "UTC", "GMT"):
        return 0.0
    return float(zone[0] + "1") * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)


def infer_order(cells: Mapping[str, int]) -> tuple[Order | None, bool]:
    """Find the order in which words are dates.

    Args:
        cells: Number of rows of each word, at least one.

    Returns:
        The order, or None if they are no dates; and whether day and month could be the other way round.
    """
    start = list(cells)[:START]
    begun: list[Order] = [order for order in ORDERS if any(parse_moment(word, order) is not None for word in start)]
    fitting: list[Order] = [order for order in begun if _are_most(cells, order)]
    if not fitting:
        return None, False
    if fitting == ["dmy", "mdy"]:
        return ("mdy" if any("/" in word for word in start) else "dmy"), True
    return fitting[0], False


def _are_most(cells: Mapping[str, int], order: Order) -> bool:
    dates = [word for word in cells if parse_moment(word, order) is not None]
    if len(dates) == len(cells):
        return True
    return len(dates) >= MIN_DATES and sum(cells[word] for word in dates) >= MOSTLY * sum(cells.values())


def moment_parts(seconds: Float[np.ndarray, " rows"], first: float) -> dict[str, Float[np.ndarray, " rows"]]:
    """Return the numbers that moments become.

    Args:
        seconds: Seconds since 1970; no cell is missing.
        first: Start of the first day, in the same unit.

    Returns:
        The numbers by the names of `PARTS`.
    """
    moments = np.floor(seconds).astype("datetime64[s]")
    days, months, years = (moments.astype(f"datetime64[{unit}]") for unit in "DMY")
    return {
        "year": years.astype(np.int64) + 1970.0,
        "month": (months - years.astype("datetime64[M]")).astype(np.int64) + 1.0,
        "weekday": (days.astype(np.int64) + 3.0) % 7.0,  # 1970-01-01 was a Thursday
        "hour": np.floor((moments - days.astype("datetime64[s]")).astype(np.int64) / 3600.0),
        DAYS: (seconds - first) / SECONDS_PER_DAY,
    }


def moment_word(seconds: float, *, is_time: bool = False) -> str:
    """Write a moment as ISO 8601 does, without a time at midnight; or a time of day.

    Example:
        >>> moment_word(86400.0), moment_word(90000.0), moment_word(3660.0, is_time=True)
        ('1970-01-02', '1970-01-02 01:00:00', '01:01:00')
    """
    day, _, clock = str(np.datetime64(int(np.floor(seconds)), "s")).partition("T")
    if is_time:
        return clock
    return day if clock == "00:00:00" else f"{day} {clock}"


def are_times(seconds: Float[np.ndarray, " rows"]) -> bool:
    """Return whether moments are times of day, which have no date."""
    return bool(((seconds >= 0.0) & (seconds < SECONDS_PER_DAY)).all())
