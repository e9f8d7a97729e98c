"""Checks on people the hub has already helped: planned at closing, due, reminded, answered or missed."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from hub.agenda.operations import cancel, schedule
from hub.cases.alarms import AlarmKind, about
from hub.cases.models import Call, Case, Contact
from hub.cases.operations.clocks import ORDER_FIELDS, set_order
from hub.cases.operations.closing import reopen
from hub.cases.operations.contacting import record_call
from hub.cases.operations.locking import ALARM_FIELDS, end_alarms, raise_alarm
from hub.clock import now
from hub.people.models import User
from hub.post.operations import post
from hub.record.actors import CLOCK, PATIENT, Actor
from hub.record.operations import write
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.models.follow_up import due_key, missed_key
from referrals.need import FollowUpRule
from referrals.operations.locking import lock_follow_up, move_follow_up
from referrals.phones import is_mobile
from referrals.replies import REPLY_LASTS, reply_address
from referrals.states import FOLLOW_UP_OPEN, Answer, FollowUpState, Means

# How long after its time a follow-up that nobody did becomes an alarm.
GRACE = {Means.CALL.value: timedelta(minutes=60), Means.TEXT.value: timedelta(minutes=240)}
TRY_AGAIN_AFTER = timedelta(minutes=15)
CLAIM_LASTS = timedelta(minutes=30)


def plan_follow_up(*, case: Case, rule: FollowUpRule, reason: str, by: Actor) -> FollowUp:
    """Plan the check on a case that ends now, inside the closing transaction."""
    due_at = now() + timedelta(minutes=settings.DEMO_FOLLOW_UP_MINUTES or rule.after_minutes)
    contact = _whom(case)
    follow_up = FollowUp.objects.create(
        case=case, means=rule.by, reason=reason, due_at=due_at, missed_at=due_at + GRACE[rule.by],
        contact_name=contact.name or contact.relationship if contact else "", phone=contact.phone if contact else "",
    )  # fmt: skip
    schedule(kind="follow_up.due", subject=case.stream, due_at=due_at, key=follow_up.due_key)
    data = {"follow_up": follow_up.pk, "due_at": due_at, "means": rule.by, "reason": reason}
    write(stream=case.stream, kind="follow_up.planned", by=by, data=data)
    return follow_up


def _whom(case: Case) -> Contact | None:
    """The patient's own number first, else whoever stands first."""
    contacts = list(case.contacts.all())
    return next((each for each in contacts if each.is_patient), contacts[0] if contacts else None)


def remind(*, follow_up_id: int) -> None:
    """Its time has come: on the board, and a text message with a reply link goes to the patient."""
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        if follow_up.state != FollowUpState.PLANNED or _queue_has_the_patient(case, follow_up):
            return
        follow_up.reply_key = secrets.token_urlsafe(12)
        follow_up.reply_until = now() + REPLY_LASTS
        texted = _text(follow_up)
        move_follow_up(
            follow_up, "remind", by=CLOCK, data={"texted": texted}, changed=("reply_key", "reply_until")
        )
        limit = max(follow_up.missed_at, now() + TRY_AGAIN_AFTER)
        schedule(kind="follow_up.missed", subject=follow_up.stream, due_at=limit, key=follow_up.missed_key)


def _text(follow_up: FollowUp) -> bool:
    """Nothing about illness stands in the message: others may read the screen it lands on."""
    if not is_mobile(follow_up.phone):
        return False
    ring = "We will ring you soon. " if follow_up.means == Means.CALL else ""
    text = (
        f"NHS ambulance clinical hub: how are you now? Tell us here: {reply_address(follow_up)} {ring}"
        "If you are worse, or worried, ring 999 now. Do not reply to this text."
    )
    post(
        channel="sms", destination=follow_up.phone, kind="follow_up.reminder", subject=follow_up.stream,
        reference=f"follow_up:{follow_up.pk}", body={"text": text}, expires_at=follow_up.missed_at,
    )  # fmt: skip
    return True


def claim_follow_up(*, follow_up_id: int, by: User) -> FollowUp:
    """Say that one does it now, so that nobody else rings. A claim runs out by itself."""
    with transaction.atomic():
        _, follow_up = lock_follow_up(follow_up_id)
        _must_be_open(follow_up)
        if _claimed_by_another(follow_up, by):
            name = follow_up.claimed_by.name if follow_up.claimed_by else "Somebody"
            raise Refusal(
                f"{name} is doing this follow-up now. Nothing was changed.", code="not-yours", holder=name
            )
        follow_up.claimed_by, follow_up.claimed_at = by, now()
        follow_up.save(update_fields=["claimed_by", "claimed_at"])
        write(stream=follow_up.stream, kind="follow_up.claimed", by=by, data={"follow_up": follow_up.pk})
    return follow_up


def _claimed_by_another(follow_up: FollowUp, by: User) -> bool:
    claimed = follow_up.claimed_at is not None and follow_up.claimed_at > now() - CLAIM_LASTS
    return claimed and follow_up.claimed_by_id != by.pk


