"""What the board shows about cases and people. Every question is answered from what is open now, by an index."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from hub.cases.models import Case, Dispatch
from hub.cases.states import OWNED_STATES, State
from hub.clock import now
from hub.people.models import Presence, on_shift
from hub.people.permissions import Permission

SOON = timedelta(minutes=10)
ROWS = 12  # of one panel; the count says how many more there are
MOST_PEOPLE = 100
OVER, LAST_BIN = 0, 13  # bins of five minutes left: 1 to 12; 0 is past the limit, 13 an hour or more
ALWAYS_SHOWN = ("C2", "C3", "C4", "C5")

_WAITING = """
SELECT category, width_bucket(extract(epoch FROM breach_at - %(now)s)::float8 / 60, 0, 60, 12),
       count(*), min(arrived_at), min(breach_at),
       count(*) FILTER (WHERE first_attempt_at IS NULL AND first_attempt_by < %(now)s)
FROM hub_case WHERE state = 'waiting' GROUP BY 1, 2
"""


@dataclass(slots=True)
class Queue:
    """The cases of one category that wait. `bins` counts them by the time that is left."""

    category: str
    count: int
    oldest: datetime | None
    first_breach: datetime | None
    unrung: int
    bins: dict[int, int]

    @property
    def over(self) -> int:
        """Past the limit."""
        return self.bins.get(OVER, 0)


def waiting_by_category() -> list[Queue]:
    """One row a category, in the order of urgency; the usual categories even when nobody waits."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"now": now()})
        rows = cursor.fetchall()
    queues = {name: Queue(name, 0, None, None, 0, {}) for name in ALWAYS_SHOWN}
    for category, number, count, oldest, first, unrung in rows:
        queue = queues.setdefault(category, Queue(category, 0, None, None, 0, {}))
        queue.count += count
        queue.unrung += unrung
        queue.oldest = min(filter(None, (queue.oldest, oldest)))
        queue.first_breach = min(filter(None, (queue.first_breach, first)))
        queue.bins[number] = count
    return sorted(queues.values(), key=lambda queue: (queue.category[-1], queue.category))


@dataclass(frozen=True, slots=True)
class Page:
    """The first rows of a list, and how long the list is."""

    rows: list[Case]
    count: int


def _first(cases: QuerySet[Case]) -> Page:
    rows = list(cases[: ROWS + 1])
    count = len(rows) if len(rows) <= ROWS else cases.count()
    return Page(rows[:ROWS], count)


def breaching() -> Page:
    """Cases whose limit comes within ten minutes, or has passed, and that no consultation answers yet."""
    still = Case.objects.filter(state__in=[State.WAITING, State.CLAIMED], breach_at__lte=now() + SOON)
    return _first(still.select_related("owner").order_by("breach_at"))


def alarms() -> Page:
    """Cases with a sentence that somebody must act on, oldest alarm first: an ended case can have one too."""
    alarmed = Case.objects.filter(alarm_at__isnull=False)
    return _first(alarmed.select_related("owner").order_by("alarm_at"))


def without_first_attempt() -> Page:
    """Cases that nobody holds and nobody has rung, past the time for the first ring-back."""
    late = Case.objects.filter(state=State.WAITING, first_attempt_at__isnull=True, first_attempt_by__lt=now())
    return _first(late.order_by("first_attempt_by"))


def open_dispatches() -> list[Dispatch]:
    """Ambulance requests that the CAD has not acknowledged, oldest first."""
    asked = Dispatch.objects.filter(state=Dispatch.State.REQUESTED)
    return list(asked.select_related("case").order_by("requested_at")[: ROWS * 2])


@dataclass(frozen=True, slots=True)
class Working:
    """A person on shift and the cases they hold."""

    presence: Presence
    cases: list[Case]
    clinical: bool


def on_shift_now() -> list[Working]:
    """Everybody signed in and active, with what they hold: clinicians who are free first."""
    since = now() - timedelta(seconds=settings.HUB_IDLE_SECONDS + 60)
    here = list(islice(on_shift(since=since), MOST_PEOPLE))
    held: dict[int, list[Case]] = {}
    owned = Case.objects.filter(owner__isnull=False, state__in=OWNED_STATES)
    for case in owned.order_by("arrived_at")[: MOST_PEOPLE * 3]:
        held.setdefault(case.owner_id or 0, []).append(case)
    people = [Working(each, held.pop(each.user_id, []), each.user.may(Permission.WORK_CASE)) for each in here]
    return sorted(people, key=lambda each: (not each.clinical, bool(each.cases), each.presence.user.name))
