"""Which services can see this patient for this need in its time, best first, and why each other cannot. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from referrals.hours import LONDON, Hours
from referrals.need import Need, Patient
from referrals.places import covers, distance_km

# Asked when no service of the wanted kinds can: places for patients more ill than these. Judged like any other.
SAFE_RUNGS = ("urgent-treatment-centre", "emergency-department")
# Nobody reads an offer, asks a colleague and says yes any faster.
LEAST_TO_ACCEPT = 5  # minutes
_STATUS_RANK = {"green": 0, "amber": 1, "unknown": 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """One service at one moment. `status` has expired to unknown already; `places_left` None is not counted.

    `said_no` tells that it turned this very patient down before: asked last, and with that said.
    """

    key: str
    name: str
    kind: str
    hours: Hours
    status: str
    places_left: int | None
    response_minutes: int
    accept_minutes: int
    ods_code: str = ""
    districts: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    radius_km: float | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: str | None = None
    conditions: frozenset[str] = frozenset()
    exclusions: frozenset[str] = frozenset()
    registered_only: bool = False
    said_no: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A service that can see the patient: by when, until when it may accept, why it suits, what to ask first."""

    facts: Facts
    contact_at: datetime
    accept_by: datetime
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    distance: float | None


@dataclass(frozen=True, slots=True)
class CannotSee:
    """A service that cannot, and every reason why."""

    facts: Facts
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The whole directory for one need. `rungs` are the next safe places when no service can in time."""

    need: Need
    at: datetime
    offers: tuple[Offer, ...]
    cannot: tuple[CannotSee, ...]
    rungs: tuple[Offer, ...] = ()

    def offer_of(self, key: str) -> Offer | None:
        """The offer of one service, among the ranked ones or the safe rungs."""
        return next((each for each in (*self.offers, *self.rungs) if each.facts.key == key), None)


def match(need: Need, patient: Patient, services: Iterable[Facts], *, at: datetime) -> Match:
    """Judge every service; rank those that can. With none, the safe rungs are judged for the same time."""
    known = list(services)
    verdicts = [judge(need, patient, each, at=at) for each in known]
    offers = sorted(
        (each for each in verdicts if isinstance(each, Offer)), key=lambda each: _rank(each, need)
    )
    cannot = sorted(
        (each for each in verdicts if isinstance(each, CannotSee)), key=lambda each: _nearness(each, need)
    )
    rungs: list[Offer] = []
    if not offers:
        safe = replace(need, kinds=SAFE_RUNGS)
        judged = [judge(safe, patient, each, at=at) for each in known]
        rungs = sorted(
            (each for each in judged if isinstance(each, Offer)), key=lambda each: _rank(each, safe)
        )
    return Match(need, at, tuple(offers), tuple(cannot), tuple(rungs))


def judge(need: Need, patient: Patient, service: Facts, *, at: datetime) -> Offer | CannotSee:
    """Whether one service can see this patient for this need in its time, with the reasons either way."""
    cautions: list[str] = [service.said_no] if service.said_no else []
    barriers = [
        *_kind(need, service),
        *_condition(need, service, cautions),
        *_age(patient, service, cautions),
        *_sex(patient, service, cautions),
        *_excluded(patient, service, cautions),
        *_registered(patient, service, cautions),
        *_area(patient, service, cautions),
        *_busy(service),
    ]
    times = _times(need, service, at)
    barriers += [times] if isinstance(times, str) else []
    if barriers or isinstance(times, str):
        return CannotSee(service, tuple(barriers))
    return Offer(
        facts=service,
        contact_at=times.contact_at,
        accept_by=times.accept_by,
        reasons=tuple(_reasons(need, patient, service, at, times.opens)),
        cautions=tuple(cautions),
        distance=_distance(patient, service),
    )


def _rank(offer: Offer, need: Need) -> tuple[object, ...]:
    """Known before unknown status, nothing open before things to ask, the need's own order of kinds, then sooner."""
    service = offer.facts
    return (
        service.status == "unknown",
        bool(offer.cautions),
        need.kinds.index(service.kind),
        _STATUS_RANK.get(service.status, 2),
        offer.contact_at,
        offer.distance if offer.distance is not None else 9999.0,
        service.name,
        service.key,
    )


def _nearness(verdict: CannotSee, need: Need) -> tuple[object, ...]:
    """Services of a fitting kind first: those are the ones a clinician wonders about."""
    kind = verdict.facts.kind
    return (need.kinds.index(kind) if kind in need.kinds else 99, len(verdict.reasons), verdict.facts.name)


def _kind(need: Need, service: Facts) -> list[str]:
    return [] if service.kind in need.kinds else ["Another kind of service than this patient needs"]


def _condition(need: Need, service: Facts, cautions: list[str]) -> list[str]:
    """What was assessed counts, not what the case came in with."""
    if not service.conditions or need.code in service.conditions:
        return []
    others = [each for each in need.presentations if each not in service.conditions]
    if len(others) == len(need.presentations):
        return [f"Does not take “{_in_words(others) or need.title}”"]
    if others:
        cautions.append(f"It may not take the other thing that was assessed: {_in_words(others)}")
    return []


