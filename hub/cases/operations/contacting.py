"""Ringing: attempts, the no-answer ladder, the consultation's beginning, welfare calls, whom to ring."""

from typing import Any
from uuid import UUID

from django.db import transaction

from hub.agenda.operations import cancel, schedule
from hub.cases.alarms import ANSWERED_BY_TALKING, AlarmKind, about
from hub.cases.intake import ContactDetails
from hub.cases.models import Call, Case, Contact
from hub.cases.models.location import another_place
from hub.cases.operations.clocks import ORDER_FIELDS, set_order, welfare_every
from hub.cases.operations.holding import back_to_queue
from hub.cases.operations.ladder import ATTEMPTS, RING_AGAIN_AFTER, ask_senior, climb
from hub.cases.operations.ladder import key as ladder_key
from hub.cases.operations.locking import (
    ALARM_FIELDS,
    end_alarms,
    lock_case,
    lock_held,
    move,
    raise_alarm,
)
from hub.cases.phones import as_e164
from hub.cases.states import State
from hub.clock import now
from hub.people.models import User
from hub.record.operations import write
from hub.refusals import Refusal


def record_call(
    *, case_id: UUID, by: User, kind: str, result: str, fence: int | None = None, contact_id: int | None = None,
    number: str = "", note: str = "",
) -> Call:  # fmt: skip
    """Record one call or attempt. A ring-back without an answer goes up the ladder and back to the queue."""
    with transaction.atomic():
        case = lock_case(case_id) if fence is None else lock_held(case_id, by=by, fence=fence)
        if kind == Call.Kind.CALL_BACK and fence is None:
            raise Refusal("Claim the case before ringing back.", code="not-held")
        contact = case.contacts.filter(pk=contact_id).first() if contact_id else None
        call = Call.objects.create(
            case=case, kind=kind, contact=contact, number=contact.phone if contact else as_e164(number),
            by=by, result=result, note=note,
        )  # fmt: skip
        data = {
            "call": call.pk,
            "kind": kind,
            "result": result,
            "contact": contact.rank if contact else None,
            "note": note,
        }
        talked = kind == Call.Kind.CALL_BACK and result == Call.Result.ANSWERED
        ended = end_alarms(case, about(*ANSWERED_BY_TALKING)) if talked else {}
        write(stream=case.stream, kind="case.call", by=by, data={**data, **ended})
        if kind == Call.Kind.CALL_BACK:
            _rang_back(case, by=by, answered=talked)
    return call


def _rang_back(case: Case, *, by: User, answered: bool) -> None:
    if case.first_attempt_at is None:
        case.first_attempt_at = now()
    if answered:
        _answered(case)
    elif case.state == State.CLAIMED:
        _no_answer(case, by=by)
    else:
        case.save(update_fields=["first_attempt_at"])


def _answered(case: Case) -> None:
    case.unanswered, case.ring_again_at = 0, None
    cancel(ladder_key(case))
    set_order(case)
    case.version += 1
    fields = ("first_attempt_at", "unanswered", "ring_again_at", "version", *ALARM_FIELDS, *ORDER_FIELDS)
    case.save(update_fields=fields)


def _no_answer(case: Case, *, by: User) -> None:
    """One more attempt without an answer: back to the queue, never to its end, and up the ladder."""
    words, changed = climb(case)
    back_to_queue(case, "no_answer", by=by, reason=words, also=("first_attempt_at", *changed))


def start_consultation(*, case_id: UUID, by: User, fence: int) -> Case:
    """The consultation begins: from now on the case is in progress and its sender may not change it."""
    with transaction.atomic():
        case = lock_held(case_id, by=by, fence=fence)
        if case.state == State.IN_ASSESSMENT:
            return case
        case.consultation_started_at = now()
        move(case, "start_consultation", by=by, changed=("consultation_started_at",))
    return case


def record_welfare(
    *, case_id: UUID, by: User, result: str, worse: bool, note: str = "", number: str = ""
) -> Case:
    """A check on somebody who still waits. Worse, or nobody answering, brings the case forward; never back."""
    with transaction.atomic():
        case = lock_case(case_id)
        if not case.is_open:
            raise Refusal("The case has ended; make a follow-up call instead.", code="case-closed")
        Call.objects.create(
            case=case, kind=Call.Kind.WELFARE, by=by, result=result, note=note, number=as_e164(number)
        )
        answered = result == Call.Result.ANSWERED
        case.worsened = case.worsened or worse
        case.unanswered += not answered
        case.welfare_due_at = now() + (welfare_every(case) if answered else RING_AGAIN_AFTER)
        ended = end_alarms(case, about(AlarmKind.WELFARE))
        if case.unanswered >= ATTEMPTS and not answered and case.state != State.AWAITING_DISPATCH:
            ask_senior(case)
        if worse:
            raise_alarm(case, AlarmKind.WORSE, "Worse at the welfare call: see the patient next, or upgrade.")
        schedule(
            kind="case.welfare", subject=case.stream, due_at=case.welfare_due_at, key=f"welfare:{case.pk}"
        )
        cancel(f"welfare-missed:{case.pk}")
        set_order(case)
        case.version += 1
        case.save(
            update_fields=[
                "worsened", "unanswered", "welfare_due_at", "version", *ORDER_FIELDS, *ALARM_FIELDS
            ]
        )  # fmt: skip
        data = {"result": result, "worse": worse, "note": note, **ended}
        write(stream=case.stream, kind="case.welfare_call", by=by, data=data)
    return case


def add_contact(*, case_id: UUID, by: User, details: ContactDetails) -> Contact:
    """One more person who can be rung, ranked last."""
    with transaction.atomic():
        case = lock_case(case_id)
        last = case.contacts.order_by("-rank").first()
        contact = Contact.objects.create(
            case=case, rank=last.rank + 1 if last else 1, phone=as_e164(details.phone), name=details.name,
            relationship=details.relationship, is_patient=details.is_patient, is_caller=details.is_caller,
            note=details.note,
        )  # fmt: skip
        case.version += 1
        case.save(update_fields=["version"])
        write(
            stream=case.stream,
            kind="case.contact_added",
            by=by,
            data={"rank": contact.rank, "name": contact.name},
        )
    return contact


def confirm_address(*, case_id: UUID, by: User, address: str, postcode: str | None = None) -> Case:
    """The caller spoke the address; it was not suggested to them.

    Another address than was known makes the pointers doubtful: they stay, and dispatch is told so.
    """
    if not address.strip():
        raise Refusal("Write the address as the caller says it.", code="address-missing", status=422)
    with transaction.atomic():
        case = lock_case(case_id)
        data: dict[str, Any] = {
            "before": case.address,
            "after": address,
            "postcode_before": case.postcode,
            "postcode": postcode,
        }
        if case.exact_location and another_place(case.address, address):
            case.pointer_doubtful = True
            data["pointers_doubtful"] = case.pointers
        case.address, case.address_confirmed_at = address.strip(), now()
        case.postcode = postcode or case.postcode
        case.version += 1
        changed = ("address", "postcode", "address_confirmed_at", "pointer_doubtful", "version")
        case.save(update_fields=changed)
        write(stream=case.stream, kind="case.address_confirmed", by=by, data=data)
    return case
