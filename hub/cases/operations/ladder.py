"""The no-answer ladder: ring again, the other numbers, a text message, a senior clinician; the default is to send."""

from datetime import datetime, timedelta

from hub.agenda.operations import due_at, schedule
from hub.cases.alarms import AlarmKind
from hub.cases.models import Case
from hub.cases.operations.locking import raise_alarm
from hub.clock import local, now
from hub.post.operations import post

RING_AGAIN_AFTER = timedelta(minutes=3)
ATTEMPTS = 3
SENIOR_DECIDES_WITHIN = timedelta(minutes=15)
LIMIT = "case.no_answer_limit"


def climb(case: Case) -> tuple[str, tuple[str, ...]]:
    """One more attempt without an answer: the next step in words, and the names of the changed fields."""
    case.unanswered += 1
    changed = ("unanswered", "ring_again_at")
    if case.unanswered < ATTEMPTS:
        case.ring_again_at = now() + RING_AGAIN_AFTER
        again = f"{local(case.ring_again_at):%H:%M}"
        return f"no answer, attempt {case.unanswered} of {ATTEMPTS}; ring again at {again}", changed
    case.ring_again_at = None
    by, raised = ask_senior(case)
    words = f"no answer, {case.unanswered} attempts; a senior clinician decides by {by}"
    return words, (*changed, *raised)


def ask_senior(case: Case) -> tuple[str, tuple[str, ...]]:
    """A senior clinician decides, or an ambulance goes. Until when, as a time of day; and the changed fields' names."""
    limit = due_at(key(case))
    if limit is None:
        # A limit that stands already is not put off by a further attempt.
        limit = _stand(case)
        _text_patient(case)
    by = f"{local(limit):%H:%M}"
    sentence = (
        f"No answer after {case.unanswered} attempts. Senior clinician: decide by {by}, or an ambulance goes."
    )
    return by, raise_alarm(case, AlarmKind.NO_ANSWER, sentence)


def stand_again(case: Case) -> None:
    """The case waits again and nobody was reached: a limit that was taken off the agenda meanwhile stands again."""
    if case.unanswered >= ATTEMPTS and due_at(key(case)) is None:
        _stand(case)


def look_again(case: Case) -> None:
    """The limit passed in a consultation, which may reach the patient yet: it is not spent, it strikes afterwards."""
    schedule(kind=LIMIT, subject=case.stream, due_at=now() + RING_AGAIN_AFTER, key=key(case))


def key(case: Case) -> str:
    """Under which key the limit stands on the agenda."""
    return f"ladder:{case.pk}"


def _stand(case: Case) -> datetime:
    limit = now() + SENIOR_DECIDES_WITHIN
    schedule(kind=LIMIT, subject=case.stream, due_at=limit, key=key(case))
    return limit


def _text_patient(case: Case) -> None:
    first = case.contacts.order_by("rank").first()
    if first is None or not first.phone.startswith("+"):
        return
    text = (
        "The ambulance service has tried to ring you. Please keep your telephone free: we will ring again. "
        "If anything is worse, ring 999 now."
    )
    post(
        channel="sms", destination=first.phone, kind="case.no_answer_text", subject=case.stream,
        body={"text": text}, expires_at=now() + SENIOR_DECIDES_WITHIN,
    )  # fmt: skip
