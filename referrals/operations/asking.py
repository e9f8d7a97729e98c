"""What a follow-up brings: by a call, by the patient's own reply, or with nobody reached."""

import secrets

from django.db import transaction

from hub.agenda.operations import cancel
from hub.cases.alarms import AlarmKind, about
from hub.cases.models import Call, Case
from hub.cases.operations.clocks import ORDER_FIELDS, set_order
from hub.cases.operations.closing import reopen
from hub.cases.operations.contacting import record_call
from hub.cases.operations.locking import ALARM_FIELDS, end_alarms, raise_alarm
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.actors import PATIENT, Actor
from hub.record.operations import write
from hub.record.rights import must
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.models.follow_up import due_key, missed_key
from referrals.operations.following import schedule_limit
from referrals.operations.locking import lock_follow_up, move_follow_up
from referrals.policies import (
    ATTEMPTS,
    LEAST_WORDS,
    TRY_AGAIN_AFTER,
    must_be_free,
    must_be_open,
    why_not_give_up,
)
from referrals.queries import calls_of
from referrals.states import Answer, FollowUpState

_NOT_YOURS_TO_DO = "Your role does not do follow-ups."


def claim_follow_up(*, follow_up_id: int, by: User) -> FollowUp:
    """Say that one does it now, so that nobody else rings. A claim runs out by itself."""
    must(by, Permission.FOLLOW_UP, _NOT_YOURS_TO_DO)
    with transaction.atomic():
        _, follow_up = lock_follow_up(follow_up_id)
        must_be_open(follow_up)
        must_be_free(follow_up, by)
        follow_up.claimed_by, follow_up.claimed_at = by, now()
        follow_up.save(update_fields=["claimed_by", "claimed_at"])
        write(stream=follow_up.stream, kind="follow_up.claimed", by=by, data={"follow_up": follow_up.pk})
    return follow_up


def record_follow_up(
    *, follow_up_id: int, by: User, answer: str, words: str = "", contact_id: int | None = None
) -> FollowUp:
    """What a follow-up call brought. Nobody answered: it stays to be done, and is due again in a quarter of an hour.

    contact_id: who of the case's contacts was rung; without it the follow-up's own number.
    Worse opens the case again, at the top. Refusal 409 when somebody else does it, or it is done.
    """
    must(by, Permission.FOLLOW_UP, _NOT_YOURS_TO_DO)
    if answer not in Answer.values:
        raise Refusal(
            "Say how the patient is: better, same, worse or no answer.", code="answer-unknown", status=422
        )
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        _nothing_left_due(follow_up_id)
        must_be_open(follow_up)
        must_be_free(follow_up, by)
        reached = answer != Answer.NO_ANSWER
        record_call(
            case_id=case.pk, by=by, kind=Call.Kind.FOLLOW_UP, contact_id=contact_id, number=follow_up.phone,
            note=words.strip(), result=Call.Result.ANSWERED if reached else Call.Result.NO_ANSWER,
        )  # fmt: skip
        follow_up.attempts += 1
        if reached:
            also = _told(case, follow_up, contact_id)
            _finish(case, follow_up, answer=answer, words=words, by=by, also=also)
        else:
            _try_again(case, follow_up, by=by)
    return follow_up


def give_up_follow_up(*, follow_up_id: int, by: User, words: str) -> FollowUp:
    """A clinician ends it with nobody reached, and says why that is safe.

    Refusal 403 for others, 409 before three attempts at different times and every number once, 422 without words.
    """
    if len(words.strip()) < LEAST_WORDS:
        raise Refusal(
            "Say in words why it may end with nobody reached. Nothing was changed.",
            code="words-missing",
            status=422,
        )
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        _nothing_left_due(follow_up_id)
        must_be_open(follow_up)
        must_be_free(follow_up, by)
        if refusal := why_not_give_up(by, case.contacts.all(), calls_of(follow_up)):
            raise refusal
        _finish(case, follow_up, answer=Answer.NO_ANSWER, words=words, by=by)
    return follow_up


