"""Writing to the record. There is no other way to change anything in the hub than beside an event."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import JSONField

from hub.clock import now
from hub.prepared import Prepared
from hub.record.actors import Actor, person
from hub.record.models import Event

_INSERT = """
INSERT INTO hub_event (stream, kind, at, by_id, by_label, data, sequence, previous_hash, hash)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, 0, '', '')
"""
_LOOKED = "INSERT INTO hub_reading (stream, by_id, by_label, page, at) VALUES (%s, %s, %s, %s, %s)"

_NEWEST = Prepared(lambda stream: Event.objects.filter(stream=stream).order_by("-sequence")[:500])


def write(*, stream: str, kind: str, by: Actor, data: dict[str, Any] | None = None) -> None:
    """Append one event to a stream, inside the transaction of the change it tells of.

    The trigger gives the sequence and the hash and tells open screens at commit.
    Raises TransactionManagementError outside a transaction: an event never stands without its change.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "An event is written only inside an operation's transaction."
        )
    user = person(by)
    payload = JSONField(encoder=DjangoJSONEncoder).get_db_prep_value(data or {}, connection)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [stream, kind, now(), user.pk if user else None, by.label, payload])


def look(*, stream: str, by: Actor, page: str) -> None:
    """Keep that somebody looked."""
    user = person(by)
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, [stream, user.pk if user else None, by.label, page, now()])


def history(*, stream: str) -> list[Event]:
    """A stream's events, oldest first; at most the newest five hundred."""
    return _NEWEST.rows(stream)[::-1]
