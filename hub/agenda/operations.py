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

_UPSERT = """
INSERT INTO hub_dueitem (kind, subject, key, due_at, first_due_at, state, attempts, last_error, created_at)
VALUES (%s, %s, %s, %s, %s, 'pending', 0, '', %s)
ON CONFLICT (key) WHERE state IN ('pending', 'parked') DO UPDATE
SET due_at = EXCLUDED.due_at, first_due_at = EXCLUDED.due_at, state = 'pending', attempts = 0, last_error = ''
"""


def schedule(*, kind: str, subject: str, due_at: datetime, key: str) -> None:
    """Put a thing on the agenda, in the transaction that makes it due; the same open key moves its time."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "Due work is scheduled only inside an operation's transaction."
        )
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [kind, subject, key, due_at, due_at, moment])
    if due_at <= moment + PROMPT:
        nudge("hub.agenda.sweep", queue="agenda")


def cancel(*keys: str) -> None:
    """Take open work off the agenda; unknown keys are ignored."""
    DueItem.objects.filter(key__in=keys, state__in=["pending", "parked"]).update(
        state=DueItem.State.CANCELLED, settled_at=now()
    )


def on_agenda(key: str) -> bool:
    """Whether work with this key is still to be done (or parked before somebody's eyes)."""
    return DueItem.objects.filter(key=key, state__in=["pending", "parked"]).exists()


def due_at(key: str) -> datetime | None:
    """When the open work with this key is due; None when there is none."""
    open_work = DueItem.objects.filter(key=key, state__in=["pending", "parked"])
    return open_work.values_list("due_at", flat=True).first()


def fire_due(*, seconds: float = 50.0) -> int:
    """Do everything that is due, one transaction an item, until nothing is left or the time is up."""
    stop = now() + timedelta(seconds=seconds)
    fired = 0
    while now() < stop and fire_one():
        fired += 1
    return fired


def fire_one() -> bool:
    """Do the item that is due longest. False when nothing is due (or others hold all of it).

    The row stays locked while its handler runs: a process killed in mid-work leaves it pending,
    and no second sweeper can take it meanwhile. People lock the case first and the row second, the sweep the
    other way round: so the sweep waits only briefly for a case and then lets the person go first.
    """
    with transaction.atomic():
        give_way()
        due = DueItem.objects.filter(state=DueItem.State.PENDING, due_at__lte=now())
        item = due.select_for_update(skip_locked=True).order_by("due_at", "id").first()
        if item is None:
            return False
        try:
            with transaction.atomic():
                # Done first, so that the handler may put the same key on the agenda again.
                _mark_done(item)
                handler_of(item.kind)(item)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the row is kept and seen
            if gave_way(error):
                item.due_at = now() + TRY_AGAIN_AFTER
                item.save(update_fields=["due_at"])
            else:
                _failed(item, error)
    return True


def _mark_done(item: DueItem) -> None:
    DueItem.objects.filter(pk=item.pk).update(state=DueItem.State.DONE, settled_at=now())


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
