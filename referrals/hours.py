"""Opening hours on a London wall clock, answered for moments in UTC. Pure: no database, no clock of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Period:
    """From one wall-clock time to another, minutes after midnight; `closes` past 1440 is the next morning."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens < 1440 and self.opens < self.closes <= self.opens + 1440):
            raise ValueError(f"An opening period from minute {self.opens} to {self.closes} makes no sense.")


Day = tuple[Period, ...]
ALL_DAY: Day = (Period(0, 1440),)


@dataclass(frozen=True, slots=True)
class Hours:
    """A week, what differs on bank holidays of England (None: as the weekday says), and single dates."""

    week: tuple[Day, Day, Day, Day, Day, Day, Day]
    bank_holiday: Day | None = None
    exceptions: Mapping[date, Day] = field(default_factory=dict)

    def on(self, day: date) -> Day:
        """The periods that begin on this date: a single date's rule, else a bank holiday's, else the weekday's."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.bank_holiday is not None and is_bank_holiday(day):
            return self.bank_holiday
        return self.week[day.weekday()]

    def spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every opening that touches the time between two moments, in order, in UTC, joined where they meet."""
        held: tuple[datetime, datetime] | None = None
        for opens, closes in self._pieces(since, until):
            if held is not None and opens <= held[1]:
                held = (held[0], max(held[1], closes))
                continue
            if held is not None and held[1] > since:
                yield held
            held = (opens, closes)
        if held is not None and held[1] > since:
            yield held

    def _pieces(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = since.astimezone(LONDON).date() - timedelta(days=1)
        last = until.astimezone(LONDON).date()
        while day <= last:
            for period in sorted(self.on(day), key=lambda each: each.opens):
                opens = instant(day, period.opens, closing=False)
                closes = instant(day, period.closes, closing=True)
                if opens < closes and opens <= until:
                    yield opens, closes
            day += timedelta(days=1)

    def closes_after(self, moment: datetime) -> datetime | None:
        """When the opening that holds this moment ends; None when it is closed then.

        An opening holds its first moment and not its last.
        """
        for opens, closes in self.spans(moment, moment + timedelta(days=2)):
            if opens <= moment < closes:
                return closes
        return None

    def next_open(self, moment: datetime, *, ahead: timedelta = LOOK_AHEAD) -> datetime | None:
        """This moment if it is open, else the start of the next opening; None when none comes in time."""
        for opens, _closes in self.spans(moment, moment + ahead):
            start = max(opens, moment)
            return start if start <= moment + ahead else None
        return None


@lru_cache(maxsize=20_000)
def instant(day: date, minutes: int, *, closing: bool) -> datetime:
    """A wall-clock time of a London date as a UTC instant.

    In the hour that comes twice, opening takes the second and closing the first: in doubt it is closed.
    A time in the hour that never comes is the moment the clocks go forward.
    """
    naive = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first = naive.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    second = naive.replace(tzinfo=LONDON, fold=1).astimezone(UTC)
    if first > second:  # it never comes: London's clocks change at 01:00 UTC
        return datetime.combine(naive.date(), time(1), tzinfo=UTC)
    return first if closing else second


@lru_cache(maxsize=1)
def _england() -> Any:
    return holidays.country_holidays("GB", subdiv="ENG")


def is_bank_holiday(day: date) -> bool:
    """Whether it is a bank holiday in England."""
    return day in _england()


def read_hours(raw: Mapping[str, Any]) -> Hours:
    """Hours from their stored form; ValueError says what is wrong.

    {"mon": ["08:00-20:00"], …, "bank_holiday": [], "exceptions": {"2026-12-24": ["09:00-13:00"]}}.
    A missing weekday is closed; a period whose end is not after its start runs into the next day.
    """
    unknown = set(raw) - {*WEEKDAYS, "bank_holiday", "exceptions"}
    if unknown:
        raise ValueError(f"Opening hours have unknown days: {', '.join(sorted(unknown))}.")
    days = [_day(raw.get(name, [])) for name in WEEKDAYS]
    holiday = raw.get("bank_holiday")
    exceptions = {
        date.fromisoformat(day): _day(periods) for day, periods in raw.get("exceptions", {}).items()
    }
    return Hours(
        week=(days[0], days[1], days[2], days[3], days[4], days[5], days[6]),
        bank_holiday=None if holiday is None else _day(holiday),
        exceptions=exceptions,
    )


def _day(periods: list[str]) -> Day:
    return tuple(_period(each) for each in periods)


def _period(text: str) -> Period:
    opens, closes = (_minutes(part) for part in text.split("-"))
    return Period(opens, closes if closes > opens else closes + 1440)


def _minutes(text: str) -> int:
    if text == "24:00":
        return 1440
    parsed = time.fromisoformat(text)
    return parsed.hour * 60 + parsed.minute
