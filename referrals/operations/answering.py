"""A service answers, or does not. Whoever loses a race is told who has the patient."""

from uuid import UUID

from django.db import transaction

from hub.agenda.operations import cancel
from hub.cases.alarms import AlarmKind
from hub.cases.models import Case
from hub.cases.operations.clocks import ORDER_FIELDS, set_order
from hub.cases.operations.closing import close_accepted, reopen, return_from_referral
from hub.cases.operations.locking import raise_alarm
from hub.cases.states import State as CaseState
from hub.clock import local, now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.post.operations import withdraw as withdraw_messages
from hub.record.actors import CLOCK, Actor
from hub.record.rights import must
from hub.refusals import Refusal
from referrals.models import Referral
from referrals.models.referral import agenda_key
from referrals.operations.capacity import give_back_place
from referrals.operations.locking import check_version, lock_referral, move
from referrals.operations.telling import knows_of_offer, tell_of_end
from referrals.states import AWAITING, WITH_SERVICE, RejectReason, State

_NOT_YOURS_TO_SAY = "Your role does not record a service's answer."


def receive(*, referral_id: UUID, by: Actor, version: int | None = None) -> Referral:
    """The service's system has it. Nobody has the patient yet but the hub."""
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        check_version(referral, version)
        _must_wait(referral)
        knows_of_offer(case, referral)
        referral.received_at = now()
        move(referral, "receive", by=by, changed=("received_at",))
    return referral


def accept(*, referral_id: UUID, by: Actor, name: str, role: str, version: int | None = None) -> Referral:
    """A named person at the service takes the patient; only now does the hub's case end.

    Refusal 422 without name and role, 409 when it is no longer on offer, 412 on an older version.
    """
    name, role = name.strip(), role.strip()
    if not name or not role:
        raise Refusal(
            "Say who accepts, by name and role. The referral still waits.", code="person-missing", status=422
        )
    must(by, Permission.REFER, _NOT_YOURS_TO_SAY)
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        _nothing_left_due(referral_id)
        check_version(referral, version)
        _must_wait(referral)
        knows_of_offer(case, referral)
        if case.state != CaseState.AWAITING_ACCEPTANCE:
            raise Refusal(
                f"The case is {case.get_state_display().lower()}: the hub looks after the patient another way. "
                "Nothing was changed. Do not go; ring the hub.",
                code="not-on-offer", case_state=case.state,
            )  # fmt: skip
        referral.accepted_at, referral.accepted_by_name, referral.accepted_by_role = (
            now(),
            name[:120],
            role[:120],
        )
        move(
            referral, "accept", by=by, data={"name": name, "role": role},
            changed=("accepted_at", "accepted_by_name", "accepted_by_role"),
        )  # fmt: skip
        close_accepted(
            case_id=case.pk, by=by, words=f"Accepted by {name}, {role}, at {referral.service.name}"
        )
    return referral


def reject(
    *, referral_id: UUID, by: Actor, reason: str, words: str = "", version: int | None = None
) -> Referral:
    """The service says no with a coded reason: its place is free again, and the case is back in the queue."""
    if reason not in RejectReason.values:
        raise Refusal("Say why, with one of the coded reasons.", code="reason-unknown", status=422)
    must(by, Permission.REFER, _NOT_YOURS_TO_SAY)
    said = RejectReason(reason).label
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        _nothing_left_due(referral_id)
        check_version(referral, version)
        _must_wait(referral)
        knows_of_offer(case, referral)
        referral.reject_reason = reason
        _end(referral, "reject", by=by, words=words, data={"reason": reason, "reason_said": said},
             changed=("reject_reason",))  # fmt: skip
        more = f" ({words.strip()})" if words.strip() else ""
        _back_to_queue(
            case,
            by,
            f"{referral.service.name} rejected the referral: {said.lower()}{more}. Ring the patient.",
        )
    return referral


def withdraw(*, referral_id: UUID, by: User, words: str) -> Referral:
    """A clinician takes the offer back; the case returns to the queue. Refusal 422 without words."""
    must(by, Permission.REFER, "Your role does not take offers back.")
    if not words.strip():
        raise Refusal("Say why it is withdrawn. The referral still waits.", code="words-missing", status=422)
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        _nothing_left_due(referral_id)
        _must_wait(referral)
        _end(referral, "withdraw", by=by, words=words)
        tell_of_end(case, referral, kind="referral.withdrawn")
        _back_to_queue(case, by, f"Referral to {referral.service.name} withdrawn: {words.strip()}")
    return referral


def withdraw_standing(*, case: Case, by: Actor, why: str) -> None:
    """The locked case ends another way: offers that still stand are taken back and their services told."""
    standing = Referral.objects.select_for_update(of=("self",)).select_related("service")
    for referral in standing.filter(case=case, state__in=AWAITING):
        _end(referral, "withdraw", by=by, words=why)
        _nothing_left_due(referral.pk)
        tell_of_end(case, referral, kind="referral.withdrawn")


