"""Reading onward care: the need of a case, its offers, the lists. Nothing grows with history."""

from dataclasses import dataclass, replace

from django.db.models import Q

from hub.cases.models import Case, Sex
from hub.cases.operations.clocks import age_in_years
from hub.clock import now
from hub.post.models import Message
from hub.record.models import Event
from referrals.matching import Match, match
from referrals.models import FollowUp, Referral, Service
from referrals.need import FollowUpRule, Need, Patient
from referrals.places import district
from referrals.states import RejectReason, State
from triage.models import Assessment
from triage.protocols import UNKNOWN_AGE, Disposition
from triage.protocols.decoding import decode
from triage.queries import decision_of
from triage.standing import age_of, current

# Senders' words for what the clinical content calls otherwise.
_CALLED = {"pregnant": "pregnant-or-recently", "immunosuppression": "immunosuppressed"}


@dataclass(frozen=True, slots=True)
class Concluded:
    """What an assessment concluded: the need, the patient as the call told, and the story in words."""

    need: Need
    patient: Patient
    narrative: str


def concluded_of(case: Case) -> Concluded | None:
    """What the case's standing assessment concluded last; None while it has not. The one seam to triage."""
    decision = decision_of(case)
    if decision is None:
        return None
    disposition = decode(Disposition, decision.disposition)
    need = need_from(disposition, presentation=case.presentation)
    return Concluded(need, patient_of(case, current(case)), decision.narrative)


def need_from(disposition: Disposition, *, presentation: str = "") -> Need:
    """A need from a disposition of the clinical content."""
    rule = disposition.follow_up
    return Need(
        code=disposition.code,
        title=disposition.title,
        kinds=disposition.services,
        within_minutes=disposition.within_minutes,
        presentation=presentation,
        follow_up=FollowUpRule(str(rule.by), rule.after_minutes) if rule else None,
    )


def patient_of(case: Case, assessment: Assessment | None) -> Patient:
    """The patient as far as eligibility asks: what was said on the call stands above what came with the case."""
    sex = (assessment.stated_sex if assessment else "") or case.sex
    return Patient(
        age_years=_age(case, assessment),
        sex=None if sex == Sex.UNKNOWN else sex,
        district=district(case.postcode),
        latitude=None if case.latitude is None else float(case.latitude),
        longitude=None if case.longitude is None else float(case.longitude),
        practice_code=case.practice_code or None,
        risks=_risks(case, assessment),
    )


def _age(case: Case, assessment: Assessment | None) -> int | None:
    """Whole years; a baby whose age was told in weeks is 0."""
    if case.birth_date is None and assessment is not None and assessment.stated_age:
        told = age_of(case, assessment)
        return None if told == UNKNOWN_AGE else told.least_months // 12
    return age_in_years(case)


def _risks(case: Case, assessment: Assessment | None) -> frozenset[str]:
    """Risk codes known before, corrected by the answers of this assessment."""
    known = {_CALLED.get(code, code) for code in (each.replace("_", "-") for each in case.risks)}
    if assessment is None:
        return frozenset(known)
    said = assessment.answers.filter(superseded_by__isnull=True, value__in=["yes", "no"])
    answers = dict(said.values_list("finding", "value"))
    kept = {code for code in known if answers.get(code) != "no"}
    return frozenset(kept | {finding for finding, value in answers.items() if value == "yes"})


@dataclass(frozen=True, slots=True)
class Offers:
    """The ranked directory for a case, and the services by key for the page."""

    need: Need
    match: Match
    services: dict[str, Service]
    narrative: str


def offers_for(case: Case, earlier: list[Referral]) -> Offers | None:
    """Every active service judged for this case now; None while the assessment has no disposition.

    earlier: the case's referrals, newest first; a service that turned the patient down before is asked last.
    """
    concluded = concluded_of(case)
    if concluded is None:
        return None
    need = concluded.need
    moment = now()
    services = {str(each.pk): each for each in Service.objects.active()}
    said_no = _said_no(earlier)
    facts = [replace(each.facts(moment), said_no=said_no.get(key, "")) for key, each in services.items()]
    return Offers(need, match(need, concluded.patient, facts, at=moment), services, concluded.narrative)


def _said_no(earlier: list[Referral]) -> dict[str, str]:
    """Services that turned this very case down before, and why; the newest word counts."""
    ended = (State.REJECTED, State.EXPIRED, State.FAILED, State.RETURNED)
    return {str(each.service_id): _why(each) for each in reversed(earlier) if each.state in ended}


def _why(referral: Referral) -> str:
    if referral.state == State.REJECTED:
        return f"Rejected this patient before: {RejectReason(referral.reject_reason).label.lower()}"
    return f"Its last offer for this patient: {referral.get_state_display().lower()}"


def referrals_of(case: Case) -> list[Referral]:
    """A case's referrals, newest first."""
    found = Referral.objects.filter(case=case).select_related("service", "created_by")
    return list(found.order_by("-created_at"))


def awaiting(limit: int = 50) -> list[Referral]:
    """Offers that nobody has answered, the limit that comes first on top."""
    return list(Referral.objects.awaiting().select_related("case", "service")[:limit])


def follow_ups_open(limit: int = 200) -> list[FollowUp]:
    """Follow-ups to do, earliest first."""
    return list(FollowUp.objects.open().select_related("case", "claimed_by")[:limit])


def follow_ups_due(limit: int = 50) -> list[FollowUp]:
    """Follow-ups that are due or missed."""
    return list(FollowUp.objects.due().select_related("case", "claimed_by")[:limit])


def directory(words: str = "", kind: str = "") -> list[Service]:
    """Active services whose name, code or area holds the words; all without any."""
    found = Service.objects.active()
    if kind:
        found = found.filter(kind=kind)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(ods_code__iexact=words) | Q(districts__contains=[words.upper()])
        )
    return list(found[:300])


def referral_life(referral: Referral) -> list[Event]:
    """What the record says about one referral, oldest first."""
    told = Event.objects.filter(stream=referral.stream, data__referral=str(referral.pk)).select_related("by")
    return list(told.order_by("sequence"))


def messages_of(referral: Referral) -> list[Message]:
    """What was sent to the service about it, newest first, with every attempt."""
    sent = Message.objects.filter(subject=referral.stream, reference=str(referral.pk))
    return list(sent.prefetch_related("attempts").order_by("-created_at"))