def _age(patient: Patient, service: Facts, cautions: list[str]) -> list[str]:
    lowest, limit = service.age_from, service.age_to
    if lowest is None and limit is None:
        return []
    if limit is None:
        takes = f"takes {lowest} years and over"
    else:
        takes = f"takes under {limit} years" if lowest is None else f"takes {lowest} to {limit - 1} years"
    if patient.age_years is None:
        cautions.append(f"Age not recorded; it {takes}")
        return []
    fits = (lowest is None or patient.age_years >= lowest) and (limit is None or patient.age_years < limit)
    return [] if fits else [f"Age {patient.age_years}: it {takes}"]


def _sex(patient: Patient, service: Facts, cautions: list[str]) -> list[str]:
    if service.sex is None:
        return []
    if patient.sex is None:
        cautions.append(f"Sex not recorded; it takes {service.sex} patients only")
        return []
    return [] if patient.sex == service.sex else [f"Takes {service.sex} patients only"]


def _excluded(patient: Patient, service: Facts, cautions: list[str]) -> list[str]:
    """What nobody has asked is not absent."""
    if unknown := service.exclusions - patient.risks - patient.absent:
        cautions.append(
            f"Not known whether the patient is or has: {_in_words(sorted(unknown))}. If so, not here"
        )
    found = sorted(patient.risks & service.exclusions)
    return [f"Does not take patients who are or have: {_in_words([each])}" for each in found]


def _in_words(codes: Iterable[str]) -> str:
    return ", ".join(each.replace("-", " ").replace("_", " ") for each in codes)


def _registered(patient: Patient, service: Facts, cautions: list[str]) -> list[str]:
    if not service.registered_only or patient.practice_code == service.ods_code:
        return []
    if patient.practice_code is None:
        cautions.append("Practice not recorded; it takes its own patients only")
        return []
    return ["Not the patient's own practice"]


def _area(patient: Patient, service: Facts, cautions: list[str]) -> list[str]:
    """Inside by district or by distance is enough; outside needs every known measure to say so."""
    measures = []
    if service.districts:
        measures.append(None if patient.district is None else covers(service.districts, patient.district))
    if service.radius_km is not None:
        distance = _distance(patient, service)
        measures.append(None if distance is None else distance <= service.radius_km)
    if not measures or True in measures:
        return []
    if None in measures:
        cautions.append("Place not recorded well enough; ask whether it goes there")
        return []
    return ["The patient is outside its area"]


def _busy(service: Facts) -> list[str]:
    reasons = ["Status red: it takes nobody now"] if service.status == "red" else []
    return [*reasons, "Full for now"] if service.places_left == 0 else reasons


@dataclass(frozen=True, slots=True)
class _Times:
    opens: datetime
    accept_by: datetime
    contact_at: datetime


def _times(need: Need, service: Facts, at: datetime) -> _Times | str:
    """From when and until when somebody there can say yes, and by when the patient is seen; or why not in time.

    The response counts from a yes in the last minute: whoever is accepted in time is also seen in time.
    """
    deadline = at + timedelta(minutes=need.within_minutes)
    wait = timedelta(minutes=service.response_minutes)
    opens = service.hours.next_open(at)
    if opens is None or opens > deadline:
        return f"Closed{_until(opens)}"
    first = service.hours.next_open(opens + wait)
    if first is None or first > deadline:
        if opens == at and (first is None or first > at + wait):
            return f"Closed by the time it could see the patient ({_said(at + wait)})"
        return f"Too slow: {_said(first or opens + wait)} at the earliest, needed by {_said(deadline)}"
    closes = service.hours.closes_after(first) or first
    seen = min(deadline, closes - timedelta(minutes=1))
    accept_by = min(opens + timedelta(minutes=service.accept_minutes), seen - wait)
    if accept_by < opens + timedelta(minutes=min(service.accept_minutes, LEAST_TO_ACCEPT)):
        return f"Too slow: no time is left for it to say yes and see the patient by {_said(seen)}"
    return _Times(opens, accept_by, service.hours.next_open(accept_by + wait) or first)


def _until(opens: datetime | None) -> str:
    return f" until {_said(opens)}" if opens else "; no opening in the next two weeks"


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%a %H:%M}"


def _reasons(need: Need, patient: Patient, service: Facts, at: datetime, opens: datetime) -> list[str]:
    """Why it suits, most telling first."""
    place = need.kinds.index(service.kind)
    reasons = ["First choice for this need" if place == 0 else f"Choice {place + 1} for this need"]
    reasons.append("Open now" if opens == at else f"Opens {_said(opens)}, in time")
    if service.status == "unknown":
        reasons.append("Status unknown: nobody has told lately")
    if service.places_left is not None:
        reasons.append(f"{service.places_left} place{'' if service.places_left == 1 else 's'} left")
    if service.registered_only and patient.practice_code == service.ods_code:
        reasons.append("The patient's own practice")
    distance = _distance(patient, service)
    if distance is not None:
        reasons.append(f"{distance:.1f} km away")
    return reasons


def _distance(patient: Patient, service: Facts) -> float | None:
    points = (patient.latitude, patient.longitude, service.latitude, service.longitude)
    if None in points:
        return None
    return distance_km(*(float(each) for each in points if each is not None))
