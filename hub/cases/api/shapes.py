"""What the API shows: each datum by its name, null where nothing was recorded."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from hub.cases.api.fields import Strict
from hub.cases.models import Case, Contact, Dispatch, NhsNumberStatus, Sex
from hub.cases.states import Category, Outcome, Segment, State

PATIENT = (
    "given_name", "family_name", "birth_date", "stated_age", "sex", "nhs_number", "nhs_number_status", "interpreter",
    "practice_code", "risks",
)  # fmt: skip
LOCATION = (
    "address",
    "postcode",
    "latitude",
    "longitude",
    "grid_reference",
    "uprn",
    "three_words",
    "access_note",
)
CLOCKS = (
    "clock_start", "arrived_at", "first_attempt_by", "first_attempt_at", "breach_at", "breached_at", "welfare_due_at",
    "consultation_started_at", "closed_at",
)  # fmt: skip
CONTACT = ("rank", "phone", "name", "relationship", "is_patient", "is_caller", "note")
# Shown by name as "not recorded", so that nobody takes a gap for "none".
WANTED = (
    "given_name",
    "family_name",
    "birth_date",
    "nhs_number",
    "practice_code",
    "problem",
    "address",
    "postcode",
)


class ClocksOut(Strict):
    clock_start = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField()
    first_attempt_by = serializers.DateTimeField()
    first_attempt_at = serializers.DateTimeField(allow_null=True)
    breach_at = serializers.DateTimeField(help_text="without an outcome by then the hub sends an ambulance")
    breached_at = serializers.DateTimeField(allow_null=True)
    welfare_due_at = serializers.DateTimeField(allow_null=True)
    consultation_started_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class CaseLinksOut(Strict):
    self = serializers.CharField()
    cancel = serializers.CharField()


class SummaryOut(Strict):
    """A case without anything about the patient."""

    id = serializers.UUIDField()
    reference = serializers.CharField(help_text="the hub's own number, to say on the telephone")
    journey_id = serializers.UUIDField()
    cad_number = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(help_text="the ETag is this in quotes")
    state = serializers.ChoiceField(choices=State.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    segment = serializers.ChoiceField(choices=Segment.choices, allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True, help_text="null while open")
    clocks = ClocksOut()
    links = CaseLinksOut()


class PatientOut(Strict):
    given_name = serializers.CharField(allow_null=True)
    family_name = serializers.CharField(allow_null=True)
    birth_date = serializers.DateField(allow_null=True)
    stated_age = serializers.IntegerField(allow_null=True)
    sex = serializers.ChoiceField(choices=Sex.choices)
    nhs_number = serializers.CharField(allow_null=True)
    nhs_number_status = serializers.ChoiceField(choices=NhsNumberStatus.choices)
    interpreter = serializers.CharField(allow_null=True)
    practice_code = serializers.CharField(allow_null=True)
    risks = serializers.ListField(child=serializers.CharField())


class LocationOut(Strict):
    address = serializers.CharField(allow_null=True)
    postcode = serializers.CharField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    grid_reference = serializers.CharField(allow_null=True)
    uprn = serializers.CharField(allow_null=True)
    three_words = serializers.CharField(allow_null=True)
    access_note = serializers.CharField(allow_null=True)


class ContactOut(Strict):
    rank = serializers.IntegerField()
    phone = serializers.CharField(help_text="E.164 when it could be read, else as it was sent")
    name = serializers.CharField()
    relationship = serializers.CharField()
    is_patient = serializers.BooleanField()
    is_caller = serializers.BooleanField()
    note = serializers.CharField()


class CaseOut(SummaryOut):
    """A case as its sender may see it."""

    code_system = serializers.CharField()
    code = serializers.CharField()
    problem = serializers.CharField(allow_null=True)
    presentation = serializers.CharField()
    patient = PatientOut()
    location = LocationOut()
    contacts = ContactOut(many=True)
    not_recorded = serializers.ListField(
        child=serializers.CharField(), help_text="what is still missing, by name"
    )


class DispatchLinksOut(Strict):
    self = serializers.CharField()
    acknowledgement = serializers.CharField()


class DispatchOut(Strict):
    """A request for an ambulance: the hub's until it is acknowledged."""

    id = serializers.UUIDField()
    case = serializers.UUIDField()
    reference = serializers.CharField()
    journey_id = serializers.UUIDField()
    cad_number = serializers.CharField(allow_null=True)
    category = serializers.ChoiceField(choices=Category.choices)
    reason = serializers.CharField()
    words = serializers.CharField()
    state = serializers.ChoiceField(choices=Dispatch.State.choices)
    clock_start = serializers.DateTimeField()
    requested_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    cad_reference = serializers.CharField()
    problem = serializers.CharField(allow_null=True)
    location = LocationOut()
    links = DispatchLinksOut()


def summary(case: Case) -> dict[str, Any]:
    """A case without anything about the patient."""
    address = reverse("api:case", args=[case.pk])
    return {
        "id": str(case.pk),
        "reference": case.reference,
        "journey_id": str(case.journey_id),
        "cad_number": case.cad_number,
        "version": case.version,
        "state": case.state,
        "category": case.category,
        "segment": case.segment or None,
        "outcome": case.outcome or None,
        "clocks": {name: instant(getattr(case, name)) for name in CLOCKS},
        "links": {"self": address, "cancel": f"{address}/cancel"},
    }


def whole(case: Case) -> dict[str, Any]:
    """A case as its sender may see it: what was told, where it stands."""
    patient = {name: getattr(case, name) for name in PATIENT}
    patient["birth_date"] = case.birth_date.isoformat() if case.birth_date else None
    return {
        **summary(case),
        "code_system": case.code_system,
        "code": case.code,
        "problem": case.problem,
        "presentation": case.presentation,
        "patient": patient,
        "location": location(case),
        "contacts": [_contact(contact) for contact in case.contacts.all()],
        "not_recorded": [name for name in WANTED if getattr(case, name) is None],
    }


def location(case: Case) -> dict[str, Any]:
    """Where the patient is."""
    found = {name: getattr(case, name) for name in LOCATION}
    for name in ("latitude", "longitude"):
        found[name] = None if found[name] is None else float(found[name])
    return found


def dispatch_shape(dispatch: Dispatch) -> dict[str, Any]:
    """A dispatch, with what a crew needs to find the patient; its case was fetched with it."""
    case = dispatch.case
    address = reverse("api:dispatch", args=[dispatch.pk])
    return {
        "id": str(dispatch.pk),
        "case": str(case.pk),
        "reference": case.reference,
        "journey_id": str(case.journey_id),
        "cad_number": case.cad_number,
        "category": dispatch.category,
        "reason": dispatch.reason,
        "words": dispatch.words,
        "state": dispatch.state,
        "clock_start": instant(case.clock_start),
        "requested_at": instant(dispatch.requested_at),
        "acknowledged_at": instant(dispatch.acknowledged_at),
        "cad_reference": dispatch.cad_reference,
        "problem": case.problem,
        "location": location(case),
        "links": {"self": address, "acknowledgement": f"{address}/acknowledgement"},
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in CONTACT}


def instant(moment: datetime | None) -> str | None:
    """A moment as the API writes it, in UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
