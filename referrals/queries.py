"""Reading onward care: the need of a case, its offers, the lists. Nothing grows with history."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from hub.cases.models import Call, Case
from hub.clock import now
from hub.people.models import naming
from hub.post.models import Message
from hub.prepared import Prepared
from hub.record.models import Event
from referrals.matching import Match, match
from referrals.models import FollowUp, Referral, Service
from referrals.need import FollowUpRule, Need, Patient
from referrals.places import LONGEST_AREA, area_of, district
from referrals.states import OPEN, FollowUpState, RejectReason, State
from triage import published
from triage.protocols import NO, UNKNOWN_AGE, YES, Disposition, Sex
from triage.protocols.decoding import decode
from triage.queries import decision_of
from triage.standing import Standing, current, standing

Row = TypeVar("Row", bound=Model)
_SERVICES = Prepared(Service.objects.active)
_REFERRALS = Prepared(
    lambda case: (
        naming(Referral.objects.filter(case_id=case), "created_by")
        .select_related("service")
        .order_by("-created_at")
    )
)


@dataclass(frozen=True, slots=True)
class Concluded:
    """What an assessment concluded: the need, the story in words, and the assessment itself as it stands."""

    need: Need
    narrative: str
    standing: Standing


def concluded_of(case: Case) -> Concluded | None:
    """What the case's assessment concluded; None while it has not. The one seam to triage."""
    assessment = current(case)
    return None if assessment is None else concluded_from(standing(case, assessment))


def concluded_from(now_: Standing) -> Concluded | None:
    """What an assessment that has been read concluded; None while it has not."""
    if now_.decision is None:
        return None
    disposition = decode(Disposition, now_.decision.disposition)
    assessed = tuple(each.presentation for each in now_.opened)
    return Concluded(need_from(disposition, presentations=assessed), now_.decision.narrative, now_)


def need_of(case: Case) -> Need | None:
    """The need that the assessment concluded, read alone."""
    decision = decision_of(case)
    return None if decision is None else need_from(decode(Disposition, decision.disposition))


def need_from(disposition: Disposition, *, presentations: tuple[str, ...] = ()) -> Need:
    """A need from a disposition of the clinical content."""
    rule = disposition.follow_up
    return Need(
        code=disposition.code,
        title=disposition.title,
        kinds=disposition.services,
        within_minutes=disposition.within_minutes,
        presentations=presentations,
        follow_up=FollowUpRule(str(rule.by), rule.after_minutes) if rule else None,
    )


def patient_of(now_: Standing, exclusions: Collection[str] = ()) -> Patient:
    """The patient as assessed, as far as eligibility asks: age, sex and risks are those that the rules ran on.

    exclusions: the codes that services ask about. One that is not asked of people of this age and sex is absent.
    """
    case, age, sex = now_.case, now_.context.age, now_.context.sex
    told = {finding: each.value for finding, each in now_.answers.items()}
    known = [*now_.context.facts.items(), *told.items()]
    # Where the record and the caller disagree, the danger counts, as in the rules.
    risks = frozenset(finding for finding, value in known if value == YES)
    absent = {finding for finding, value in known if value == NO} - risks
    unasked = set(exclusions) - dict(known).keys()
    return Patient(
        age_years=None if age == UNKNOWN_AGE else age.least_months // 12,
        sex=None if sex is Sex.UNKNOWN else str(sex),
        district=district(case.postcode),
        latitude=None if case.latitude is None else float(case.latitude),
        longitude=None if case.longitude is None else float(case.longitude),
        practice_code=case.practice_code or None,
        risks=risks,
        absent=frozenset(absent | _asked_of_others(unasked, now_)),
    )


def _asked_of_others(codes: set[str], now_: Standing) -> set[str]:
    """Findings that nobody asks of this patient, such as pregnancy of a man."""
    catalogue = published.shared() if codes else None
    if catalogue is None:
        return set()
    groups = {code: catalogue.findings[code].asked_of for code in codes if code in catalogue.findings}
    age, sex = now_.context.age, now_.context.sex
    return {code for code, group in groups.items() if group and group.holds(age, sex) is False}


@dataclass(frozen=True, slots=True)
class Offers:
    """The ranked directory for a case, and the services by key for the page."""

    concluded: Concluded
    patient: Patient
    match: Match
    services: dict[str, Service]

    @property
    def need(self) -> Need:
        """What is looked for."""
        return self.concluded.need


