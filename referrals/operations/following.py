"""Checks on people the hub has already helped: planned at closing, due and reminded at their time, or missed."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from hub.agenda.operations import cancel, schedule
from hub.cases.alarms import AlarmKind
from hub.cases.models import Case, Contact
from hub.cases.operations.locking import raise_alarm
from hub.cases.phones import is_mobile
from hub.clock import now
from hub.post.operations import post
from hub.record.actors import CLOCK, Actor
from hub.record.operations import write
from referrals.models import FollowUp
from referrals.need import FollowUpRule
from referrals.operations.locking import lock_follow_up, move_follow_up
from referrals.policies import TRY_AGAIN_AFTER
from referrals.replies import REPLY_LASTS, reply_address
from referrals.states import FOLLOW_UP_OPEN, FollowUpState, Means
from triage.queries import number_back

# How long after its time a follow-up that nobody did becomes an alarm.
GRACE = {Means.CALL.value: timedelta(minutes=60), Means.TEXT.value: timedelta(minutes=240)}


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
    """Whose number was said on this call, else the patient's own, else whoever stands first."""
    contacts, said = list(case.contacts.all()), number_back(case)
    if told := [each for each in contacts if each.phone == said]:
        return told[-1]
    return next((each for each in contacts if each.is_patient), contacts[0] if contacts else None)


def remind(*, follow_up_id: int) -> None:
    """Its time has come: on the board, and a text message with a reply link goes to the patient.

    Reminded late, after the machines stood still, it has a little time from now: for the call and for the message.
    """
    with transaction.atomic():
        case, follow_up = lock_follow_up(follow_up_id)
        if follow_up.state != FollowUpState.PLANNED or _queue_has_the_patient(case, follow_up):
            return
        follow_up.reply_key = secrets.token_urlsafe(12)
        follow_up.reply_until = now() + REPLY_LASTS
        follow_up.missed_at = max(follow_up.missed_at, now() + TRY_AGAIN_AFTER)
        changed = ("reply_key", "reply_until", "missed_at")
        move_follow_up(follow_up, "remind", by=CLOCK, data={"texted": _text(follow_up)}, changed=changed)
        schedule_limit(follow_up)


def schedule_limit(follow_up: FollowUp) -> None:
    """From then on it counts as missed."""
    schedule(
        kind="follow_up.missed",
        subject=follow_up.stream,
        due_at=follow_up.missed_at,
        key=follow_up.missed_key,
    )


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
        reference=follow_up.reference, body={"text": text}, expires_at=follow_up.missed_at,
    )  # fmt: skip
    return True


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
    """The case ends anew: the check of its earlier end is not needed any more. Inside that transaction.

    A case that is only open again keeps its check until its time comes (`remind`, `miss`): it may end once more.
    """
    for follow_up in FollowUp.objects.select_for_update().filter(case=case, state__in=FOLLOW_UP_OPEN):
        cancel(follow_up.due_key, follow_up.missed_key)
        move_follow_up(follow_up, "cancel", by=by, data={"why": why})
