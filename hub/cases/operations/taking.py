"""A call handler takes a call: one form, one case, however often it is sent."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from hub.cases.intake import Intake
from hub.cases.models import Case, IntakeKey
from hub.cases.operations.noting import add_note
from hub.cases.operations.opening import open_case
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.refusals import Refusal

NOT_UNDERSTOOD = "Typed while the call was taken, and not understood"
# The unique row is the lock: a second press of the button waits here until the first has committed.
_FIRST = """
INSERT INTO hub_intakekey (client, key, digest, status, answer, at) VALUES (%s, %s, %s, 0, '{}', %s)
ON CONFLICT (client, key) DO NOTHING RETURNING id
"""


def take_call(
    *, intake: Intake, by: User, token: UUID, not_understood: Sequence[str] = ()
) -> tuple[Case, bool]:
    """Open the case of this form, or find the one that the same form made before. The case, and whether it is new.

    not_understood: what was typed and could not be read, kept as a note with the case itself.
    Raises Refusal 409 when the form was changed after it had made its case: the change belongs to that case.
    """
    if not by.may(Permission.TAKE_CALL):
        raise Refusal("Your role does not take calls.", code="not-permitted", status=403)
    client, digest = f"form of user {by.pk}", _digest(intake)
    with transaction.atomic():
        key = _insert(client, str(token), digest)
        if key is None:
            return _made_before(client, str(token), digest), False
        case = open_case(intake=intake, by=by)
        if not_understood:
            add_note(case_id=case.pk, by=by, text=f"{NOT_UNDERSTOOD}: {'; '.join(not_understood)}")
        IntakeKey.objects.filter(pk=key).update(status=201, answer={"case": str(case.pk)})
    return case, True


def _insert(client: str, key: str, digest: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [client, key, digest, now()])
        row = cursor.fetchone()
    return row[0] if row else None


def _made_before(client: str, key: str, digest: str) -> Case:
    kept = IntakeKey.objects.get(client=client, key=key)
    case: Case = Case.objects.get(pk=kept.answer["case"])
    if kept.digest == digest:
        return case
    raise Refusal(
        f"This form already made case {case.reference}. What you changed since was not saved: "
        "open that case and add it there, or take a new call.",
        code="form-used",
        case=str(case.pk),
    )


def _digest(intake: Intake) -> str:
    told = json.dumps(asdict(intake), sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(told.encode()).hexdigest()