def offers_for(case: Case, earlier: list[Referral]) -> Offers | None:
    """Every active service judged for this case now; None while the assessment has no disposition.

    earlier: the case's referrals, newest first; a service that turned the patient down before is asked last.
    """
    concluded = concluded_of(case)
    if concluded is None:
        return None
    moment = now()
    services = {str(each.pk): each for each in _SERVICES.rows()}
    said_no = _said_no(earlier)
    facts = [replace(each.facts(moment), said_no=said_no.get(key, "")) for key, each in services.items()]
    patient = patient_of(concluded.standing, {code for each in facts for code in each.exclusions})
    return Offers(concluded, patient, match(concluded.need, patient, facts, at=moment), services)


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
    return _REFERRALS.rows(case.pk)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """The first rows of a list, and how many there are in all: no list looks shorter than it is."""

    rows: list[Row]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.rows)


def _first(found: QuerySet[Row], limit: int) -> Listed[Row]:
    rows = list(found[: limit + 1])
    total = found.count() if len(rows) > limit else len(rows)
    return Listed(rows[:limit], total)


def awaiting(limit: int = 50) -> Listed[Referral]:
    """Offers that nobody has answered, the limit that comes first on top."""
    return _first(Referral.objects.awaiting().select_related("case", "service"), limit)


def follow_ups_in(state: FollowUpState, limit: int = 200) -> Listed[FollowUp]:
    """Follow-ups in this state, earliest first."""
    return _first(FollowUp.objects.open().filter(state=state).select_related("case", "claimed_by"), limit)


def follow_ups_due(limit: int = 50) -> Listed[FollowUp]:
    """Follow-ups that are due or missed."""
    return _first(FollowUp.objects.due().select_related("case", "claimed_by"), limit)


def calls_of(follow_up: FollowUp) -> list[Call]:
    """The calls made for one follow-up, oldest first."""
    made = Call.objects.filter(case_id=follow_up.case_id, kind=Call.Kind.FOLLOW_UP)
    return list(made.filter(at__gte=follow_up.created_at).select_related("by"))


def reminder_of(follow_up: FollowUp) -> Message | None:
    """The text message with the reply link, and what became of it."""
    return Message.objects.filter(reference=follow_up.reference, channel="sms").first()


def replies_of(follow_up: FollowUp) -> list[Event]:
    """What the patient said by the link after the follow-up was done, oldest first."""
    said = Event.objects.filter(stream=follow_up.stream, kind="follow_up.reply")
    return list(said.filter(data__follow_up=follow_up.pk).order_by("sequence"))


def directory(words: str = "", kind: str = "", *, ended: bool = False) -> list[Service]:
    """Active services (or those that have ended) whose name, code or area holds the words; all without any."""
    found = Service.objects.filter(active=not ended)
    if kind:
        found = found.filter(kind=kind)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(ods_code__iexact=words) | Q(districts__overlap=_areas(words))
        )
    return list(found[:300])


def _areas(words: str) -> list[str]:
    """The areas that hold the place: a postcode's, a district's, or a whole area as it stands.

    Nothing longer than an area is compared: PostgreSQL would cut it to the column's width and find another place.
    """
    place = district(words)
    if place is not None:
        return [place, area_of(place)]
    return [words.upper()] if words.isalpha() and len(words) <= LONGEST_AREA else []


def service_life(service: Service, limit: int = 100) -> list[Event]:
    """What people did to an entry of the directory, newest first; how busy it says it is is told elsewhere."""
    told = Event.objects.filter(stream=service.stream).exclude(kind="service.told_capacity")
    return list(told.order_by("-sequence")[:limit])


def standing_with(service: Service) -> int:
    """How many referrals stand with a service now."""
    return Referral.objects.filter(service=service, state__in=OPEN).count()


def referral_life(referral: Referral) -> list[Event]:
    """What the record says about one referral, oldest first."""
    told = Event.objects.filter(stream=referral.stream, data__referral=str(referral.pk)).select_related("by")
    return list(told.order_by("sequence"))


def messages_of(referral: Referral) -> list[Message]:
    """What was sent to the service about it, newest first, with every attempt."""
    sent = Message.objects.filter(subject=referral.stream, reference=str(referral.pk))
    return list(sent.prefetch_related("attempts").order_by("-created_at"))
