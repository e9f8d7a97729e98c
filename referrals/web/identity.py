"""Who the patient is, on top of a page of onward care: the age and sex that were assessed, else the case's own."""

from typing import Any

from hub.cases.models import Case
from hub.cases.operations.clocks import age_in_years
from referrals.need import Patient


def identity(case: Case, patient: Patient | None) -> dict[str, Any]:
    """What `_identity.html` shows."""
    if patient is None:
        return {"case": case, "age": age_in_years(case), "sex": case.sex}
    return {"case": case, "age": patient.age_years, "sex": patient.sex or "unknown"}
