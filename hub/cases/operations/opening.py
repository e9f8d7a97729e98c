"""A case comes in, is updated or taken back by its sender."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hub.cases import closing_guards
from hub.cases.alarms import OUTLIVES_THE_CASE, AlarmKind
from hub.cases.intake import CASE_FIELDS, ContactDetails, Intake
from hub.cases.models import Call, Case, Contact, Flag, SourceVersion
from hub.cases.models.location import POINTERS, another_place
from hub.cases.names import name_key
from hub.cases.operations.clocks import (
    CLOCK_FIELDS,
    ORDER_FIELDS,
    schedule_clocks,
    set_clocks,
    set_order,
    stop_clocks,
)
from hub.cases.operations.dispatching import send_at_once
from hub.cases.operations.locking import ALARM_FIELDS, end_alarms, let_go, lock_case, move, raise_alarm
from hub.cases.phones import as_e164
from hub.cases.queries import count_repeats
from hub.cases.states import Category, Outcome, State, urgency
from hub.clock import local, now
from hub.record.actors import Actor, person
from hub.record.models import Event
from hub.record.operations import write
from hub.refusals import Refusal

IN_PROGRESS = "in-progress"  # the refusal of what comes when the case is not the sender's any more
BEGUN = ("case.start_consultation", "case.reopen")


def open_case(*, intake: Intake, by: Actor, source_client: str = "") -> Case:
    """Take a case in: clocks start, it stands in the queue; C1 and C2 segment A go straight to dispatch.

    Raises IntegrityError when this client already sent this incident (see find_by_incident).
    """
    moment = now()
    case = Case(source_client=source_client, cad_number=intake.cad_number, arrived_at=moment)
    _describe(case, intake)
    case.clock_start = intake.clock_start or moment
    set_clocks(case)
    with transaction.atomic():
        case.reference = _next_reference()
        case.repeat_contacts = count_repeats(case, phones=[contact.phone for contact in intake.contacts])
        set_order(case)
        case.save(force_insert=True)
        _add_contacts(case, intake.contacts)
        _add_flags(case, intake, by)
        if source_client:
            SourceVersion.objects.create(case=case, number=1, kind="sent", payload=intake.payload)
        else:
            _record_inbound_call(case, intake, by)
        write(stream=case.stream, kind="case.opened", by=by, data=_told(case))
        if goes_at_once(case):
            send_at_once(case, by=by)
        else:
            schedule_clocks(case)
    return case


def goes_at_once(case: Case) -> bool:
    """What never waits in the hub."""
    return urgency(case.category) == 1 or (case.category == "C2" and case.segment == "A")


def update_case(*, case_id: UUID, intake: Intake, by: Actor) -> Case:
    """The sender knows more, or other. Every version is kept; refused once the consultation has begun."""
    with transaction.atomic():
        case = _still_the_senders(case_id, kept="; what you sent is shown to them")
        told = {name: getattr(case, name) for name in (*CASE_FIELDS, "risks")}
        _describe(case, intake)
        _keep_what_was_spoken(case, told)
        changed_too = _raise_or_keep(case, intake, before=told["category"])
        set_order(case)
        case.version += 1
        case.save(
            update_fields=[
                *CASE_FIELDS,
                "pointer_doubtful",
                "name_key",
                "risks",
                *changed_too,
                *ORDER_FIELDS,
                "version",
            ]
        )
        if intake.contacts:
            _replace_senders_contacts(case, intake.contacts)
        _add_flags(case, intake, by)
        number = case.source_versions.count() + 1
        SourceVersion.objects.create(case=case, number=number, kind="updated", payload=intake.payload)
        changed = sorted(name for name in told if told[name] != getattr(case, name))
        taken_back = [f"Risk taken back: {risk}" for risk in told["risks"] if risk not in case.risks]
        data = {"changed": changed, "category": case.category, "taken_back": taken_back}
        write(stream=case.stream, kind="case.updated", by=by, data=data)
        if goes_at_once(case) and case.state in (State.WAITING, State.CLAIMED):
            send_at_once(case, by=by)
        else:
            schedule_clocks(case)
    return case


def _raise_or_keep(case: Case, intake: Intake, *, before: str) -> tuple[str, ...]:
    """Only a higher category moves the clocks, and only forward: what was deferred or due sooner stays as it is."""
    if urgency(case.category) >= urgency(before):
        # Down is a clinician's decision with a reason, not a message's: the higher category stays.
        case.category = before if urgency(case.category) > urgency(before) else case.category
        return ()
    case.segment = case.segment if case.category == Category.C2 else ""
    kept = {name: getattr(case, name) for name in CLOCK_FIELDS}
    set_clocks(case)
    for name, moment in kept.items():
        setattr(case, name, min(filter(None, (moment, getattr(case, name)))))
    case.clock_start = intake.clock_start or now()
    alarm: tuple[str, ...] = ()
    if case.state == State.CLAIMED:
        # Whoever is ringing decided on the old category.
        sentence = f"The sender raised the category from {before} to {case.category}."
        alarm = raise_alarm(case, AlarmKind.CATEGORY_RAISED, sentence)
    return (*CLOCK_FIELDS, "clock_start", *alarm)


def _keep_what_was_spoken(case: Case, told: dict[str, Any]) -> None:
    """An address that the caller spoke to us stands above the sender's, which stays in its version.

    Pointers that come with another address than the spoken one are as doubtful as that address.
    """
    if case.address_confirmed_at is None:
        return
    if another_place(told["address"], case.address):
        case.pointer_doubtful = case.exact_location
    elif any(told[name] != getattr(case, name) for name in POINTERS):
        case.pointer_doubtful = False
    case.address, case.postcode = told["address"], told["postcode"] or case.postcode


def _replace_senders_contacts(case: Case, contacts: tuple[ContactDetails, ...]) -> None:
    """The sender's list is new; people whom the hub added since (they stand last) are kept, after it."""
    count = Event.objects.filter(stream=case.stream, kind="case.contact_added").count()
    known = list(case.contacts.order_by("rank"))
    ours = known[len(known) - count :] if count else []
    case.contacts.exclude(pk__in=[contact.pk for contact in ours]).delete()
    moves = [(contact, len(contacts) + place) for place, contact in enumerate(ours, start=1)]
    # One rank is never held twice: downwards the first goes first, upwards the last.
    for contact, rank in sorted(moves, key=lambda each: each[1], reverse=len(contacts) + count > len(known)):
        case.contacts.filter(pk=contact.pk).update(rank=rank)
    _add_contacts(case, contacts)


