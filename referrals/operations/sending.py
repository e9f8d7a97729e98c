"""Offering a case to a service. The case stays the hub's until a named person there accepts."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from hub.agenda.operations import schedule
from hub.cases.closing_guards import Answered
from hub.cases.models import Case
from hub.cases.operations.closing import await_acceptance
from hub.cases.operations.locking import lock_held
from hub.cases.states import Outcome
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.prepared import Given, Prepared
from hub.record.rights import must
from hub.refusals import Refusal
from referrals.content import content_of
from referrals.matching import SAFE_RUNGS, CannotSee, Offer, judge
from referrals.models import Referral, Service
from referrals.need import Need, Patient
from referrals.operations.capacity import take_place
from referrals.operations.locking import move
from referrals.operations.telling import tell_of_offer
from referrals.queries import Concluded, concluded_of, patient_of
from referrals.states import AWAITING, OPEN
from triage.guards import assessed, missing_from


def send_referral(
    *, case_id: UUID, service_id: UUID, by: User, fence: int, agreement: str, words: str = ""
) -> Referral:
    """Offer the held case to a service: a place is taken, the message written, the accept-by limit set.

    agreement: what the patient agreed to, in words. words: the clinician's message to the service.
    Refusal when the case is not held, has no disposition, has an offer standing, or the service cannot see the patient.
    """
    must(by, Permission.REFER, "Your role does not offer cases to services.")
    if not agreement.strip():
        raise Refusal(
            "Say what the patient agreed to. Nothing was sent.", code="agreement-missing", status=422
        )
    with transaction.atomic():
        case = lock_held(case_id, by=by, fence=fence)
        concluded = concluded_of(case)
        if concluded is None:
            raise Refusal(
                "The assessment has not come to a disposition yet. Nothing was sent. Finish it, then refer.",
                code="no-disposition",
            )
        service = _free_service(service_id, case)
        referral = _write(case, service, concluded, by=by, agreement=agreement.strip(), words=words.strip())
        await_acceptance(
            case=case, by=by, words=f"Offered to {service.name}: {concluded.need.title}",
            answered=Answered(assessed, missing_from(concluded.standing, Outcome.REFERRED)),
        )  # fmt: skip
        _announce(case, referral)
    return referral


def _free_service(service_id: UUID, case: Case) -> Service:
    """The service, when it is in the directory and the case is on offer nowhere, nor with this service.

    The case's lock is held, and every offer is written under it: what is not there now does not come.
    """
    if (service := _FREE.row(service_id, case.pk)) is not None:
        return service
    if Service.objects.active().filter(pk=service_id).exists():
        raise Refusal(
            "This case is already offered to, or with, this service. Nothing was sent. "
            "Open the case to see the offer.",
            code="already-offered",
        )
    raise Refusal(
        "This service is not in the directory now. Nothing was sent.", code="no-such-service", status=404
    )


def _not_on_offer(service: Given, case: Given) -> QuerySet[Service]:
    on_offer = Q(state__in=AWAITING) | Q(state__in=OPEN, service=OuterRef("pk"))
    known = Service.objects.active().filter(pk=service).order_by()
    return known.exclude(Exists(Referral.objects.filter(on_offer, case_id=case)))


_FREE = Prepared(_not_on_offer)


def _offer(service: Service, need: Need, patient: Patient, *, at: datetime) -> Offer:
    """The offer as matching sees it this moment: the page may be minutes old."""
    wanted = need if service.kind in need.kinds else replace(need, kinds=SAFE_RUNGS)
    verdict = judge(wanted, patient, service.facts(at), at=at)
    if isinstance(verdict, CannotSee):
        raise Refusal(
            f"{service.name} cannot see this patient: {'; '.join(verdict.reasons)}. Nothing was sent. "
            "Choose another service, or send an ambulance.",
            code="service-cannot",
            reasons=list(verdict.reasons),
        )
    return verdict


def _write(
    case: Case, service: Service, concluded: Concluded, *, by: User, agreement: str, words: str
) -> Referral:
    need = concluded.need
    patient = patient_of(concluded.standing, service.exclusions)
    moment = now()
    offer = _offer(service, need, patient, at=moment)
    referral = Referral(
        case=case, service=service, created_by=by, created_at=moment, sent_at=moment, accept_by=offer.accept_by,
        disposition=need.code, disposition_title=need.title, needed_by=moment + timedelta(minutes=need.within_minutes),
        agreement=agreement, place_in=take_place(service, at=moment),
        content=content_of(concluded, patient, by=by, words=words, agreement=agreement),
    )  # fmt: skip
    told = {
        "disposition": need.code,
        "accept_by": offer.accept_by,
        "contact_at": offer.contact_at,
        "status": offer.facts.status,
        "reasons": offer.reasons,
        "cautions": offer.cautions,
        "agreement": agreement,
    }
    move(referral, "send", by=by, data=told, new=True)
    return referral


def _announce(case: Case, referral: Referral) -> None:
    """The limit on the agenda, and a message with no patient in it: the service reads the content by the API.

    A service without an address for messages is rung; the limit runs all the same.
    """
    accept_by = referral.accept_by
    if accept_by is None:
        raise ValueError("A sent referral has an accept-by time.")
    schedule(kind="referral.accept_by", subject=referral.stream, due_at=accept_by, key=referral.agenda_key)
    tell_of_offer(case, referral)
