"""What a service reads about a patient: one copy, the same on the clinician's preview and at the service."""

from typing import Any

from hub.cases.models import Case, Contact, Flag, Sex
from hub.cases.queries import contacts_of, flags_of
from hub.clock import now
from hub.people.models import User
from referrals.need import Patient
from referrals.queries import Concluded


def content_of(
    concluded: Concluded, patient: Patient, *, by: User, words: str, agreement: str
) -> dict[str, Any]:
    """The referral's content. What is not recorded is null, which is not the same as none.

    patient: as assessed. The service reads the age and sex that the rules ran on, and judges by the same.
    """
    case, need = concluded.standing.case, concluded.need
    moment = now()
    return {
        "case_reference": case.reference,
        "journey_id": str(case.journey_id),
        "patient": _patient(case, patient),
        "contacts": [_contact(each) for each in contacts_of(case)],
        "location": _location(case),
        "problem": case.problem,
        "risks": list(case.risks),
        "flags": [_flag(each, expired=each.expired(moment)) for each in flags_of(case)],
        "assessment": {
            "disposition": need.code,
            "title": need.title,
            "within_minutes": need.within_minutes,
            "narrative": concluded.narrative or None,
        },
        "clinician": {
            "name": by.name,
            "profession": by.get_profession_display(),
            "registration_number": by.registration_number,
        },
        "message": words or None,
        "agreement": agreement,
    }


def _patient(case: Case, patient: Patient) -> dict[str, Any]:
    return {
        "name": case.patient_name,
        "birth_date": case.birth_date.isoformat() if case.birth_date else None,
        "age_years": patient.age_years,
        "sex": patient.sex or Sex.UNKNOWN,
        "nhs_number": case.nhs_number,
        "nhs_number_status": case.nhs_number_status,
        "interpreter": case.interpreter,
        "practice_code": case.practice_code,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "rank": contact.rank,
        "name": contact.name or None,
        "relationship": contact.relationship or None,
        "phone": contact.phone,
        "is_patient": contact.is_patient,
    }


def _location(case: Case) -> dict[str, Any]:
    return {
        "address": case.address,
        "postcode": case.postcode,
        "latitude": float(case.latitude) if case.latitude is not None else None,
        "longitude": float(case.longitude) if case.longitude is not None else None,
        "uprn": case.uprn,
        "grid_reference": case.grid_reference,
        "three_words": case.three_words,
        "access_note": case.access_note,
    }


def _flag(flag: Flag, *, expired: bool) -> dict[str, Any]:
    return {
        "kind": flag.kind,
        "text": flag.text,
        "author": flag.author,
        "at": flag.at.isoformat(),
        "review_date_passed": expired,
    }