def record_follow_up(
    *, follow_up_id: int, by: User, answer: str, words: str = "", again: bool = False
) -> FollowUp:
    """What a follow-up call brought. Nobody answered: try again in a quarter of an hour, or end it and say why.

    Worse opens the case again, at the top. Refusal 409 when somebody else does it, or it is done.
    """
    if answer not in Answer.values:
        raise Refusal(
            "Say how the patient is: better, same, worse or no answer.", code="answer-unknown", status=422
        )
    if answer == Answer.NO_ANSWER and not again and not words.strip():
        raise Refusal(
            "Nobody answered: try again, or say in words why it ends here. Nothing was saved.",
            code="words-missing", status=422,
        )  # fmt: skip
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        _nothing_left_due(follow_up_id)
        _must_be_open(follow_up)
        if _claimed_by_another(follow_up, by):
            name = follow_up.claimed_by.name if follow_up.claimed_by else "Somebody"
            raise Refusal(
                f"{name} is doing this follow-up now. Nothing was saved.", code="not-yours", holder=name
            )
        reached = answer != Answer.NO_ANSWER
        record_call(
            case_id=case.pk, by=by, kind=Call.Kind.FOLLOW_UP, number=follow_up.phone, note=words.strip(),
            result=Call.Result.ANSWERED if reached else Call.Result.NO_ANSWER,
        )  # fmt: skip
        follow_up.attempts += 1
        if again and not reached:
            _try_again(follow_up, by=by)
        else:
            _finish(case, follow_up, answer=answer, words=words, by=by)
    return follow_up


def record_reply(*, follow_up_id: int, key: str, answer: str) -> FollowUp:
    """The patient's own reply by the link. Refusal 404 for a link that is not good, 409 when it was used."""
    if answer not in (Answer.BETTER, Answer.SAME, Answer.WORSE):
        raise Refusal("Choose how you are now.", code="answer-unknown", status=422)
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        _nothing_left_due(follow_up_id)
        good = follow_up.reply_key and secrets.compare_digest(follow_up.reply_key, key)
        if not good or follow_up.reply_until is None or follow_up.reply_until <= now():
            raise Refusal(
                "This link is no longer good. If you are worse, ring 999.", code="link-ended", status=404
            )
        _must_be_open(follow_up)
        _finish(case, follow_up, answer=answer, words="", by=PATIENT)
    return follow_up


def miss(*, follow_up_id: int) -> None:
    """Nobody knows how the patient is, and the limit has passed: an alarm on the case and on the board."""
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        if follow_up.state != FollowUpState.REMINDED or _queue_has_the_patient(case, follow_up):
            return
        move_follow_up(follow_up, "miss", by=CLOCK)
        changed = raise_alarm(case, AlarmKind.FOLLOW_UP, "The follow-up was missed: ring the patient now.")
        case.version += 1
        case.save(update_fields=["version", *changed])


def _queue_has_the_patient(case: Case, follow_up: FollowUp) -> bool:
    """The case is open again: its own clocks look after the patient, and the check is not needed any more."""
    if case.is_open:
        move_follow_up(follow_up, "cancel", by=CLOCK, data={"why": "the case is open again"})
    return case.is_open


def cancel_follow_ups(*, case: Case, by: Actor, why: str) -> None:
    """The case ends anew or is open again: an earlier check is not needed any more. Inside that transaction."""
    for follow_up in FollowUp.objects.select_for_update().filter(case=case, state__in=FOLLOW_UP_OPEN):
        cancel(follow_up.due_key, follow_up.missed_key)
        move_follow_up(follow_up, "cancel", by=by, data={"why": why})


def _try_again(follow_up: FollowUp, *, by: User) -> None:
    follow_up.due_at = now() + TRY_AGAIN_AFTER
    follow_up.missed_at = follow_up.due_at + TRY_AGAIN_AFTER
    follow_up.claimed_by = follow_up.claimed_at = None
    changed = ("due_at", "missed_at", "attempts", "claimed_by", "claimed_at")
    name = "remind" if follow_up.state == FollowUpState.PLANNED else "try_again"
    move_follow_up(follow_up, name, by=by, data={"attempts": follow_up.attempts}, changed=changed)
    schedule(
        kind="follow_up.missed",
        subject=follow_up.stream,
        due_at=follow_up.missed_at,
        key=follow_up.missed_key,
    )


def _finish(case: Case, follow_up: FollowUp, *, answer: str, words: str, by: Actor) -> None:
    follow_up.answer, follow_up.words, follow_up.done_at, follow_up.done_by = (
        answer,
        words.strip(),
        now(),
        by.label,
    )
    changed = ("answer", "words", "done_at", "done_by", "attempts")
    # Whoever answered, by telephone or by the link: the missed follow-up alarms no more.
    ended = end_alarms(case, about(AlarmKind.FOLLOW_UP))
    if ended:
        case.version += 1
        case.save(update_fields=["version", *ALARM_FIELDS])
    data = {"answer": answer, "words": follow_up.words, **ended}
    move_follow_up(follow_up, "finish", by=by, data=data, changed=changed)
    if answer == Answer.WORSE:
        _worse(case, follow_up, by=by)


def _worse(case: Case, follow_up: FollowUp, *, by: Actor) -> None:
    """To the top of the queue; a case that is open already gets the alarm."""
    told = f"worse at the follow-up ({by.label})" + (f": {follow_up.words}" if follow_up.words else "")
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


def _must_be_open(follow_up: FollowUp) -> None:
    if follow_up.state not in FOLLOW_UP_OPEN:
        how = follow_up.get_answer_display().lower() or "not needed any more"
        raise Refusal(
            f"This follow-up is done ({how}, {follow_up.done_by or 'the hub'}). Nothing was changed.",
            code="already-done",
        )
