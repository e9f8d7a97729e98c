"""Words on a case: notes, flags, and the answer to an alarm."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hub.cases.models import Case, Flag
from hub.cases.operations.locking import lock_case, quiet_alarm
from hub.cases.states import State
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


def answer_alarm(*, case_id: UUID, by: User, words: str) -> Case:
    """Somebody dealt with the alarm and says how. A dispatch alarm ends only with the CAD or a telephone call."""
    if not words.strip():
        raise Refusal("Say what you did about it. The alarm stays.", code="words-missing", status=422)
    with transaction.atomic():
        case = lock_case(case_id)
        if case.state == State.AWAITING_DISPATCH:
            raise Refusal("Ring dispatch, and say who there has it.", code="ring-dispatch")
        alarm = case.alarm
        case.version += 1
        case.save(update_fields=["version", *quiet_alarm(case)])
        write(
            stream=case.stream,
            kind="case.alarm_answered",
            by=by,
            data={"alarm": alarm, "words": words.strip()},
        )
    return case
