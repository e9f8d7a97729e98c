"""Words on a case: notes, flags, and the answer to an alarm."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hub.cases.alarms import AlarmKind
from hub.cases.models import Case, Flag
from hub.cases.operations.clocks import ORDER_FIELDS, set_order
from hub.cases.operations.locking import ALARM_FIELDS, end_alarms, lock_case
from hub.people.models import User
from hub.record.operations import write
from hub.refusals import Refusal


def add_note(*, case_id: UUID, by: User, text: str) -> None:
    """Add a note to the timeline; notes are never edited, a later one corrects."""
    if not text.strip():
        raise Refusal("The note is empty. Nothing was saved.", code="note-empty", status=422)
    with transaction.atomic():
        case = lock_case(case_id)
        write(stream=case.stream, kind="case.note", by=by, data={"text": text.strip()})


def add_flag(*, case_id: UUID, by: User, kind: str, text: str, review_at: datetime | None = None) -> Flag:
    """Add a coded warning; it is shown with author and date, and as expired after its review date."""
    if not text.strip():
        raise Refusal(
            "Say in words what the flag is about. Nothing was saved.", code="flag-empty", status=422
        )
    with transaction.atomic():
        case = lock_case(case_id)
        flag = Flag.objects.create(
            case=case, kind=kind, text=text.strip()[:400], author=by.label, review_at=review_at
        )
        case.version += 1
        case.save(update_fields=["version"])
        write(stream=case.stream, kind="case.flag", by=by, data={"kind": kind, "text": flag.text})
    return flag


def answer_alarms(*, case_id: UUID, by: User, keys: Collection[str], words: str) -> Case:
    """Somebody dealt with these alarms, and with no other, and says how. keys: of the alarms that they saw.

    Refusal when one of them stands no more or has new words, and for "ring dispatch", which ends only with
    the CAD or a telephone call.
    """
    if not words.strip():
        raise Refusal("Say what you did about it. The alarm stays.", code="words-missing", status=422)
    with transaction.atomic():
        case = lock_case(case_id)
        answered = [each for each in case.open_alarms if each.key in keys]
        if not keys or len(answered) < len(set(keys)):
            raise Refusal(
                "An alarm that you answer stands no more, or has new words. Nothing was changed. Read what stands now.",
                code="alarm-changed",
            )
        if any(each.kind == AlarmKind.DISPATCH for each in answered):
            raise Refusal("Ring dispatch, and say who there has it.", code="ring-dispatch")
        end_alarms(case, lambda alarm: alarm.key in keys)
        set_order(case)
        case.version += 1
        case.save(update_fields=["version", *ALARM_FIELDS, *ORDER_FIELDS])
        data = {"alarm": [each.sentence for each in answered], "words": words.strip()}
        write(stream=case.stream, kind="case.alarm_answered", by=by, data=data)
    return case
