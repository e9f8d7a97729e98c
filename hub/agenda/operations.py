"""Schedule due work, take it back, fire what is due, settle what was parked."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from hub.agenda.handlers import handler_of
from hub.agenda.models import DueItem, Sweep
from hub.clock import now
from hub.faults import plainly, where
from hub.giving_way import gave_way, give_way
from hub.nudge import nudge
from hub.people.models import User
from hub.record.actors import CLOCK
from hub.record.operations import write
from hub.refusals import Refusal

MOST_ATTEMPTS = 5
PROMPT = timedelta(seconds=1)
TRY_AGAIN_AFTER = timedelta(milliseconds=300)
AT_ONCE = 20  # items in one transaction: about a tenth of a second in which a person may wait for one of their cases

_INSERT = """
INSERT INTO hub_dueitem (kind, subject, key, due_at, first_due_at, state, attempts, last_error, created_at)
VALUES (%s, %s, %s, %s, %s, 'pending', 0, '', %s)
ON CONFLICT (key) WHERE state IN ('pending', 'parked') DO
"""
_MOVED = (
    "UPDATE SET due_at = EXCLUDED.due_at, first_due_at = EXCLUDED.due_at, state = 'pending', attempts = 0,"
    " last_error = ''"
)
_CANCELLED = (
    "UPDATE hub_dueitem SET state = 'cancelled', settled_at = %s"
    " WHERE key = ANY(%s) AND state IN ('pending', 'parked')"
)
_DONE = "UPDATE hub_dueitem SET state = 'done', settled_at = %s WHERE id = %s AND state = 'pending' AND due_at <= %s"


def schedule(*, kind: str, subject: str, due_at: datetime, key: str, moves: bool = True) -> None:
    """Put a thing on the agenda, in the transaction that makes it due.

    moves: whether a thing that is on the agenda under this key already gets the new time; else it keeps its own.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "Due work is scheduled only inside an operation's transaction."
        )
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT + (_MOVED if moves else "NOTHING"), [kind, subject, key, due_at, due_at, moment]
        )
    if due_at <= moment + PROMPT:
        nudge("hub.agenda.sweep", queue="agenda")


def cancel(*keys: str) -> None:
    """Take open work off the agenda; unknown keys are ignored."""
    with connection.cursor() as cursor:
        cursor.execute(_CANCELLED, [now(), list(keys)])


def due_at(key: str) -> datetime | None:
    """When the open work with this key is due; None when there is none."""
    open_work = DueItem.objects.filter(key=key, state__in=["pending", "parked"])
    return open_work.values_list("due_at", flat=True).first()


def fire_due(*, seconds: float = 50.0) -> int:
    """Do everything that is due, some at a time, until nothing is left or the time is up.

    Where there is more than one transaction's work, another worker is called to help: it calls the next in its turn.
    """
    stop = now() + timedelta(seconds=seconds)
    fired = fire_some()
    if fired == AT_ONCE:
        nudge("hub.agenda.sweep", queue="agenda")
    done = fired
    while done and now() < stop:
        done = fire_some()
        fired += done
    return fired


def fire_some(most: int = AT_ONCE) -> int:
    """Do the items that are due longest, in one transaction; how many. 0 when nothing is due (or others hold it all).

    A commit waits for the disk: a thousand things due at once must not wait a thousand times. Each item has a
    savepoint of its own, so one that fails takes nothing with it.

    The rows stay locked while their handlers run: a process killed in mid-work leaves them pending,
    and no second sweeper can take them meanwhile. People lock the case first and the row second, the sweep the
    other way round: so the sweep waits only briefly for a case, then lets go of everything and the person goes first.
    """
    with transaction.atomic():
        give_way()
        due = DueItem.objects.filter(state=DueItem.State.PENDING, due_at__lte=now())
        items = due.select_for_update(skip_locked=True).order_by("due_at", "id")[:most]
        done = 0
        for item in items:
            done += 1
            if not _fire(item):
                break
    return done


def _fire(item: DueItem) -> bool:
    """Do one item. False when somebody else held what it needs: it comes again in a moment."""
    try:
        with transaction.atomic():
            # Done first, so that the handler may put the same key on the agenda again.
            if _mark_done(item):
                handler_of(item.kind)(item)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the row is kept and seen
        if gave_way(error):
            item.due_at = now() + TRY_AGAIN_AFTER
            item.save(update_fields=["due_at"])
            return False
        _failed(item, error)
    return True


def _mark_done(item: DueItem) -> bool:
    """False when an item before it in the same transaction took it off the agenda, or moved its time."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [moment, item.pk, moment])
        return bool(cursor.rowcount)


def _failed(item: DueItem, error: Exception) -> None:
    """Try again later, waiting longer each time; at last park it where a supervisor sees it."""
    item.attempts += 1
    # A sentence of our own may be kept; any other error's text may quote the patient's row.
    said = str(error) if type(error) in (Refusal, LookupError) else where(error)
    item.last_error = f"{plainly(error)}: {said}"[:2000]
    if item.attempts >= MOST_ATTEMPTS or isinstance(error, LookupError):
        item.state = DueItem.State.PARKED
        write(
            stream=item.subject,
            kind="agenda.parked",
            by=CLOCK,
            data={"work": item.kind, "due_item": item.pk, "error": item.last_error},
        )
    else:
        item.due_at = now() + timedelta(seconds=2**item.attempts)
    item.save(update_fields=["attempts", "last_error", "state", "due_at"])


def run_again(*, item: DueItem, by: User) -> None:
    """A supervisor sends a parked item round again."""
    with transaction.atomic():
        if not _unpark(item, state="pending", attempts=0, due_at=now()):
            raise Refusal("This work is no longer parked. Nothing was changed.", code="not-parked")
        write(
            stream=item.subject, kind="agenda.run_again", by=by, data={"work": item.kind, "due_item": item.pk}
        )
    nudge("hub.agenda.sweep", queue="agenda")


def settle(*, item: DueItem, by: User, reason: str) -> None:
    """A supervisor did by hand what the parked item was for, and says what."""
    if not reason.strip():
        raise Refusal("Say what was done instead. The work stays parked.", code="reason-missing", status=422)
    with transaction.atomic():
        if not _unpark(item, state="cancelled", settled_at=now()):
            raise Refusal("This work is no longer parked. Nothing was changed.", code="not-parked")
        data = {"work": item.kind, "due_item": item.pk, "reason": reason.strip()}
        write(stream=item.subject, kind="agenda.settled", by=by, data=data)


def _unpark(item: DueItem, **changes: object) -> bool:
    parked = DueItem.objects.filter(pk=item.pk, state=DueItem.State.PARKED)
    return bool(parked.update(**changes))


def swept(name: str) -> None:
    """Note that a sweep ran."""
    Sweep.objects.update_or_create(name=name, defaults={"swept_at": now()})