def record_reply(*, follow_up_id: int, key: str, answer: str) -> FollowUp:
    """The patient's own reply by the link. While the link is good it is heard, whatever staff have heard before.

    Refusal 404 for a link that is not good. Worse opens the case again, or alarms on the open case, each time.
    """
    if answer not in (Answer.BETTER, Answer.SAME, Answer.WORSE):
        raise Refusal("Choose how you are now.", code="answer-unknown", status=422)
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        good = follow_up.reply_key and secrets.compare_digest(follow_up.reply_key, key)
        if not good or follow_up.reply_until is None or follow_up.reply_until <= now():
            raise Refusal(
                "This link is no longer good. If you are worse, ring 999.", code="link-ended", status=404
            )
        if follow_up.open:
            _nothing_left_due(follow_up_id)
            _finish(case, follow_up, answer=answer, words="", by=PATIENT)
            return follow_up
        said = {"follow_up": follow_up.pk, "answer": answer}
        write(stream=follow_up.stream, kind="follow_up.reply", by=PATIENT, data=said)
        if answer == Answer.WORSE:
            _worse(case, follow_up, words="", by=PATIENT)
    return follow_up


def _try_again(case: Case, follow_up: FollowUp, *, by: User) -> None:
    """It is due again, and missed soon after; from the third attempt on a clinician is called for."""
    follow_up.due_at = now() + TRY_AGAIN_AFTER
    follow_up.missed_at = follow_up.due_at + TRY_AGAIN_AFTER
    follow_up.claimed_by = follow_up.claimed_at = None
    changed = ("due_at", "missed_at", "attempts", "claimed_by", "claimed_at")
    name = "remind" if follow_up.state == FollowUpState.PLANNED else "try_again"
    move_follow_up(follow_up, name, by=by, data={"attempts": follow_up.attempts}, changed=changed)
    schedule_limit(follow_up)
    if follow_up.attempts >= ATTEMPTS:
        told = f"Nobody reached at the follow-up, {follow_up.attempts} attempts: a clinician decides what is done."
        alarm = raise_alarm(case, AlarmKind.FOLLOW_UP, told)
        case.version += 1
        case.save(update_fields=["version", *alarm])


def _told(case: Case, follow_up: FollowUp, contact_id: int | None) -> tuple[AlarmKind, ...]:
    """What speaking with the patient, or with whoever rang, answers beside; somebody else who picks up does not."""
    others = case.contacts.exclude(phone=follow_up.phone)
    other = others.filter(pk=contact_id).first() if contact_id else None
    spoken = other is None or other.is_patient or other.is_caller
    return (AlarmKind.TELL_PATIENT,) if spoken else ()


def _finish(
    case: Case, follow_up: FollowUp, *, answer: str, words: str, by: Actor, also: tuple[AlarmKind, ...] = ()
) -> None:
    follow_up.answer, follow_up.words = answer, words.strip()
    follow_up.done_at, follow_up.done_by = now(), by.label
    changed = ("answer", "words", "done_at", "done_by", "attempts")
    # Whoever answered, by telephone or by the link: the missed follow-up alarms no more.
    ended = end_alarms(case, about(AlarmKind.FOLLOW_UP, *also))
    if ended:
        case.version += 1
        case.save(update_fields=["version", *ALARM_FIELDS])
    data = {"answer": answer, "words": follow_up.words, **ended}
    move_follow_up(follow_up, "finish", by=by, data=data, changed=changed)
    if answer == Answer.WORSE:
        _worse(case, follow_up, words=follow_up.words, by=by)


def _worse(case: Case, follow_up: FollowUp, *, words: str, by: Actor) -> None:
    """To the top of the queue; a case that is open already gets the alarm."""
    told = f"worse at the follow-up ({by.label})" + (f": {words}" if words else "")
    if not case.is_open:
        reopen(case_id=case.pk, by=by, reason=told)
        return
    case.version += 1
    case.worsened = True
    alarm = raise_alarm(case, AlarmKind.WORSE, f"The patient is {told}. Ring now.")
    set_order(case)
    case.save(update_fields=["version", "worsened", *alarm, *ORDER_FIELDS])
    write(stream=case.stream, kind="follow_up.worse", by=by, data={"follow_up": follow_up.pk})


def _nothing_left_due(follow_up_id: int) -> None:
    """Off the agenda; the case is locked by now, here as everywhere, and the clock gives way to people."""
    cancel(due_key(follow_up_id), missed_key(follow_up_id))
