"""What a service's own page tells beside its entry: the next days as its hours make them, and who changed what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from hub.cases.telling import Told, tell
from hub.clock import local, now
from hub.said import full_date
from referrals.entry import LABELS
from referrals.hours import WEEKDAYS, is_bank_holiday
from referrals.models import Service
from referrals.queries import service_life
from referrals.typed_hours import NAMES

AHEAD = 14  # days
HIDDEN = "not shown"


@dataclass(frozen=True, slots=True)
class Day:
    """One of the next days: its name, its times in words, and why it is not as its weekday."""

    name: str
    times: str
    why: str


def next_days(service: Service) -> list[Day]:
    """The days from today on, as offers will be judged by them: a slip in the hours is seen here."""
    opening = service.opening
    today = local(now()).date()
    days = []
    for day in (today + timedelta(days=each) for each in range(AHEAD)):
        times = ", ".join(f"{_clock(each.opens)} to {_clock(each.closes)}" for each in opening.on(day))
        why = "a single date" if day in opening.exceptions else "bank holiday" if is_bank_holiday(day) else ""
        days.append(Day(f"{NAMES[WEEKDAYS[day.weekday()]]} {full_date(day)}", times or "closed", why))
    return days


def _clock(minutes: int) -> str:
    """Minutes after midnight: '08:00', 'midnight' at the end of the day, '02:00 next day' past it."""
    if minutes == 1440:
        return "midnight"
    hour, minute = divmod(minutes % 1440, 60)
    return f"{hour:02}:{minute:02}" + (" next day" if minutes > 1440 else "")


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did to the entry, and what it changed."""

    told: Told
    changes: tuple[Change, ...]


def life(service: Service, *, with_addresses: bool) -> list[Deed]:
    """Newest first. Where messages go is for those alone who manage the directory."""
    return [
        Deed(tell(event), tuple(_changes(event.data, with_addresses=with_addresses)))
        for event in service_life(service)
    ]


def _changes(data: dict[str, dict[str, list[str]]], *, with_addresses: bool) -> Iterator[Change]:
    changed = data.get("changed", {})
    for name in (each for each in LABELS if each in changed):
        hidden = name == "webhook_url" and not with_addresses
        before, after = (HIDDEN, HIDDEN) if hidden else changed[name]
        yield Change(LABELS[name], before, after)