def cancel_case(*, case_id: UUID, reason: str, by: Actor) -> Case:
    """The sender takes the case back; telling the patient stays with the sender."""
    with transaction.atomic():
        case = _still_the_senders(case_id)
        if case.worsened:
            raise Refusal(
                "The hub has heard since that the patient is worse. Nothing was changed. Ring the hub.",
                code=IN_PROGRESS,
                state=case.state,
            )
        number = case.source_versions.count() + 1
        SourceVersion.objects.create(case=case, number=number, kind="cancelled", payload={"reason": reason})
        case.outcome, case.outcome_words, case.closed_at = Outcome.CANCELLED, reason, now()
        ended = end_alarms(case, lambda alarm: alarm.kind not in OUTLIVES_THE_CASE)
        changed = ("outcome", "outcome_words", "closed_at", *let_go(case), *ALARM_FIELDS)
        stop_clocks(case)
        move(case, "cancelled_by_cad", by=by, data={"reason": reason, **ended}, changed=changed)
        closing_guards.run_afterwards(case, Outcome.CANCELLED, by)
    return case


def _still_the_senders(case_id: UUID, *, kept: str = "") -> Case:
    """Senders may change a case until it is in progress; one that waits again afterwards is not theirs again."""
    case = lock_case(case_id)
    begun = Event.objects.filter(stream=case.stream, kind__in=BEGUN)
    if case.state not in (State.WAITING, State.CLAIMED) or begun.exists():
        stands = f"is {case.get_state_display().lower()}: the hub's clinicians have it in hand"
        if not case.is_open:
            stands = f"has ended ({case.get_outcome_display().lower()}): nobody at the hub works on it"
        raise Refusal(
            f"The case {stands}. Nothing was changed{kept}. Ring the hub.", code=IN_PROGRESS, state=case.state
        )
    return case


