"""Opening hours as people type them, a line for a day or a run of days: read into what referrals.hours keeps, and back.

Pure. What is wrong is a ValueError that names the line.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby, pairwise

from referrals.hours import WEEKDAYS

NAMES = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
CLOSED, AS_WEEKDAY = "closed", "as the weekday"
MOST_LINES = 200
_WHOLE = dict(
    zip(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        WEEKDAYS,
        strict=True,
    )
)
_DAY_LINE = re.compile(r"([a-z]+)(?:\s*[-–]\s*([a-z]+))?\s*:?\s+(\S.*)", re.IGNORECASE)
_DATE_LINE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\s*:?\s+(\S.*)")
_SPAN = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])\s*[-–]\s*((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_HOW = "write “closed”, or times such as 08:00-20:00 or 08:00-12:00, 14:00-18:00"


def read_week(text: str) -> dict[str, list[str]]:
    """'Mon-Fri 08:00-18:30' and so on: each weekday once, closed ones too."""
    week: dict[str, list[str]] = {}
    for place, line in _lines(text):
        found = _DAY_LINE.fullmatch(line)
        days = _days(found[1], found[2]) if found else []
        if found is None or not days:
            raise ValueError(
                f"{place}: begin with a day or days in the order of the week, such as Mon or Mon-Fri, then {_HOW}."
            )
        if twice := [NAMES[day] for day in days if day in week]:
            raise ValueError(f"{place}: {twice[0]} has been said before. Write each day once.")
        times = read_day(found[3], place)
        week |= {day: list(times) for day in days}
    if missing := [NAMES[day] for day in WEEKDAYS if day not in week]:
        last = missing[-1]
        raise ValueError(f"{', '.join(missing)} missing. Write each day; “{last} closed” if it is closed.")
    return {day: week[day] for day in WEEKDAYS}


def read_bank_holiday(text: str) -> list[str] | None:
    """The periods of a bank holiday of England; None when it is as the weekday says."""
    said = " ".join(text.lower().split())
    return None if said == AS_WEEKDAY else read_day(said, "Bank holidays")


def read_exceptions(text: str) -> dict[str, list[str]]:
    """'2026-12-25 closed' and so on, each date once, in order."""
    days: dict[str, list[str]] = {}
    for place, line in _lines(text):
        found = _DATE_LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"{place}: begin with a date such as 2026-12-25, then {_HOW}.")
        try:
            date.fromisoformat(found[1])
        except ValueError as wrong:
            raise ValueError(f"{place}: there is no such date. Write year, month and day.") from wrong
        if found[1] in days:
            raise ValueError(f"{place}: {found[1]} has been said before. Write each date once.")
        days[found[1]] = read_day(found[2], place)
    return dict(sorted(days.items()))


def read_day(text: str, place: str) -> list[str]:
    """One day's periods, in order, none touching another; the last may run into the next day."""
    if text.strip().lower() == CLOSED:
        return []
    spans = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    periods = sorted((each[1], each[2]) for each in spans if each)
    if len(periods) < len(spans):
        raise ValueError(f"{place}: {_HOW}.")
    if any(opens == closes for opens, closes in periods):
        raise ValueError(
            f"{place}: it opens and closes at the same time. Write 00:00-24:00 for the whole day."
        )
    for (opens, closes), (later, _) in pairwise(periods):
        if closes > later or closes < opens:
            raise ValueError(f"{place}: two of its periods overlap. Write one after the other.")
    return [f"{opens}-{closes}" for opens, closes in periods]


def write_week(hours: Mapping[str, list[str]]) -> str:
    """The week as `read_week` reads it, days alike in a row on one line."""
    lines = []
    for times, run in groupby(WEEKDAYS, key=lambda day: write_day(hours.get(day, []))):
        days = [NAMES[day] for day in run]
        lines.append(f"{days[0] if len(days) == 1 else f'{days[0]}-{days[-1]}'} {times}")
    return "\n".join(lines)


def write_bank_holiday(periods: list[str] | None) -> str:
    """As `read_bank_holiday` reads it."""
    return AS_WEEKDAY if periods is None else write_day(periods)


def write_exceptions(days: Mapping[str, list[str]]) -> str:
    """As `read_exceptions` reads it."""
    return "\n".join(f"{day} {write_day(periods)}" for day, periods in sorted(days.items()))


def write_day(periods: list[str]) -> str:
    """One day's periods, or closed."""
    return ", ".join(periods) or CLOSED


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line that holds something, with its place: 'Line 3, “Wed 8-20”'."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise ValueError(f"That is {len(lines)} lines; {MOST_LINES} are the most.")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield f"Line {number}, “{line.strip()[:60]}”", line.strip()


def _days(first: str, last: str | None) -> list[str]:
    """The days from one to another; none when a name is no day's or they are not in the order of the week."""
    names = [_WHOLE.get(each.lower(), each.lower()) for each in (first, last or first)]
    if not set(names) <= set(WEEKDAYS):
        return []
    begin, end = (WEEKDAYS.index(each) for each in names)
    return list(WEEKDAYS[begin : end + 1])
