"""A synthetic directory around London for the demo: no such service exists, the telephone numbers are nobody's."""

from typing import Any

from django.db import transaction

from hub.clock import now
from hub.record.actors import CLOCK
from hub.record.operations import write
from referrals.hours import WEEKDAYS, read_hours
from referrals.models import Service
from referrals.operations.capacity import tell_capacity
from referrals.signing import new_secret
from referrals.states import ServiceKind as Kind

LONDON = ["E", "EC", "N", "NW", "SE", "SW", "W", "WC"]
ALWAYS = {day: ["00:00-24:00"] for day in WEEKDAYS}
OFFICE = {day: ["08:00-18:30"] for day in WEEKDAYS[:5]} | {"bank_holiday": []}
OUT_OF_HOURS = {day: ["00:00-08:00", "18:30-24:00"] for day in WEEKDAYS[:5]} | {
    day: ["00:00-24:00"] for day in ("sat", "sun", "bank_holiday")
}
EVENING = {day: ["08:00-20:00"] for day in WEEKDAYS}
LATE = {day: ["08:00-24:00"] for day in WEEKDAYS}
SHOP = {day: ["09:00-19:00"] for day in WEEKDAYS[:6]} | {
    "sun": ["11:00-17:00"],
    "bank_holiday": ["11:00-16:00"],
}
# Presentations and dispositions that a pharmacist takes.
PHARMACY_FIRST = ["sore-throat", "PHARM12H", "PHARM24H"]

