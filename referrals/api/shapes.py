"""What partners are shown: each datum by its name, null where nothing was recorded."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from hub.cases.api.fields import Strict
from hub.cases.api.shapes import LocationOut, instant
from hub.cases.models import Flag, NhsNumberStatus, Sex
from referrals.models import Referral, Service
from referrals.states import AWAITING, WITH_SERVICE, Notice, RejectReason, ServiceKind, State, Status

# The patient is shown while the service is asked, and while it has the patient; afterwards no longer.
MAY_READ_CONTENT = (*AWAITING, *WITH_SERVICE)
MOMENTS = (
    "sent_at",
    "needed_by",
    "accept_by",
    "received_at",
    "accepted_at",
    "started_at",
    "ended_at",
    "noticed_at",
)


class PersonOut(Strict):
    name = serializers.CharField(allow_null=True)
    birth_date = serializers.DateField(allow_null=True)
    age_years = serializers.IntegerField(allow_null=True)
    sex = serializers.ChoiceField(choices=Sex.choices)
    nhs_number = serializers.CharField(allow_null=True)
    nhs_number_status = serializers.ChoiceField(choices=NhsNumberStatus.choices)
    interpreter = serializers.CharField(allow_null=True)
    practice_code = serializers.CharField(allow_null=True)


class WhomToRingOut(Strict):
    rank = serializers.IntegerField()
    name = serializers.CharField(allow_null=True)
    relationship = serializers.CharField(allow_null=True)
    phone = serializers.CharField()
    is_patient = serializers.BooleanField()


class WarningOut(Strict):
    kind = serializers.ChoiceField(choices=Flag.Kind.choices)
    text = serializers.CharField()
    author = serializers.CharField()
    at = serializers.DateTimeField()
    review_date_passed = serializers.BooleanField()


class AssessedOut(Strict):
    disposition = serializers.CharField()
    title = serializers.CharField()
    within_minutes = serializers.IntegerField()
    narrative = serializers.CharField(allow_null=True)


class ClinicianOut(Strict):
    name = serializers.CharField()
    profession = serializers.CharField()
    registration_number = serializers.CharField()


class ContentOut(Strict):
    """The patient, as the clinician saw it when sending."""

    case_reference = serializers.CharField(help_text="to say on the telephone")
    journey_id = serializers.UUIDField()
    patient = PersonOut()
    contacts = WhomToRingOut(many=True)
    location = LocationOut()
    problem = serializers.CharField(allow_null=True)
    risks = serializers.ListField(child=serializers.CharField())
    flags = WarningOut(many=True)
    assessment = AssessedOut()
    clinician = ClinicianOut()
    message = serializers.CharField(allow_null=True)
    agreement = serializers.CharField()


class ReferralLinksOut(Strict):
    self = serializers.CharField()
    moves = serializers.ListField(child=serializers.CharField(), help_text="what can be done with it now")


class ReferralSummaryOut(Strict):
    """A referral without anything about the patient."""

    id = serializers.UUIDField()
    service = serializers.UUIDField()
    ods_code = serializers.CharField()
    state = serializers.ChoiceField(choices=[each for each in State.choices if each[0] != State.DRAFT])
    version = serializers.IntegerField(help_text="the ETag is this in quotes")
    disposition = serializers.CharField()
    disposition_title = serializers.CharField()
    sent_at = serializers.DateTimeField()
    needed_by = serializers.DateTimeField()
    accept_by = serializers.DateTimeField(
        help_text="without acceptance by then the hub takes the patient back"
    )
    received_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    accepted_by_name = serializers.CharField(allow_null=True)
    accepted_by_role = serializers.CharField(allow_null=True)
    reject_reason = serializers.ChoiceField(choices=RejectReason.choices, allow_null=True)
    words = serializers.CharField(allow_null=True)
    notice = serializers.ChoiceField(
        choices=Notice.choices, allow_null=True,
        help_text="what became of the hub's own case while the patient is yours; ring the hub when in doubt",
    )  # fmt: skip
    noticed_at = serializers.DateTimeField(allow_null=True)
    links = ReferralLinksOut()


class ReferralOut(ReferralSummaryOut):
    """A referral with its content."""

    content = ContentOut(allow_null=True, help_text="null once the patient is not this service's any more")


class CapacityOut(Strict):
    """A service, and how busy it is. What was told runs out to unknown by itself, never to green."""

    id = serializers.UUIDField()
    ods_code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ServiceKind.choices)
    version = serializers.IntegerField(help_text="the ETag is this in quotes")
    status = serializers.ChoiceField(choices=Status.choices, help_text="as it counts now")
    told_at = serializers.DateTimeField(allow_null=True)
    told_until = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True, help_text="places in a period; null is not counted")
    period_minutes = serializers.IntegerField()
    places_left = serializers.IntegerField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


def referral_summary(referral: Referral) -> dict[str, Any]:
    """A referral without anything about the patient; its service was fetched with it."""
    return {
        "id": str(referral.pk),
        "service": str(referral.service_id),
        "ods_code": referral.service.ods_code,
        "state": referral.state,
        "version": referral.version,
        "disposition": referral.disposition,
        "disposition_title": referral.disposition_title,
        **{name: instant(getattr(referral, name)) for name in MOMENTS},
        "accepted_by_name": referral.accepted_by_name or None,
        "accepted_by_role": referral.accepted_by_role or None,
        "reject_reason": referral.reject_reason or None,
        "words": referral.words or None,
        "notice": referral.notice or None,
        "links": _links(referral),
    }


def referral_shape(referral: Referral) -> dict[str, Any]:
    """A referral with its content, as long as that is the service's to read."""
    content = referral.content if referral.state in MAY_READ_CONTENT else None
    return {**referral_summary(referral), "content": content}


def _links(referral: Referral) -> dict[str, Any]:
    address = reverse("partner_api:referral", args=[referral.pk])
    moves = {
        State.SENT: ("receive", "accept", "reject"),
        State.RECEIVED: ("accept", "reject"),
        State.ACCEPTED: ("start", "complete", "return"),
        State.IN_PROGRESS: ("complete", "return"),
    }.get(State(referral.state), ())
    return {"self": address, "moves": [f"{address}/{move}" for move in moves]}


def capacity_shape(service: Service) -> dict[str, Any]:
    """A service and how busy it is now."""
    return {
        "id": str(service.pk),
        "ods_code": service.ods_code,
        "name": service.name,
        "kind": service.kind,
        "version": service.version,
        "status": str(service.status),
        "told_at": instant(service.told_at),
        "told_until": instant(service.told_until),
        "note": service.told_note,
        "capacity": service.capacity,
        "period_minutes": service.period_minutes,
        "places_left": service.places_left,
        "links": {"self": reverse("partner_api:capacity", args=[service.pk])},
    }
