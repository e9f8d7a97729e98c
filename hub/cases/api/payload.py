"""What a CAD sends about a case, read into an Intake. Whatever is missing is not recorded; nothing is guessed."""

from typing import Any, cast

from nhs_number.validate import is_valid
from rest_framework import serializers

from hub.cases.api.fields import Choice, Day, Degrees, Moment, Pattern, Strict, Text, Truth, Whole
from hub.cases.api.reading import fault
from hub.cases.intake import CASE_FIELDS, ContactDetails, FlagDetails, Intake
from hub.cases.models import Flag, NhsNumberStatus, Sex
from hub.cases.phones import as_e164
from hub.cases.states import Category, Segment

MAYBE: dict[str, Any] = {"required": False, "allow_null": True}
OPTIONAL: dict[str, Any] = {**MAYBE, "allow_blank": True}
POSTCODE = r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}"
MOST_CONTACTS, MOST_FLAGS, MOST_RISKS = 10, 20, 30


class NhsNumber(Text):
    """Ten digits with a right check digit; spaces and hyphens between them are let pass."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        digits = text.replace(" ", "").replace("-", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
            self.wrong("Not ten digits.")
        if not is_valid(digits):
            self.wrong("The check digit is wrong: a digit was mistyped.")
        return digits

    def wrong(self, what: str) -> None:
        """Refuse, and say that a patient without a number is welcome."""
        advice = (
            "Write the ten digits, such as 999 000 0018, or leave it out: it is then shown as not recorded."
        )
        raise serializers.ValidationError(f"{what}\n{advice}")


class PatientIn(Strict):
    given_name = Text(max_length=80, **OPTIONAL)
    family_name = Text(max_length=80, **OPTIONAL)
    birth_date = Day(**MAYBE)
    stated_age = Whole(min_value=0, max_value=130, help_text="years, as told", **MAYBE)
    sex = Choice(choices=Sex.choices, required=False, default=Sex.UNKNOWN.value)
    nhs_number = NhsNumber(max_length=20, **MAYBE)
    nhs_number_status = Choice(choices=NhsNumberStatus.choices, **MAYBE)
    interpreter = Text(max_length=60, help_text="language, when one is needed", **OPTIONAL)
    practice_code = Pattern(
        r"[A-Za-z0-9]{3,10}", what="an ODS code", example="A81001", max_length=10, **MAYBE
    )
    risks = serializers.ListField(
        child=Pattern(r"[a-z][a-z0-9_]{0,39}", what="a risk's code", example="anticoagulant", max_length=40),
        max_length=MOST_RISKS,
        required=False,
    )


class CallerIn(Strict):
    name = Text(max_length=120, **OPTIONAL)
    relationship = Text(max_length=60, help_text="to the patient", **OPTIONAL)
    phone = Text(max_length=30, **OPTIONAL)
    is_patient = Truth(required=False, default=False)


class ContactIn(Strict):
    phone = Text(max_length=30, min_length=1)
    name = Text(max_length=120, **OPTIONAL)
    relationship = Text(max_length=60, **OPTIONAL)
    is_patient = Truth(required=False, default=False)
    is_caller = Truth(required=False, default=False)
    note = Text(max_length=200, **OPTIONAL)


class LocationIn(Strict):
    address = Text(max_length=500, help_text="as the caller said it", **OPTIONAL)
    postcode = Pattern(POSTCODE, what="a postcode", example="SE1 8SD", max_length=10, **MAYBE)
    latitude = Degrees(min_value=-90, max_value=90, **MAYBE)
    longitude = Degrees(min_value=-180, max_value=180, **MAYBE)
    grid_reference = Pattern(
        r"[A-Za-z]{2} ?[0-9]{1,5} ?[0-9]{1,5}",
        what="a grid reference",
        example="TQ 30500 80200",
        max_length=14,
        **MAYBE,
    )
    uprn = Pattern(r"[0-9]{1,12}", what="a UPRN", example="100023336956", max_length=12, **MAYBE)
    three_words = Text(max_length=80, **OPTIONAL)
    access_note = Text(max_length=500, help_text="how to get in", **OPTIONAL)


class FlagIn(Strict):
    kind = Choice(choices=Flag.Kind.choices)
    text = Text(max_length=400, min_length=1)
    review_at = Moment(**MAYBE)


class CaseIn(Strict):
    """A case as its sender knows it. Only the incident number and the category are needed."""

    cad_number = Text(max_length=40, min_length=1, help_text="the sender's own incident number")
    category = Choice(choices=Category.choices)
    segment = Choice(choices=Segment.choices, help_text="of C2", **MAYBE)
    clock_start = Moment(help_text="when the response clock started; arrival when left out", **MAYBE)
    code_system = Text(max_length=20, help_text="such as AMPDS", **OPTIONAL)
    code = Text(max_length=40, help_text="such as 17A01G", **OPTIONAL)
    problem = Text(max_length=2000, help_text="what is wrong, in the caller's words", **OPTIONAL)
    presentation = Pattern(
        r"[a-z][a-z0-9_-]{0,59}", what="a presentation's code", example="chest-pain", max_length=60, **MAYBE
    )
    caller = CallerIn(**MAYBE)
    patient = PatientIn(**MAYBE)
    contacts = ContactIn(  # type: ignore[call-arg] # the stubs do not know what many=True takes
        many=True, max_length=MOST_CONTACTS, required=False, help_text="whom to ring, first first"
    )
    location = LocationIn(**MAYBE)
    flags = FlagIn(many=True, max_length=MOST_FLAGS, required=False)  # type: ignore[call-arg]


class CancelIn(Strict):
    reason = Text(max_length=400, min_length=1)


class AcknowledgementIn(Strict):
    cad_reference = Text(max_length=60, help_text="the CAD's own number of the job", **OPTIONAL)


# Reading keeps nothing on the serializer: one instance serves every request and every thread.
_READER = CaseIn()


def read_intake(sent: Any) -> Intake:
    """What was sent, as the operations take it.

    Raises ValidationError that names every wrong member, with what to write instead.
    """
    told = _READER.run_validation(sent)
    patient, location = told.get("patient") or {}, told.get("location") or {}
    _check_together(told, patient, location)
    return Intake(
        category=told["category"],
        segment=told.get("segment") or "",
        clock_start=told.get("clock_start"),
        cad_number=told["cad_number"],
        code_system=told.get("code_system") or "",
        code=told.get("code") or "",
        problem=told.get("problem") or None,
        presentation=told.get("presentation") or "unclear",
        contacts=_contacts(told),
        flags=tuple(FlagDetails(**flag) for flag in told.get("flags", ())),
        left_out=_left_out(sent),
        payload=cast("dict[str, Any]", sent),
        **_patient(patient),
        **_location(location),
    )


def _left_out(sent: dict[str, Any]) -> tuple[str, ...]:
    """What the sender did not write at all, by the case's own names; a group that is null was not written either."""
    written = {*sent, *(sent.get("patient") or {}), *(sent.get("location") or {})}
    if "nhs_number" in written:
        written.add("nhs_number_status")  # worked out from the number when it is not told
    return tuple(name for name in (*CASE_FIELDS, "risks") if name not in written)