def expire(*, referral_id: UUID) -> None:
    """Nobody answered in time: the hub has the patient again. Harmless when somebody has answered."""
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        if not referral.awaiting:
            return
        withdraw_messages(reference=str(referral_id))
        _end(referral, "expire", by=CLOCK, words="Nobody accepted in time.")
        tell_of_end(case, referral, kind="referral.expired")
        _back_to_queue(
            case, CLOCK, f"{referral.service.name} did not accept in time. Choose again and ring the patient."
        )


def fail(*, referral_id: UUID, words: str) -> None:
    """It could not be delivered: the hub has the patient again. Harmless when the service has it by another way."""
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        if referral.state != State.SENT:
            return
        cancel(agenda_key(referral_id))
        _end(referral, "fail", by=CLOCK, words=words)
        _back_to_queue(
            case, CLOCK, f"The referral could not be delivered to {referral.service.name}. Choose again."
        )


def start(*, referral_id: UUID, by: Actor, version: int | None = None) -> Referral:
    """The service is with the patient."""
    with transaction.atomic():
        _, referral = lock_referral(referral_id)
        check_version(referral, version)
        referral.started_at = now()
        move(referral, "start", by=by, changed=("started_at",))
    return referral


def complete(*, referral_id: UUID, by: Actor, outcome: str, version: int | None = None) -> Referral:
    """The service has finished, and says with what outcome."""
    if not outcome.strip():
        raise Refusal(
            "Say with what outcome it ended. Nothing was changed.", code="outcome-missing", status=422
        )
    with transaction.atomic():
        _, referral = lock_referral(referral_id)
        check_version(referral, version)
        referral.words, referral.ended_at = outcome.strip(), now()
        move(referral, "complete", by=by, data={"outcome": outcome.strip()}, changed=("words", "ended_at"))
    return referral


def give_patient_back(*, referral_id: UUID, by: Actor, words: str, version: int | None = None) -> Referral:
    """The service cannot go on after accepting: the case is open again, at the top. Refusal 422 without words."""
    if not words.strip():
        raise Refusal(
            "Say why the patient comes back. Nothing was changed.", code="words-missing", status=422
        )
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        check_version(referral, version)
        if referral.state not in WITH_SERVICE:
            raise _not_on_offer(referral)
        referral.words, referral.ended_at = words.strip(), now()
        move(referral, "return", by=by, data={"words": words.strip()}, changed=("words", "ended_at"))
        _given_back(case, by, f"{referral.service.name} gave the patient back: {words.strip()}")
    return referral


def _given_back(case: Case, by: Actor, told: str) -> None:
    """To the top of the queue; whoever has a case that is open again already hears it by the alarm."""
    if not case.is_open:
        reopen(case_id=case.pk, by=by, reason=told)
        return
    alarm = raise_alarm(case, AlarmKind.GIVEN_BACK, told)
    set_order(case)
    case.version += 1
    case.save(update_fields=["version", *alarm, *ORDER_FIELDS])


def _end(
    referral: Referral, name: str, *, by: Actor, words: str, data: dict[str, str] | None = None,
    changed: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """What every unhappy end has in common: the time, the words, the place given back."""
    referral.words, referral.ended_at = words.strip(), now()
    freed = give_back_place(referral)
    move(referral, name, by=by, data={"words": referral.words, **(data or {})},
         changed=("words", "ended_at", *freed, *changed))  # fmt: skip


def _nothing_left_due(referral_id: UUID) -> None:
    """Take the limit off the agenda and stop the message; the case is locked by now, here as everywhere.

    The clock and the courier hold their own row and then want the case: they give way to people.
    """
    cancel(agenda_key(referral_id))
    withdraw_messages(reference=str(referral_id))


def _back_to_queue(case: Case, by: Actor, alarm: str) -> None:
    """Only a case that still hangs on this offer returns; one that went to dispatch meanwhile stays there."""
    if case.state == CaseState.AWAITING_ACCEPTANCE:
        return_from_referral(case_id=case.pk, by=by, alarm=alarm[:300])


def _must_wait(referral: Referral) -> None:
    if referral.state not in AWAITING:
        raise _not_on_offer(referral)


def _not_on_offer(referral: Referral) -> Refusal:
    """Why an answer comes too late, and who has the patient."""
    if referral.state == State.EXPIRED and referral.ended_at is not None:
        return Refusal(
            f"The time to accept ended at {local(referral.ended_at):%H:%M} and the hub has the patient again. "
            "Nothing was changed. Do not go without ringing the hub.",
            code="too-late", state=referral.state,
        )  # fmt: skip
    if referral.state in WITH_SERVICE:
        sentence = f"{referral.accepted_by_name} has accepted this referral. Nothing was changed."
    else:
        sentence = (
            f"This referral is {referral.get_state_display().lower()}: it is not on offer, and the service does not "
            "have the patient. Nothing was changed. If in doubt, ring the hub."
        )
    return Refusal(sentence, code="not-on-offer", state=referral.state)