# (ODS code, name, kind, telephone, and what differs); times in minutes.
SERVICES: tuple[dict[str, Any], ...] = (
    {"ods_code": "Z9U01", "name": "Thames South Urgent Community Response", "kind": Kind.URGENT_COMMUNITY_RESPONSE,
     "phone": "020 7946 0301", "districts": ["SE", "SW", "EC", "WC"], "hours": EVENING, "age_from": 18,
     "exclusions": ["intoxicated"], "response_minutes": 90, "accept_minutes": 20, "capacity": 40, "status": "green"},
    {"ods_code": "Z9U02", "name": "Lea Valley Urgent Community Response", "kind": Kind.URGENT_COMMUNITY_RESPONSE,
     "phone": "020 7946 0302", "districts": ["E", "N", "NW", "W"], "hours": EVENING, "age_from": 18,
     "exclusions": ["intoxicated"], "response_minutes": 100, "accept_minutes": 20, "capacity": 30, "status": "amber"},
    {"ods_code": "Z9F01", "name": "London Falls Lifting Team", "kind": Kind.FALLS_LIFTING, "phone": "020 7946 0303",
     "districts": LONDON, "hours": ALWAYS, "age_from": 18, "response_minutes": 60, "accept_minutes": 15,
     "capacity": 60, "status": "green"},
    {"ods_code": "Z9S01", "name": "Care Coordination Single Point of Access", "kind": Kind.SINGLE_POINT_OF_ACCESS,
     "phone": "020 7946 0304", "hours": ALWAYS, "response_minutes": 90, "accept_minutes": 30, "status": "amber"},
    {"ods_code": "Z9M01", "name": "Riverside Mental Health Crisis Team", "kind": Kind.MENTAL_HEALTH_CRISIS,
     "phone": "020 7946 0305", "districts": LONDON, "hours": ALWAYS, "age_from": 16, "response_minutes": 180,
     "accept_minutes": 30, "capacity": 25, "status": "green"},
    {"ods_code": "Z9M02", "name": "London Crisis Line", "kind": Kind.MENTAL_HEALTH_CRISIS, "phone": "020 7946 0306",
     "hours": ALWAYS, "response_minutes": 5, "accept_minutes": 5, "status": "green",
     "patient_note": "Stay on the telephone: they speak to you now."},
    {"ods_code": "Z9P01", "name": "Bankside Pharmacy", "kind": Kind.PHARMACY, "phone": "020 7946 0307",
     "latitude": "51.503900", "longitude": "-0.098200", "radius_km": "5.0", "hours": SHOP, "conditions": PHARMACY_FIRST,
     "age_from": 1, "exclusions": ["pregnant-or-recently", "immunosuppressed"], "response_minutes": 30,
     "accept_minutes": 60, "status": "green", "patient_note": "Walk in and say that the ambulance service sent you."},
    {"ods_code": "Z9P02", "name": "Camden Lock Pharmacy", "kind": Kind.PHARMACY, "phone": "020 7946 0308",
     "latitude": "51.541200", "longitude": "-0.145900", "radius_km": "5.0", "hours": SHOP, "conditions": PHARMACY_FIRST,
     "age_from": 1, "exclusions": ["pregnant-or-recently", "immunosuppressed"], "response_minutes": 30,
     "accept_minutes": 60, "status": "amber"},
    {"ods_code": "Z9P03", "name": "Night Owl Pharmacy", "kind": Kind.PHARMACY, "phone": "020 7946 0309",
     "districts": LONDON, "hours": LATE, "conditions": PHARMACY_FIRST, "age_from": 1,
     "exclusions": ["pregnant-or-recently", "immunosuppressed"], "response_minutes": 45, "accept_minutes": 60},
    {"ods_code": "Z9G01", "name": "Plane Tree Surgery", "kind": Kind.PRIMARY_CARE, "phone": "020 7946 0310",
     "hours": OFFICE, "registered_only": True, "response_minutes": 45, "accept_minutes": 30, "capacity": 20,
     "status": "green"},
    {"ods_code": "Z9G02", "name": "Wharf Road Practice", "kind": Kind.PRIMARY_CARE, "phone": "020 7946 0311",
     "hours": OFFICE, "registered_only": True, "response_minutes": 60, "accept_minutes": 30, "capacity": 20},
    {"ods_code": "Z9G03", "name": "London Out-of-Hours Doctors", "kind": Kind.OUT_OF_HOURS, "phone": "020 7946 0312",
     "hours": OUT_OF_HOURS, "response_minutes": 45, "accept_minutes": 20, "capacity": 80, "status": "green"},
    {"ods_code": "Z9G04", "name": "London Same-Day Doctors", "kind": Kind.PRIMARY_CARE, "phone": "020 7946 0313",
     "hours": ALWAYS, "response_minutes": 50, "accept_minutes": 20, "capacity": 120, "status": "amber"},
    {"ods_code": "Z9T01", "name": "Old Foundry Urgent Treatment Centre", "kind": Kind.URGENT_TREATMENT_CENTRE,
     "phone": "020 7946 0314", "hours": {day: ["07:00-23:00"] for day in WEEKDAYS}, "response_minutes": 60,
     "accept_minutes": 30, "capacity": 90, "status": "green", "patient_note": "Own way there. Bring your medicines."},
    {"ods_code": "Z9E01", "name": "Old Foundry Same-Day Emergency Care", "kind": Kind.SAME_DAY_EMERGENCY_CARE,
     "phone": "020 7946 0315", "hours": EVENING, "age_from": 16,
     "response_minutes": 90, "accept_minutes": 30, "capacity": 24, "status": "red"},
    {"ods_code": "Z9E02", "name": "Old Foundry Emergency Department", "kind": Kind.EMERGENCY_DEPARTMENT,
     "phone": "020 7946 0316", "hours": ALWAYS, "response_minutes": 45, "accept_minutes": 15, "status": "amber"},
    {"ods_code": "Z9L01", "name": "Lantern Palliative Care Line", "kind": Kind.PALLIATIVE, "phone": "020 7946 0317",
     "hours": ALWAYS, "response_minutes": 30, "accept_minutes": 15, "status": "green"},
    {"ods_code": "Z9N01", "name": "Thames District Nurses", "kind": Kind.COMMUNITY_NURSING, "phone": "020 7946 0318",
     "districts": LONDON, "hours": {day: ["08:00-22:00"] for day in WEEKDAYS}, "response_minutes": 150,
     "accept_minutes": 30, "capacity": 50, "status": "green"},
    {"ods_code": "Z9D01", "name": "Tooley Urgent Dental", "kind": Kind.DENTAL, "phone": "020 7946 0319",
     "hours": EVENING, "response_minutes": 120, "accept_minutes": 60, "capacity": 16,
     "status": "amber"},
    {"ods_code": "Z9W01", "name": "Maternity Helpline Midwives", "kind": Kind.MIDWIFE, "phone": "020 7946 0320",
     "hours": ALWAYS, "sex": "female", "age_from": 11, "age_to": 60, "response_minutes": 30, "accept_minutes": 15,
     "status": "green"},
)  # fmt: skip
STATUS_HOLDS = 240  # minutes; afterwards the demo's partners tell again, or it reads unknown


def client_name(service: Service) -> str:
    """Under which name the service's API client is kept."""
    return f"partner-{service.ods_code.lower()}"


def seed_directory(*, partner_url: str = "") -> list[Service]:
    """Put the synthetic services into the directory; what is there already is kept, secrets too.

    partner_url: where the demo's partners listen; each service gets /webhooks/<ODS code> below it.
    """
    return [_seed(dict(known), partner_url.rstrip("/")) for known in SERVICES]


def _seed(known: dict[str, Any], partner_url: str) -> Service:
    status = known.pop("status", None)
    read_hours(known["hours"])
    with transaction.atomic():
        service, added = Service.objects.get_or_create(ods_code=known["ods_code"], defaults=known)
        if added:
            service.client, service.webhook_secret = client_name(service), new_secret()
            write(stream=service.stream, kind="service.listed", by=CLOCK, data={"name": service.name})
        if partner_url:
            service.webhook_url = f"{partner_url}/webhooks/{service.ods_code}"
        service.save(update_fields=["client", "webhook_secret", "webhook_url"])
    if status and (service.told_until is None or service.told_until <= now()):
        return tell_capacity(
            service_id=service.pk,
            by=CLOCK,
            status=status,
            good_for_minutes=STATUS_HOLDS,
            capacity=service.capacity,
        )
    return service
