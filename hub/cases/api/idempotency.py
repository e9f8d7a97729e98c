"""Sending twice is harmless: the same Idempotency-Key with the same request gets the same answer."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import caller_of
from hub.cases.api.reading import fault
from hub.cases.models import IntakeKey
from hub.clock import now
from hub.refusals import Refusal

LONGEST_KEY = 100

# The unique row is the lock: a second equal request waits here until the first has committed or rolled back.
_FIRST = """
INSERT INTO hub_intakekey (client, key, digest, status, answer, at) VALUES (%s, %s, %s, 0, '{}', %s)
ON CONFLICT (client, key) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change answers; kept as it is beside the key."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def once(request: Request, make: Callable[[], Answer]) -> Response:
    """Run a change in one transaction, once for each Idempotency-Key of a client.

    A refused request keeps nothing, not even its key: it may be sent again corrected, under the same key.
    Raises Refusal 422 when the key was used for another request.
    """
    key = _key(request)
    with transaction.atomic():
        if key is None:
            return _response(make())
        digest = _digest(request)
        row = _insert(caller_of(request).name, key, digest)
        if row is None:
            return _again(caller_of(request).name, key, digest)
        answer = make()
        kept = {"body": answer.body, "headers": answer.headers}
        IntakeKey.objects.filter(pk=row).update(status=answer.status, answer=_plain(kept))
    return _response(answer)


def _key(request: Request) -> str | None:
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise fault("?Idempotency-Key", "Not a key.", f"Send 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def _digest(request: Request) -> str:
    asked = [request.method, request.path, request.data, request.META.get("HTTP_IF_MATCH", "")]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _insert(client: str, key: str, digest: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [client, key, digest, now()])
        row = cursor.fetchone()
    return row[0] if row else None


def _again(client: str, key: str, digest: str) -> Response:
    kept = IntakeKey.objects.get(client=client, key=key)
    if kept.digest != digest:
        raise Refusal(
            "This Idempotency-Key was used for another request. Nothing was changed. Use a new key.",
            code="key-used",
            status=422,
        )
    headers = {**kept.answer["headers"], "Idempotency-Replayed": "true"}
    return Response(kept.answer["body"], status=kept.status, headers=headers)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.status, headers=answer.headers)