def hear_sender(*, case_id: UUID, intake: Intake, by: Actor, worse_only: bool = False) -> None:
    """An update that was refused is heard all the same: kept, told, and an alarm when it is more urgent than the case.

    Also of an ended case, unless its ambulance is the sender's already. Sent again it is heard once.
    worse_only: what is not more urgent comes again by itself, and is not kept.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        worse = urgency(intake.category) < urgency(case.category)
        if worse_only and not worse:
            return
        versions = list(case.source_versions.order_by("number"))
        if versions and versions[-1].payload == intake.payload:
            return
        SourceVersion.objects.create(
            case=case, number=len(versions) + 1, kind="refused", payload=intake.payload
        )
        data = {"category": intake.category, "problem": intake.problem}
        if worse and case.outcome != Outcome.DISPATCHED:
            told = f"The sender says {intake.category} now, it was {case.category}: {intake.problem or 'no words'}"
            changed = raise_alarm(case, AlarmKind.CATEGORY_RAISED, told)
            case.version += 1
            case.save(update_fields=["version", *changed])
            data["alarm"] = told
        write(stream=case.stream, kind="case.sender_told", by=by, data=data)


def _describe(case: Case, intake: Intake) -> None:
    """What the intake tells; what it leaves out stays as it is, for an unknown must not take a danger away."""
    for name in CASE_FIELDS:
        if name not in intake.left_out:
            setattr(case, name, getattr(intake, name))
    if "risks" not in intake.left_out:
        case.risks = sorted(set(intake.risks))
    case.name_key = name_key(case.given_name, case.family_name)


def _next_reference() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('hub_case_number')")
        number = cursor.fetchone()[0]
    return f"H-{local(now()):%y%m%d}-{number:04d}"


def _add_contacts(case: Case, contacts: tuple[ContactDetails, ...]) -> None:
    Contact.objects.bulk_create(
        Contact(
            case=case, rank=rank, phone=as_e164(contact.phone), name=contact.name,
            relationship=contact.relationship, is_patient=contact.is_patient, is_caller=contact.is_caller,
            note=contact.note,
        )
        for rank, contact in enumerate(contacts, start=1)
    )  # fmt: skip


def _add_flags(case: Case, intake: Intake, by: Actor) -> None:
    known = set(case.flags.values_list("kind", "text")) if intake.flags and case.version > 1 else set()
    Flag.objects.bulk_create(
        Flag(case=case, kind=flag.kind, text=flag.text, author=by.label, review_at=flag.review_at)
        for flag in intake.flags
        if (flag.kind, flag.text) not in known
    )


def _record_inbound_call(case: Case, intake: Intake, by: Actor) -> None:
    number = as_e164(intake.contacts[0].phone) if intake.contacts else ""
    Call.objects.create(
        case=case, kind=Call.Kind.INBOUND, number=number, by=person(by), result=Call.Result.ANSWERED,
        note=intake.problem or "",
    )  # fmt: skip


def _told(case: Case) -> dict[str, object]:
    return {
        "reference": case.reference, "category": case.category, "segment": case.segment,
        "cad_number": case.cad_number, "source": case.source_client or "call handler",
        "breach_at": case.breach_at, "first_attempt_by": case.first_attempt_by,
        "order_reasons": case.order_reasons,
    }  # fmt: skip
