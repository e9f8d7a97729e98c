"""Write a message, deliver what waits, give up what has expired and raise the alarm."""

import logging
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hub.clock import now
from hub.faults import plainly, where
from hub.giving_way import patiently
from hub.nudge import nudge
from hub.post.channels import Answer, Envelope, adapter_of, escalation_of
from hub.post.models import Attempt, Message
from hub.record.actors import CLOCK
from hub.record.operations import write

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=40)  # longer than any adapter may take
LONGEST_PAUSE = 60  # seconds between two attempts
AT_ONCE = 3  # calls to one destination at a time: a slow partner must not take every courier

# One statement leases the message that waits longest, never one of a destination that is already busy.
_LEASE = """
UPDATE hub_message SET leased_until = %(until)s, attempts_made = attempts_made + 1
WHERE id = (
  SELECT id FROM hub_message AS waiting
  WHERE state = 'waiting' AND next_attempt_at <= %(now)s AND (leased_until IS NULL OR leased_until < %(now)s)
    AND (SELECT count(*) FROM hub_message AS busy
         WHERE busy.destination = waiting.destination AND busy.state = 'waiting'
           AND busy.leased_until > %(now)s) < %(at_once)s
  ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *
"""

# Each only while the message waits: one that was settled meanwhile, by a late second courier or by people, stays so.
_SETTLE = "UPDATE hub_message SET state = %s, settled_at = %s, leased_until = NULL WHERE id = %s AND state = 'waiting'"
_AGAIN = (
    "UPDATE hub_message SET next_attempt_at = %s, leased_until = NULL WHERE id = %s AND state = 'waiting'"
)


def post(
    *, channel: str, destination: str, kind: str, subject: str, body: dict[str, Any], expires_at: datetime,
    reference: str = "",
) -> Message:  # fmt: skip
    """Write a message in the transaction of the change it tells of; it leaves after the commit.

    subject is the stream in the record it belongs to; reference is the id of the thing it carries.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "A message is written only inside an operation's transaction."
        )
    message = Message.objects.create(
        channel=channel, destination=destination, kind=kind, subject=subject, body=body,
        expires_at=expires_at, reference=reference,
    )  # fmt: skip
    nudge("hub.post.deliver", queue="post")
    return message


def deliver_due(*, seconds: float = 50.0) -> int:
    """Deliver what waits until nothing is left or the time is up; the number of attempts made."""
    stop = now() + timedelta(seconds=seconds)
    made = 0
    while now() < stop and deliver_one():
        made += 1
    return made


def deliver_one() -> bool:
    """One attempt for the message that waits longest. False when nothing waits."""
    message = _lease()
    if message is None:
        return False
    try:
        _deliver(message)
    except Exception as error:  # noqa: BLE001 - one message in trouble holds up no other; it is tried again
        # Without the traceback's last line, which quotes the row.
        log.error(  # noqa: TRY400
            "A message of kind %s: %s at %s", message.kind, plainly(error), where(error)
        )
    return True


def _deliver(message: Message) -> None:
    if message.expires_at <= now():
        _give_up(message, Message.State.EXPIRED, "It was not delivered in time and is not sent any more.")
        return
    started, at = perf_counter(), now()
    answer = _call(message)
    _note(message, answer, at=at, took_ms=round((perf_counter() - started) * 1000))


def _lease() -> Message | None:
    moment = now()
    leased = Message.objects.raw(_LEASE, {"until": moment + LEASE, "now": moment, "at_once": AT_ONCE})
    return next(iter(leased), None)


def _call(message: Message) -> Answer:
    envelope = Envelope(message.id, message.channel, message.destination, message.kind, message.body)
    try:
        return adapter_of(message.channel)(envelope)
    except Exception as error:  # noqa: BLE001 - whatever the outside does, the message is kept
        # A sentence of our own may be kept; any other error's text may quote somebody's row.
        said = str(error) if type(error) is LookupError else where(error)
        return Answer(delivered=False, words=f"{plainly(error)}: {said}"[:500])


def _note(message: Message, answer: Answer, *, at: datetime, took_ms: int) -> None:
    """Record the attempt and what its answer means for the message."""

    def keep() -> None:
        Attempt.objects.create(
            message=message, number=message.attempts_made, at=at, took_ms=took_ms,
            delivered=answer.delivered, answer=answer.words[:1000],
        )  # fmt: skip
        _follow(message, answer)

    patiently(keep)


def _follow(message: Message, answer: Answer) -> None:
    if answer.delivered:
        _settle(message, Message.State.DELIVERED, answer.words)
    elif answer.final:
        _escalate(message, Message.State.REFUSED, answer.words)
    else:
        pause = timedelta(seconds=min(2**message.attempts_made, LONGEST_PAUSE))
        # Never sleep past the expiry: the alarm must not be later than the limit.
        _changed(_AGAIN, min(now() + pause, message.expires_at), message.pk)


def _give_up(message: Message, state: str, words: str) -> None:
    """Expired: settle it and let the room it came from raise the alarm, in one transaction."""
    patiently(lambda: _escalate(message, state, words))


def _escalate(message: Message, state: str, words: str) -> None:
    if _settle(message, state, words) and (escalate := escalation_of(message.kind)):
        escalate(message)


def _settle(message: Message, state: str, words: str) -> bool:
    """The message comes to its end, with an event. False when it had come to one already."""
    moment = now()
    if not _changed(_SETTLE, state, moment, message.pk):
        return False
    message.state, message.settled_at, message.leased_until = state, moment, None
    write(
        stream=message.subject, kind=f"message.{state}", by=CLOCK,
        data={"message": str(message.id), "kind": message.kind, "channel": message.channel,
              "destination": message.destination, "answer": words[:300]},
    )  # fmt: skip
    return True


def _changed(statement: str, *values: datetime | str | UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def withdraw(*, reference: str) -> int:
    """Messages that carry a thing which no longer stands are not sent any more."""
    waiting = Message.objects.filter(reference=reference, state=Message.State.WAITING)
    return waiting.update(state=Message.State.WITHDRAWN, settled_at=now())