def _check_together(told: dict[str, Any], patient: dict[str, Any], location: dict[str, Any]) -> None:
    if told.get("segment") and told["category"] != Category.C2:
        raise fault("segment", "Only C2 has segments.", "Leave it out, or send category C2.")
    status = patient.get("nhs_number_status")
    if patient.get("nhs_number") is None and status not in (None, NhsNumberStatus.NOT_RECORDED.value):
        raise serializers.ValidationError(
            {
                "patient": {
                    "nhs_number_status": [
                        "There is no NHS number to verify.\nSend nhs_number, or not_recorded."
                    ]
                }
            }
        )
    if (location.get("latitude") is None) != (location.get("longitude") is None):
        raise serializers.ValidationError(
            {
                "location": {
                    "latitude": ["Half a coordinate.\nSend latitude and longitude together, or neither."]
                }
            }
        )


def _patient(told: dict[str, Any]) -> dict[str, Any]:
    number = told.get("nhs_number")
    status = told.get("nhs_number_status")
    if number and status in (None, NhsNumberStatus.NOT_RECORDED.value):
        status = NhsNumberStatus.GIVEN.value
    texts = ("given_name", "family_name", "interpreter", "practice_code")
    return {
        **{name: told.get(name) or None for name in texts},
        "birth_date": told.get("birth_date"),
        "stated_age": told.get("stated_age"),
        "sex": told.get("sex", Sex.UNKNOWN.value),
        "nhs_number": number,
        "nhs_number_status": status or NhsNumberStatus.NOT_RECORDED.value,
        "risks": tuple(told.get("risks", ())),
    }


def _location(told: dict[str, Any]) -> dict[str, Any]:
    texts = ("address", "grid_reference", "uprn", "three_words", "access_note")
    postcode = told.get("postcode")
    return {
        **{name: told.get(name) or None for name in texts},
        "postcode": postcode.upper() if postcode else None,
        "latitude": told.get("latitude"),
        "longitude": told.get("longitude"),
    }


def _contacts(told: dict[str, Any]) -> tuple[ContactDetails, ...]:
    """The ranked contacts; the caller is one of them, or comes last: the patient is apart from whoever rang."""
    contacts = [_contact(entry) for entry in told.get("contacts", ())]
    caller = told.get("caller")
    if caller and any(caller.get(name) for name in ("name", "relationship", "phone")):
        number = as_e164(caller.get("phone") or "")
        if not any(as_e164(contact.phone) == number and contact.is_caller for contact in contacts):
            contacts.append(_contact({**caller, "is_caller": True}))
    return tuple(contacts)


def _contact(entry: dict[str, Any]) -> ContactDetails:
    texts = {name: entry.get(name) or "" for name in ("phone", "name", "relationship", "note")}
    return ContactDetails(
        **texts, is_patient=entry.get("is_patient", False), is_caller=entry.get("is_caller", False)
    )
