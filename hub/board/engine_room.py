"""What the board shows about the hub itself: the clock, the post, and work that got stuck."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hub.agenda.models import DueItem, Sweep
from hub.clock import now
from hub.post.models import Attempt, Message

STANDS_STILL = timedelta(seconds=5)
BEHIND = timedelta(seconds=30)
LOOK_BACK = timedelta(hours=12)
ROWS = 8
NEWEST = 100  # attempts on the page of messages


@dataclass(frozen=True, slots=True)
class Clock:
    """Whether reminders run and messages leave. Each moment is None when there is nothing to tell."""

    swept_at: datetime | None
    stands_still: bool
    overdue_since: datetime | None
    stuck_since: datetime | None

    @property
    def well(self) -> bool:
        """Nothing to worry about."""
        return not (self.stands_still or self.overdue_since or self.stuck_since)


def clock() -> Clock:
    """The state of the sweep, the oldest reminder that is late, the oldest message that does not leave."""
    moment = now()
    sweep = Sweep.objects.filter(name="agenda").first()
    pending = DueItem.objects.filter(state=DueItem.State.PENDING, due_at__lt=moment - BEHIND)
    leaving = Message.objects.filter(state=Message.State.WAITING, next_attempt_at__lt=moment - BEHIND)
    free = leaving.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=moment - BEHIND))
    return Clock(
        swept_at=sweep.swept_at if sweep else None,
        stands_still=sweep is None or sweep.swept_at < moment - STANDS_STILL,
        overdue_since=pending.order_by("due_at").values_list("due_at", flat=True).first(),
        stuck_since=free.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first(),
    )


def parked(limit: int = ROWS) -> tuple[list[DueItem], int]:
    """Due work that failed too often, newest first, and how much of it there is."""
    stuck = DueItem.objects.filter(state=DueItem.State.PARKED).order_by("-id")
    return list(stuck[:limit]), stuck.count()


def undelivered(limit: int = ROWS) -> list[Message]:
    """Messages of the last twelve hours that never arrived, newest first; withdrawn ones are no trouble."""
    given_up = Message.objects.filter(
        settled_at__gte=now() - LOOK_BACK,
        state__in=[Message.State.REFUSED, Message.State.EXPIRED],
    )
    return list(given_up.order_by("-settled_at")[:limit])


def in_trouble(limit: int = ROWS) -> list[Message]:
    """Messages that are tried again after a failure, those that expire first on top."""
    tried = Message.objects.filter(state=Message.State.WAITING, attempts_made__gte=1)
    return list(tried.order_by("expires_at")[:limit])


def newest_attempts(*, channel: str = "", before: int | None = None) -> list[Attempt]:
    """The newest tries to deliver, with their messages; `before` is the number of an attempt, to page back."""
    attempts = Attempt.objects.select_related("message").order_by("-id")
    if channel:
        attempts = attempts.filter(message__channel=channel)
    if before is not None:
        attempts = attempts.filter(id__lt=before)
    return list(attempts[:NEWEST])


def not_tried_yet(limit: int = ROWS * 3) -> list[Message]:
    """Messages that wait for their first or next attempt."""
    waiting = Message.objects.filter(state=Message.State.WAITING)
    return list(waiting.order_by("next_attempt_at")[:limit])


def message(key: UUID) -> Message | None:
    """One message with its attempts."""
    return Message.objects.prefetch_related("attempts").filter(pk=key).first()


def case_of(subject: str) -> UUID | None:
    """The case that a stream of the record is about, or None."""
    if not subject.startswith("case:"):
        return None
    try:
        return UUID(subject.removeprefix("case:"))
    except ValueError:
        return None
